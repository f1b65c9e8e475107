package relay

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/wneessen/go-mail/smtp"

	"dailytip/verdict"
)

const (
	// checkAfter is how long a connection may rest without being asked
	// whether it is alive, checkTime how long it has to answer that, and QUIT.
	checkAfter = 5 * time.Second
	checkTime  = 5 * time.Second
	// lastWords is how long we listen for the reason when a server closed the
	// connection while we were writing.
	lastWords = time.Second
)

// conn is one connection, past EHLO, TLS and login. One goroutine at a time
// uses it.
type conn struct {
	output
	o      *Options
	raw    net.Conn // for deadlines: they hold for TLS over it too
	client *smtp.Client
	in     *bufio.Reader // go-mail's
	text   []byte        // of the reply read last
	login  string        // the mechanism used, "" for none

	pipelining, utf8, eightBit bool
	sized                      bool // SIZE is offered (RFC 1870)
	most                       int  // the largest message in bytes, 0: not told

	count int  // messages begun
	taken int  // messages accepted
	open  bool // MAIL was accepted and the transaction hasn't ended
	reset bool // the envelope on its way begins with RSET
	torn  bool // the envelope behind the last message was cut short
	lost  bool // it can carry nothing more

	mu     sync.Mutex
	gen    int       // of the context that is watched
	limit  time.Time // no deadline may be later; zero: none
	rd, wr time.Time // the deadlines
}

// learn reads the server's extensions from its answer to EHLO.
func (c *conn) learn() {
	c.in, c.w = c.client.Text.R, c.client.Text.W
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
func (c *conn) cannot(m *message) *verdict.Answer {
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

// spent tells whether an answer means that this connection has carried as many
// messages as the server allows: OpenSMTPD says 452 4.5.3 (too many recipients,
// RFC 3463 §3.6) to the 101st MAIL, and to each one after it, instead of a
// farewell.
func (c *conn) spent(a verdict.Answer) bool {
	return c.taken > 0 && !c.lost && a.Stage == verdict.MailFrom && a.Code/100 == 4 && a.Enhanced == "4.5.3"
}

// reading gives the server time for its next line. What has come already needs
// no deadline.
func (c *conn) reading(d time.Duration) {
	come, _ := c.in.Peek(c.in.Buffered())
	if bytes.IndexByte(come, '\n') < 0 {
		c.deadline(&c.rd, d, c.raw.SetReadDeadline)
	}
}

// writing gives the network time for what is written next.
func (c *conn) writing(d time.Duration) { c.deadline(&c.wr, d, c.raw.SetWriteDeadline) }

// deadline sets one. One that is nearly what it should be is left as it is: to
// set it costs more than to read the clock.
func (c *conn) deadline(old *time.Time, d time.Duration, set func(time.Time) error) {
	now := time.Now() //nolint:forbidigo // a socket's deadline is an instant
	c.mu.Lock()
	defer c.mu.Unlock()
	t := now.Add(d)
	if !c.limit.IsZero() && c.limit.Before(t) {
		t = c.limit
	}
	if early := t.Sub(*old); early >= 0 && early < d/16 {
		return
	}
	*old = t
	_ = set(t) // fails when the connection is closed, and then the next step says so
}

// watch forgets the limit of the context before, and gives what the end of the
// next one is told to.
func (c *conn) watch() (ended func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.gen++
	c.limit = time.Time{}
	gen := c.gen
	return func() { c.hurry(gen) }
}

// hurry lets nothing last longer than Grace from now: the context has ended.
func (c *conn) hurry(gen int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if gen != c.gen {
		return
	}
	c.limit = time.Now().Add(c.o.Grace) //nolint:forbidigo // a socket's deadline is an instant
	if c.rd.After(c.limit) {
		c.rd = c.limit
		_ = c.raw.SetReadDeadline(c.rd)
	}
	if c.wr.After(c.limit) {
		c.wr = c.limit
		_ = c.raw.SetWriteDeadline(c.wr)
	}
}

// both gives a whole question and its answer time, for what go-mail does.
func (c *conn) both(d time.Duration) {
	c.writing(d)
	c.deadline(&c.rd, d, c.raw.SetReadDeadline)
}

// alive asks a connection that rested. A quick answer is expected: behind a
// firewall that forgot the connection there is never one.
func (c *conn) alive() bool {
	c.both(min(c.o.Timeout, checkTime))
	return c.in.Buffered() == 0 && c.client.Noop() == nil
}

// silent tells whether a server that waits for a message is still there: nothing
// has come, not even the end. It can't be asked.
func (c *conn) silent() bool {
	c.deadline(&c.rd, time.Millisecond, c.raw.SetReadDeadline)
	_, err := c.in.Peek(1)
	timeout, ok := err.(net.Error) //nolint:errorlint // an interface
	return ok && timeout.Timeout()
}

// noop says NOOP, for Check.
func (c *conn) noop() verdict.Answer {
	c.both(c.o.Timeout)
	if err := c.client.Noop(); err != nil {
		return answer(verdict.Auth, err)
	}
	return verdict.Answer{Stage: verdict.Auth, Code: 250}
}

// quit ends the connection politely.
func (c *conn) quit() {
	c.both(checkTime)
	_ = c.client.Quit() // an error means that it is closed already
	c.raw.Close()
}

// drop ends the connection at once.
func (c *conn) drop() { c.raw.Close() }
