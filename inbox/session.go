package inbox

import (
	"errors"
	"io"
	"slices"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// session is one client's conversation, as go-smtp calls it.
type session struct {
	s    *Server
	w    *wire
	user string
	from string
	to   []string
	utf8 bool
}

func (s *Server) newSession(c *smtp.Conn) (smtp.Session, error) {
	w, ok := c.Conn().(*wire)
	if !ok {
		return nil, errors.New("inbox: a connection of unknown kind")
	}
	return &session{s: s, w: w}, nil
}

var errDropped = &smtp.SMTPError{Code: 421, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "dropped"}

// fault asks for a fault and does what it says; nil: go on.
func (c *session) fault(stage Stage, from, to string) error {
	f := c.s.ask(Ask{Stage: stage, From: from, To: to, Conn: c.w.number})
	if f.Drop {
		_ = c.w.drop()
		return errDropped
	}
	if f.Code != 0 {
		return f.err()
	}
	return nil
}

func (c *session) AuthMechanisms() []string {
	if len(c.s.o.Users) == 0 || !c.w.secure && !c.s.o.InsecureAuth {
		return nil
	}
	return c.s.o.Mechanisms
}

func (c *session) Auth(mech string) (sasl.Server, error) {
	if err := c.fault(Auth, "", ""); err != nil {
		return nil, err
	}
	if !slices.Contains(c.AuthMechanisms(), mech) {
		return nil, smtp.ErrAuthUnknownMechanism
	}
	return mechanisms[mech](c), nil
}

func (c *session) Mail(from string, o *smtp.MailOptions) error {
	if c.s.o.RequireAuth && c.user == "" {
		return &smtp.SMTPError{Code: 530, EnhancedCode: smtp.EnhancedCode{5, 7, 0}, Message: "Authentication required"}
	}
	if err := c.fault(MailFrom, from, ""); err != nil {
		return err
	}
	c.from, c.utf8 = from, o != nil && o.UTF8
	c.w.from = from
	return nil
}

func (c *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	if err := c.fault(RcptTo, c.from, to); err != nil {
		return err
	}
	c.to = append(c.to, to)
	c.w.to = c.to[0]
	return nil
}

func (c *session) Data(r io.Reader) error {
	data, err := io.ReadAll(r)
	if err != nil {
		return err // too large, or the client went away before the dot
	}
	if c.w.refused {
		c.w.refused = false
		return nil
	}
	m := Message{
		From: c.from, To: slices.Clone(c.to), Data: data, UTF8: c.utf8,
		TLS: c.w.secure, User: c.user, Conn: c.w.number,
		Received: time.Now(), //nolint:forbidigo // the server runs: this is the moment
	}
	m.readHeader()
	f := c.s.ask(Ask{Stage: Dot, From: c.from, To: c.to[0], MessageID: m.MessageID, Conn: c.w.number})
	if f.Code == 0 && !f.Drop || f.Code/100 == 2 || f.Keep {
		c.s.store.add(m)
	}
	switch {
	case f.Drop:
		_ = c.w.drop()
		return errDropped
	case f.Code != 0:
		return f.err()
	}
	return nil
}

func (c *session) Reset() {
	c.from, c.to, c.utf8 = "", nil, false
	c.w.from, c.w.to = "", ""
}

func (c *session) Logout() error { return nil }
