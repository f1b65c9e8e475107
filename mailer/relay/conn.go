package relay

import (
	"bufio"
	"crypto/tls"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/wneessen/go-mail/smtp"

	"dailytip/verdict"
)

const (
	// partingTime is how long we listen for the reason when a server closed the
	// connection while we were writing, and how long it has to answer QUIT.
	partingTime = time.Second
	// chunk is how much is written under one deadline, in bytes.
	chunk = 64 << 10
	// largestKept bounds the memory that a connection keeps between messages.
	largestKept = 256 << 10
)

// conn is one connection, past EHLO, TLS and login. One goroutine uses it.
type conn struct {
	o      *Options
	net    *bounded // deadlines on it hold for TLS over it too
	client *smtp.Client
	in     *bufio.Reader // go-mail's, over TLS or not
	out    *bufio.Writer // the same; empty between writes
	buf    []byte        // the message as it's written
	text   []byte        // of the reply read last
	login  string        // the mechanism used, "" for none

	pipelining, utf8, eightBit bool
	sized                      bool // SIZE is offered (RFC 1870)
	most                       int  // the largest message in bytes, 0: not told

	lost bool // it can carry nothing more

	mu    sync.Mutex
	until time.Time // the deadline
	limit time.Time // no deadline may be later; zero: none
}

// learn reads the server's extensions from its reply to EHLO.
func (c *conn) learn() {
	c.in, c.out = c.client.Text.R, c.client.Text.W
	c.pipelining, _ = c.client.Extension("PIPELINING")
	c.utf8, _ = c.client.Extension("SMTPUTF8")
	c.eightBit, _ = c.client.Extension("8BITMIME")
	var size string
	c.sized, size = c.client.Extension("SIZE")
	if n, err := strconv.Atoi(size); err == nil && n > 0 {
		c.most = n
	}
}

// about describes the connection to an operator.
func (c *conn) about() string {
	parts := []string{"no encryption", "no login"}
	if s, err := c.client.GetTLSConnectionState(); err == nil {
		parts[0] = tls.VersionName(s.Version)
	}
	if c.login != "" {
		parts[1] = "logged in with " + c.login
	}
	if c.most > 0 {
		parts = append(parts, fmt.Sprintf("messages up to %d bytes", c.most))
	}
	if !c.pipelining {
		parts = append(parts, "no PIPELINING")
	}
	if !c.utf8 {
		parts = append(parts, "no SMTPUTF8")
	}
	return strings.Join(parts, ", ")
}

// cannot refuses what the server has said it can't take.
func (c *conn) cannot(m *message) *verdict.Reply {
	switch {
	case c.most > 0 && m.size() > c.most: // RFC 1870 §6.1
		return own(verdict.MailFrom, 552, "5.3.4", "the message has %d bytes, %s takes %d", m.size(), c.o.Host, c.most)
	case m.utf8 && !c.utf8: // RFC 6531 §3.5
		return own(verdict.RcptTo, 553, "5.6.7", "%s has no SMTPUTF8, which the address %s needs", c.o.Host, m.to)
	case m.eightBit && !c.eightBit: // RFC 6152 §3
		return own(verdict.Data, 554, "5.6.3", "the message has bytes over 127, %s takes none", c.o.Host)
	}
	return nil
}

// envelope says MAIL, RCPT and DATA. true: the server waits for the message.
func (c *conn) envelope(m *message) (verdict.Reply, bool) {
	if err := c.unasked(); err != nil {
		return verdict.Reply{Stage: verdict.MailFrom, Err: err}, false
	}
	commands := c.commands(m)
	if c.pipelining {
		return c.together(commands)
	}
	for i, command := range commands {
		if a, ok := c.ask(verdict.MailFrom+verdict.Stage(i), command); !ok {
			return a, false
		}
	}
	return verdict.Reply{}, true
}

// commands are MAIL, RCPT and DATA, with the parameters that this message needs.
func (c *conn) commands(m *message) [3]string {
	from := "MAIL FROM:<" + m.from + ">"
	if c.sized { // RFC 1870 §6.1; the dot and doubled dots don't count (§3)
		from += " SIZE=" + strconv.Itoa(m.size())
	}
	if m.eightBit {
		from += " BODY=8BITMIME"
	}
	if m.utf8 {
		from += " SMTPUTF8"
	}
	return [3]string{from, "RCPT TO:<" + m.to + ">", "DATA"}
}

// together sends an envelope in one write (RFC 2920 §3.1: DATA may be the last of
// a group). It is the first reply that isn't a yes that counts; the others are
// read because they come.
func (c *conn) together(commands [3]string) (verdict.Reply, bool) {
	lines := strings.Join(commands[:], "\r\n") + "\r\n"
	if a, ok := c.write(verdict.MailFrom, []byte(lines)); !ok {
		return a, false
	}
	c.within(time.Duration(len(commands)) * c.o.Timeout)
	mail, mailed := c.reply(verdict.MailFrom)
	rcpt, named := c.reply(verdict.RcptTo)
	data, waits := c.reply(verdict.Data)
	switch {
	case waits && !mailed:
		c.lost = true // out of step: what it would do with a message, nobody knows
	case waits && !named: // a dot alone ends it, to which no is the reply (RFC 2920 §3.1)
		_, _ = c.ask(verdict.Dot, ".")
	}
	switch {
	case !mailed:
		return mail, false
	case !named:
		return rcpt, false
	}
	return data, waits
}

// data sends the message and its dot. A dot that didn't leave whole can't have
// been understood, so a write that fails says that nothing was accepted.
func (c *conn) data(m *message) (verdict.Reply, bool) {
	if err := c.unasked(); err != nil {
		return verdict.Reply{Stage: verdict.Data, Err: err}, false
	}
	c.buf = stuff(c.buf[:0], m.data)
	if len(m.data) < m.size() {
		c.buf = append(c.buf, "\r\n"...)
	}
	c.buf = append(c.buf, ".\r\n"...)
	for part := range slices.Chunk(c.buf, chunk) {
		if a, ok := c.write(verdict.Data, part); !ok {
			return a, false
		}
	}
	if cap(c.buf) > largestKept {
		c.buf = nil
	}
	return verdict.Reply{}, true
}

// reset ends a transaction that was refused before its message.
func (c *conn) reset() {
	if c.lost {
		return
	}
	if _, ok := c.ask(verdict.MailFrom, "RSET"); !ok {
		c.lost = true
	}
}

// quit ends the conversation politely.
func (c *conn) quit() {
	if _, ok := c.write(verdict.Connect, []byte("QUIT\r\n")); ok {
		c.within(partingTime)
		_, _, _ = readReply(c.in, nil) // whatever it is
	}
}

// ask sends one command and reads its reply.
func (c *conn) ask(stage verdict.Stage, command string) (verdict.Reply, bool) {
	if a, ok := c.write(stage, []byte(command+"\r\n")); !ok {
		return a, false
	}
	return c.reply(stage)
}

// write sends data and gives it, and what the server says to it, Timeout. When
// that fails the reply is what the server said before it closed the connection
// or stopped reading, if anything.
func (c *conn) write(stage verdict.Stage, data []byte) (verdict.Reply, bool) {
	c.within(c.o.Timeout)
	_, err := c.out.Write(data)
	if err == nil {
		err = c.out.Flush()
	}
	if err == nil {
		return verdict.Reply{}, true
	}
	c.lost = true
	c.within(partingTime)
	if code, text, none := c.read(); none == nil && code >= 400 {
		return said(stage, code, text), false
	}
	return verdict.Reply{Stage: stage, Err: err}, false
}

// unasked tells what a server says that wasn't asked, a farewell most likely. It
// ends the connection: which question a further reply answers would be a guess.
func (c *conn) unasked() error {
	if c.in.Buffered() == 0 {
		return nil
	}
	c.lost = true
	c.within(partingTime)
	code, text, err := c.read()
	if err != nil {
		return errors.New("the server spoke without being asked")
	}
	return fmt.Errorf("the server said without being asked: %d %s", code, clean(text))
}

// within gives what is written and read next so long.
func (c *conn) within(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.until = time.Now().Add(d) //nolint:forbidigo // a socket's deadline is an instant
	if !c.limit.IsZero() && c.limit.Before(c.until) {
		c.until = c.limit
	}
	_ = c.net.SetDeadline(c.until) // fails when the connection is closed, and then the next step says so
}

// hurry lets nothing last longer than Grace from now: the context has ended.
func (c *conn) hurry() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.limit = time.Now().Add(c.o.Grace) //nolint:forbidigo // a socket's deadline is an instant
	if c.until.After(c.limit) {
		c.until = c.limit
		_ = c.net.SetDeadline(c.until)
	}
}
