package lmtp

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/emersion/go-smtp"

	"dailytip/bounces"
	"dailytip/bounces/intake"
)

// session is one client's conversation, as go-smtp calls it.
type session struct {
	door  *Door
	guest *guest
	ctx   context.Context //nolint:containedctx // go-smtp has no parameter for it
	to    []string
}

var (
	errNotOurs = &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "This door takes bounces, and that is no return path of ours"}
	errOften   = &smtp.SMTPError{Code: 450, EnhancedCode: smtp.EnhancedCode{4, 7, 1}, Message: "Too many messages from your address; try again later"}
	errLater   = &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "The message can't be written down at the moment; try again later"}
)

func (s *session) Mail(string, *smtp.MailOptions) error {
	if !s.guest.hands(time.Now()) { //nolint:forbidigo // the door runs: this is the instant at which it comes
		return errOften
	}
	return nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	if !s.door.o.Taker.Valid(to) {
		return errNotOurs
	}
	s.to = append(s.to, to)
	return nil
}

// Data takes a message by SMTP, which has one reply for all recipients: when some
// couldn't be taken it comes again for all, which changes nothing for the others.
func (s *session) Data(r io.Reader) error {
	raw, err := read(r)
	if err != nil {
		return err
	}
	var failed error
	for _, to := range s.to {
		if err := s.take(to, raw); err != nil {
			failed = err
		}
	}
	return failed
}

// LMTPData takes a message by LMTP, which has a reply for each recipient.
func (s *session) LMTPData(r io.Reader, status smtp.StatusCollector) error {
	raw, err := read(r)
	if err != nil {
		return err
	}
	for _, to := range s.to {
		status.SetStatus(to, s.take(to, raw))
	}
	return nil
}

// read reads a whole message and keeps as much of it as anybody will look at.
func read(r io.Reader) ([]byte, error) {
	raw, err := io.ReadAll(io.LimitReader(r, bounces.MostBytes))
	if err == nil {
		_, err = io.Copy(io.Discard, r)
	}
	var known *smtp.SMTPError
	if err != nil && !errors.As(err, &known) { // the client went away, or its line is too long
		err = errLater
	}
	return raw, err
}

func (s *session) take(to string, raw []byte) error {
	ctx, cancel := context.WithTimeout(s.ctx, taking)
	defer cancel()
	now := time.Now() //nolint:forbidigo // the door runs: this is the instant at which it comes
	if _, err := s.door.o.Taker.Take(ctx, now, intake.Return{Door: "lmtp", Recipient: to, Raw: raw}); err != nil {
		s.door.o.Log.Error("a returned mail couldn't be taken; the mail server keeps it and tries again", "error", err)
		return errLater
	}
	return nil
}

func (s *session) Reset()        { s.to = nil }
func (s *session) Logout() error { return nil }
