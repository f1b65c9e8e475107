package lmtp

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"sync"
	"time"
)

// begin greets a client and looks at its first command: LHLO is LMTP (RFC 2033
// §4.1), everything else is SMTP.
func (d *Door) begin(c net.Conn) (_ *begun, lmtp bool, err error) {
	defer time.AfterFunc(firstCommand, func() { c.Close() }).Stop()
	if _, err := fmt.Fprintf(c, "220 %s %s\r\n", d.o.Name, greeting); err != nil {
		return nil, false, err
	}
	in := bufio.NewReaderSize(c, mostCommand)
	line, err := in.ReadSlice('\n')
	if err != nil {
		return nil, false, err // among others, a line that is longer than a command can be
	}
	lmtp = len(line) >= 4 && bytes.EqualFold(line[:4], []byte("LHLO"))
	return &begun{Conn: c, in: io.MultiReader(bytes.NewReader(bytes.Clone(line)), in)}, lmtp, nil
}

// greeting follows the door's name: to a mail server ESMTP is a hint (RFC 5321 §4.2),
// the rest is for people.
const greeting = "takes bounces by LMTP and ESMTP"

// mostCommand is the length of the first command at most (RFC 5321 §4.5.3.1.4).
const mostCommand = 512

// begun is a connection whose client was greeted and has said something already.
// go-smtp reads that as if it came now; its own greeting is kept from the client.
type begun struct {
	net.Conn
	in      io.Reader
	greeted bool

	mu     sync.Mutex
	ending bool
}

func (b *begun) Read(p []byte) (int, error) { return b.in.Read(p) }

func (b *begun) Write(p []byte) (int, error) {
	if !b.greeted { // go-smtp writes a reply at once
		b.greeted = true
		return len(p), nil
	}
	return b.Conn.Write(p)
}

// end has go-smtp give the reply that it owes, and then end the conversation as if
// the client had been silent for too long (421).
func (b *begun) end() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ending = true
	_ = b.Conn.SetReadDeadline(longAgo) // an error means that it's closed
}

// SetReadDeadline is what go-smtp calls before it reads a command.
func (b *begun) SetReadDeadline(t time.Time) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ending {
		t = longAgo
	}
	return b.Conn.SetReadDeadline(t)
}

var longAgo = time.Unix(1, 0)
