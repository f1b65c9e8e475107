package relay

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strconv"

	"dailytip/verdict"
)

// begin sends m's envelope. true: the server waits for the message itself.
func (c *conn) begin(m *message) (verdict.Answer, bool) {
	if err := c.unasked(); err != nil {
		return verdict.Answer{Stage: verdict.MailFrom, Err: err}, false
	}
	if !c.pipelining {
		return c.steps(m)
	}
	c.envelope(m)
	if err := c.push(); err != nil {
		return c.parting(verdict.MailFrom, err), false
	}
	return c.hear()
}

// envelope gathers MAIL, RCPT and DATA for one write (RFC 2920 §3.1: DATA may be
// the last of a group), and RSET before them when a transaction is open.
func (c *conn) envelope(m *message) {
	if c.reset = c.open; c.reset {
		c.command("RSET")
	}
	c.mail(m)
	c.rcpt(m)
	c.command("DATA")
}

// hear reads the answers to an envelope. It is the first that isn't a yes that
// counts; the others are read because they come.
func (c *conn) hear() (verdict.Answer, bool) {
	if c.reset {
		if a, ok := c.hearReset(); !ok {
			return a, false
		}
	}
	a, mail := c.expect(verdict.MailFrom)
	if c.lost {
		return a, false
	}
	c.open = mail
	r, rcpt := c.expect(verdict.RcptTo)
	if mail {
		a = r
	}
	if c.lost {
		return a, false
	}
	d, data := c.expect(verdict.Data)
	switch {
	case mail && rcpt:
		return d, data
	case data && !mail:
		c.lost = true // out of step: what it would do with a message, nobody knows
	case data:
		c.nothing()
	}
	return a, false
}

// hearReset reads the answer to RSET. A server that can't say yes to it is no
// use, but has said nothing about a message.
func (c *conn) hearReset() (verdict.Answer, bool) {
	a, ok := c.expect(verdict.MailFrom)
	if ok {
		c.open = false
		return a, true
	}
	c.lost = true
	if a.Code != 0 {
		a = verdict.Answer{Stage: verdict.MailFrom, Err: fmt.Errorf("RSET was refused: %v", a)}
	}
	return a, false
}

// nothing ends a DATA that was allowed although the recipient was refused: with
// a dot alone, to which no is the answer (RFC 2920 §3.1). Should it be yes, the
// nothing goes to nobody.
func (c *conn) nothing() {
	c.command(".")
	if c.push() != nil {
		c.lost = true
		return
	}
	c.expect(verdict.Dot)
	c.open = false
}

// send sends m itself and the dot, and next's envelope in the same write if it
// can travel along (asked). Unless that is gone, the answer is m's; else it and
// then next's are to be heard.
func (c *conn) send(m, next *message) (a verdict.Answer, asked, gone bool) {
	if err := c.unasked(); err != nil {
		return verdict.Answer{Stage: verdict.Data, Err: err}, false, false
	}
	dot, err := c.body(m)
	c.open = false // the dot ends a transaction, accepted or not (RFC 5321 §4.1.1.4)
	if err == nil {
		if asked = next != nil && c.pipelining && c.cannot(next) == nil; asked {
			c.envelope(next)
		}
		err = c.flush()
	}
	if err != nil && c.gone < dot {
		return c.parting(verdict.Data, err), false, false
	}
	c.torn = err != nil
	return a, asked, true
}

// landed hears the answer to a message that is gone.
func (c *conn) landed() verdict.Answer {
	a, accepted := c.expect(verdict.Dot)
	if accepted {
		c.taken++
	}
	c.lost = c.lost || c.torn
	return a
}

// body gathers m and the dot, and writes what is too much for one write. It
// gives the position that the dot ends at.
func (c *conn) body(m *message) (dot int64, err error) {
	c.writing(c.o.Timeout)
	for data := m.data; len(data) > 0; {
		part := data[:cut(data)]
		data = data[len(part):]
		if m.dots {
			c.buf = stuff(c.buf, part)
		} else {
			c.buf = append(c.buf, part...)
		}
		if len(data) > 0 {
			if err = c.flush(); err != nil {
				return math.MaxInt64, err
			}
			c.writing(c.o.Timeout)
		}
	}
	if m.data[len(m.data)-1] != '\n' {
		c.buf = append(c.buf, "\r\n"...)
	}
	c.buf = append(c.buf, ".\r\n"...)
	return c.end(), nil
}

// parting listens for what a server said before it closed the connection, or
// stopped reading, while we were writing. The dot didn't leave: nothing was
// accepted.
func (c *conn) parting(stage verdict.Stage, cause error) verdict.Answer {
	c.lost = true
	if code, text, err := c.read(lastWords); err == nil && code >= 400 {
		return said(stage, code, string(text))
	}
	return verdict.Answer{Stage: stage, Err: cause}
}

// unasked tells what a server says that wasn't asked, a farewell most likely. It
// ends the connection: which question a further reply answers would be a guess.
func (c *conn) unasked() error {
	if c.in.Buffered() == 0 {
		return nil
	}
	if a := c.parting(verdict.MailFrom, nil); a.Code != 0 {
		return fmt.Errorf("the server said without being asked: %d %s %s", a.Code, a.Enhanced, a.Text)
	}
	return errors.New("the server spoke without being asked")
}

// mail gathers MAIL FROM with the parameters that this message needs.
func (c *conn) mail(m *message) {
	c.buf = append(append(append(c.buf, "MAIL FROM:<"...), m.from...), '>')
	if c.sized { // RFC 1870 §6.1; the dot and doubled dots don't count (§3)
		c.buf = strconv.AppendInt(append(c.buf, " SIZE="...), int64(m.size()), 10)
	}
	if m.eightBit {
		c.buf = append(c.buf, " BODY=8BITMIME"...)
	}
	if m.utf8 {
		c.buf = append(c.buf, " SMTPUTF8"...)
	}
	c.buf = append(c.buf, "\r\n"...)
}

func (c *conn) rcpt(m *message) {
	c.buf = append(append(append(c.buf, "RCPT TO:<"...), m.to...), ">\r\n"...)
}

// cut gives how much of data goes in one write: whole lines, so that a dot at
// the begin of one is seen.
func cut(data []byte) int {
	if len(data) <= chunk {
		return len(data)
	}
	return bytes.LastIndexByte(data[:chunk], '\n') + 1
}
