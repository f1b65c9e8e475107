package inbox

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"fmt"
	"net"
	"strings"
)

// wire is the connection below go-smtp. It sees every command and every reply
// in plain text, also when the client talks TLS, and changes those for which
// go-smtp has no hook. Read and Write are called by one goroutine, the one
// that serves the connection; Close may come from any.
type wire struct {
	net.Conn // the TCP connection: deadlines, addresses, Close
	s        *Server
	number   int
	plain    net.Conn // where plain text is read and written: TCP, or TLS over it
	in       *bufio.Reader
	secure   bool

	greeted  bool
	ehlo     bool   // the last command was EHLO: STARTTLS belongs into the reply
	data     bool   // the client sends a message: its lines are no commands
	inject   string // to be read before anything else
	swallow  bool   // the next reply isn't sent
	refused  bool   // DATA was refused: the message that go-smtp sees is none
	from, to string // the envelope, set by the session
}

func newWire(s *Server, c net.Conn, number int) *wire {
	w := &wire{Conn: c, s: s, number: number, plain: c}
	if s.o.TLS == Implicit {
		w.plain, w.secure = tls.Server(c, s.tls), true
	}
	w.in = bufio.NewReader(w.plain)
	return w
}

// Read gives go-smtp the client's bytes; while STARTTLS is possible, line by
// line.
func (w *wire) Read(p []byte) (int, error) {
	if w.inject != "" {
		n := copy(p, w.inject)
		w.inject = w.inject[n:]
		return n, nil
	}
	for !w.secure && w.s.tls != nil && !w.data {
		line, err := w.in.ReadSlice('\n')
		if len(line) == 0 {
			return 0, err
		}
		command := strings.ToUpper(string(bytes.TrimSpace(line[:min(len(line), 16)])))
		if command == "STARTTLS" {
			if err := w.startTLS(); err != nil {
				return 0, err
			}
			continue
		}
		w.ehlo = strings.HasPrefix(command, "EHLO")
		n := copy(p, line)
		w.inject = string(line[n:])
		return n, nil
	}
	return w.in.Read(p)
}

// startTLS answers STARTTLS (RFC 3207 §4). What the client sent in the clear
// behind it is an attack (§6): the connection is closed.
func (w *wire) startTLS() error {
	if f := w.s.ask(Ask{Stage: TLS, Conn: w.number}); f.Drop {
		return w.drop()
	} else if f.Code != 0 {
		if _, err := w.plain.Write(f.reply()); err != nil {
			return err
		}
		if f.Code == 421 {
			return w.drop()
		}
		return nil
	}
	if w.in.Buffered() > 0 {
		return w.drop()
	}
	if _, err := w.plain.Write([]byte("220 2.0.0 Ready to start TLS\r\n")); err != nil {
		return err
	}
	t := tls.Server(w.Conn, w.s.tls)
	if err := t.Handshake(); err != nil {
		return fmt.Errorf("start TLS: %w", err)
	}
	w.plain, w.secure, w.in = t, true, bufio.NewReader(t)
	return nil
}

// Write sends one line of a reply: go-smtp flushes after each.
func (w *wire) Write(p []byte) (int, error) {
	size := len(p) // what go-smtp wants to hear, whatever is sent instead
	last := size > 3 && p[3] == ' '
	w.data = false
	switch {
	case w.swallow:
		w.swallow = !last
		return size, nil
	case !w.greeted:
		w.greeted = true
		if f := w.s.ask(Ask{Stage: Connect, Conn: w.number}); f.Drop {
			return 0, w.drop()
		} else if f.Code != 0 {
			if _, err := w.plain.Write(f.reply()); err != nil {
				return 0, err
			}
			return 0, w.drop()
		}
	case bytes.HasPrefix(p, []byte("354 ")):
		if f := w.s.ask(Ask{Stage: Data, From: w.from, To: w.to, Conn: w.number}); f.Drop {
			return 0, w.drop()
		} else if f.Code != 0 {
			// go-smtp is about to read a message: it gets an empty one, and
			// its answer to that is kept from the client.
			w.inject, w.swallow, w.refused = ".\r\n", true, true
			p = f.reply()
		}
		w.data = true
	}
	if w.ehlo && w.s.tls != nil && !w.secure && bytes.HasPrefix(p, []byte("250-")) {
		w.ehlo = false
		p = append(bytes.Clone(p), "250-STARTTLS\r\n"...)
	}
	if w.s.o.NoPipelining && bytes.HasPrefix(p, []byte("250-PIPELINING\r\n")) {
		return size, nil
	}
	if _, err := w.plain.Write(p); err != nil {
		return 0, err
	}
	if bytes.HasPrefix(p, []byte("421 ")) {
		return 0, w.drop()
	}
	return size, nil
}

// drop cuts the connection. TLS isn't closed properly on purpose: this is how
// a crashed server looks.
func (w *wire) drop() error {
	w.Conn.Close()
	return net.ErrClosed
}

// reply gives the fault as bytes for the wire.
func (f Fault) reply() []byte {
	lines := strings.Split(f.Text, "\n")
	var b bytes.Buffer
	for i, line := range lines {
		sep := "-"
		if i == len(lines)-1 {
			sep = " "
		}
		if f.Enhanced != "" {
			line = strings.TrimSpace(f.Enhanced + " " + line)
		}
		fmt.Fprintf(&b, "%d%s%s\r\n", f.Code, sep, line)
	}
	return b.Bytes()
}
