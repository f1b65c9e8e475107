package relay

import "dailytip/verdict"

// steps sends m's envelope to a server without PIPELINING: each command waits
// for the answer to the one before (RFC 5321 §4.1.4).
func (c *conn) steps(m *message) (verdict.Answer, bool) {
	if c.reset = c.open; c.reset {
		c.command("RSET")
		if err := c.push(); err != nil {
			return c.parting(verdict.MailFrom, err), false
		}
		if a, ok := c.hearReset(); !ok {
			return a, false
		}
	}
	c.mail(m)
	if a, ok := c.step(verdict.MailFrom); !ok {
		return a, false
	}
	c.open = true
	c.rcpt(m)
	if a, ok := c.step(verdict.RcptTo); !ok {
		return a, false
	}
	c.command("DATA")
	return c.step(verdict.Data)
}

// step sends one command and reads its answer.
func (c *conn) step(stage verdict.Stage) (verdict.Answer, bool) {
	if err := c.push(); err != nil {
		return c.parting(stage, err), false
	}
	return c.expect(stage)
}

// push writes what was gathered.
func (c *conn) push() error {
	c.writing(c.o.Timeout)
	return c.flush()
}
