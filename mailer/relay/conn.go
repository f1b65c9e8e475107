package relay

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/wneessen/go-mail/smtp"

	"dailytip/verdict"
)

const (
	// checkAfter is how long a connection may rest without being asked
	// whether it is alive, checkTime how long it has to answer that, and RSET.
	checkAfter = 5 * time.Second
	checkTime  = 5 * time.Second
	// lastWords is how long we listen for the reason when a server closed the
	// connection while we were writing.
	lastWords = time.Second
)

// conn is one connection, past EHLO, TLS and login. One goroutine at a time
// uses it.
type conn struct {
	o      *Options
	raw    net.Conn // for deadlines: they hold for TLS over it too
	client *smtp.Client
	login  string // the mechanism used, "" for none

	utf8, eightBit bool
	size           int // the largest message, 0: not told (RFC 1870 §3)

	usable bool // between messages: ready for MAIL
	rested time.Time
	timer  *time.Timer

	mu    sync.Mutex
	limit time.Time // no deadline may be later; zero: none
}

// learn reads the server's extensions from its answer to EHLO.
func (c *conn) learn() {
	c.usable = true
	c.utf8, _ = c.client.Extension("SMTPUTF8")
	c.eightBit, _ = c.client.Extension("8BITMIME")
	_, size := c.client.Extension("SIZE")
	if n, err := strconv.Atoi(size); err == nil && n > 0 {
		c.size = n
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
	if c.size > 0 {
		parts = append(parts, fmt.Sprintf("messages up to %d bytes", c.size))
	}
	if !c.utf8 {
		parts = append(parts, "no SMTPUTF8")
	}
	return strings.Join(parts, ", ")
}

// deadline gives the next step its time.
func (c *conn) deadline(d time.Duration) {
	t := time.Now().Add(d) //nolint:forbidigo // a socket's deadline is an instant
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.limit.IsZero() && c.limit.Before(t) {
		t = c.limit
	}
	c.raw.SetDeadline(t)
}

// hurry lets nothing last longer than d from now: the context has ended.
func (c *conn) hurry(d time.Duration) {
	c.mu.Lock()
	c.limit = time.Now().Add(d) //nolint:forbidigo // a socket's deadline is an instant
	c.mu.Unlock()
	c.deadline(d)
}

// send carries one message over the connection. Afterwards c.usable says
// whether it can carry another. dead: the connection was gone before MAIL FROM
// was answered, so nothing was said about the message.
func (c *conn) send(ctx context.Context, m message) (a verdict.Answer, dead bool) {
	if refused := c.cannot(m); refused != nil {
		return *refused, false
	}
	stop := context.AfterFunc(ctx, func() { c.hurry(c.o.Grace) })
	defer stop()

	a = c.transaction(m)
	switch {
	case a.Code == 0 || a.Code == 421:
		// Nothing, or nonsense, or a farewell (RFC 5321 §3.8).
		c.usable = false
		return a, a.Stage == verdict.MailFrom
	case a.Code >= 400:
		// Else the next MAIL is "nested" (RFC 5321 §4.1.4). RSET is answered at
		// once or never; the caller waits for our answer meanwhile.
		c.deadline(min(c.o.Timeout, checkTime))
		c.usable = c.client.Reset() == nil
	}
	return a, false
}

// cannot refuses what the server has said it can't take.
func (c *conn) cannot(m message) *verdict.Answer {
	switch {
	case c.size > 0 && len(m.data) > c.size: // RFC 1870 §6.1
		return own(verdict.MailFrom, 552, "5.3.4", "the message has %d bytes, %s takes %d", len(m.data), c.o.Host, c.size)
	case m.utf8 && !c.utf8: // RFC 6531 §3.5
		return own(verdict.RcptTo, 553, "5.6.7", "%s has no SMTPUTF8, which the address %s needs", c.o.Host, m.to)
	case m.eightBit && !c.eightBit: // RFC 6152 §3
		return own(verdict.Data, 554, "5.6.3", "the message has bytes over 127, %s takes none", c.o.Host)
	}
	return nil
}

// transaction is MAIL, RCPT, DATA and the message, in lock-step (RFC 5321
// §3.3). It returns at the first answer that isn't a yes, or with the last.
func (c *conn) transaction(m message) verdict.Answer {
	c.deadline(c.o.Timeout)
	c.client.SkipSMTPUTF8(!m.utf8)
	if err := c.client.Mail("<" + m.from + ">"); err != nil {
		return answer(verdict.MailFrom, err)
	}
	c.deadline(c.o.Timeout)
	if err := c.client.Rcpt("<" + m.to + ">"); err != nil {
		return answer(verdict.RcptTo, err)
	}
	c.deadline(c.o.Timeout)
	w, err := c.client.Data()
	if err != nil {
		return answer(verdict.Data, err)
	}
	c.deadline(c.o.Timeout)
	if _, err := w.Write(m.data); err != nil {
		return c.parting(err)
	}
	// From here on the dot may arrive, whatever we hear.
	c.deadline(c.o.DotTimeout)
	if err := w.Close(); err != nil {
		return answer(verdict.Dot, err)
	}
	a := verdict.Answer{Stage: verdict.Dot, Code: 250}
	if d, ok := w.(*smtp.DataCloser); ok {
		enhanced, text := verdict.Split(d.ServerResponse())
		a.Enhanced, a.Text = enhanced, clean(text)
	}
	return a
}

// parting listens for what a server said before it closed the connection in
// the middle of a message. The dot wasn't sent: nothing was accepted.
func (c *conn) parting(cause error) verdict.Answer {
	c.deadline(lastWords)
	if _, _, err := c.client.Text.ReadResponse(250); err != nil {
		if a := answer(verdict.Data, err); a.Code != 0 {
			// DATA is open, so no command can follow: treat it as a farewell.
			c.raw.Close()
			return a
		}
	}
	return verdict.Answer{Stage: verdict.Data, Err: cause}
}

// alive asks a connection that rested for a while. A quick answer is expected:
// behind a firewall that forgot the connection there is never one.
func (c *conn) alive() bool {
	if time.Since(c.rested) < checkAfter {
		return true
	}
	c.deadline(checkTime)
	return c.client.Noop() == nil
}

// noop says NOOP, for Check.
func (c *conn) noop() verdict.Answer {
	c.deadline(c.o.Timeout)
	if err := c.client.Noop(); err != nil {
		return answer(verdict.Auth, err)
	}
	return verdict.Answer{Stage: verdict.Auth, Code: 250}
}

// rest begins an idle time.
func (c *conn) rest() {
	c.rested = time.Now() //nolint:forbidigo // how long a socket was silent
}

// quit ends the connection politely.
func (c *conn) quit() {
	c.deadline(checkTime)
	_ = c.client.Quit() // an error means that it is closed already
	c.raw.Close()
}

// drop ends the connection at once.
func (c *conn) drop() { c.raw.Close() }

// answer turns what go-mail returned into data. A reply that is positive, but
// not the one that belongs there, is as good as none.
func answer(stage verdict.Stage, err error) verdict.Answer {
	var reply *textproto.Error
	if errors.As(err, &reply) {
		enhanced, text := verdict.Split(reply.Msg)
		if reply.Code >= 400 || stage == verdict.Dot && reply.Code/100 == 2 {
			return verdict.Answer{Stage: stage, Code: reply.Code, Enhanced: enhanced, Text: clean(text)}
		}
		err = fmt.Errorf("unexpected reply %d %s", reply.Code, clean(reply.Msg))
	}
	return verdict.Answer{Stage: stage, Err: err}
}
