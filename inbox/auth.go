package inbox

import (
	"crypto/hmac"
	"crypto/md5" //nolint:gosec // CRAM-MD5 is made of it
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// mechanisms are the logins that can be offered. go-sasl serves PLAIN; the
// others are ours.
var mechanisms = map[string]func(*session) sasl.Server{
	"PLAIN": func(c *session) sasl.Server {
		return sasl.NewPlainServer(func(_, user, password string) error { return c.login(user, password) })
	},
	"LOGIN":    func(c *session) sasl.Server { return &loginServer{c: c} },
	"CRAM-MD5": func(c *session) sasl.Server { return &cramServer{c: c} },
	"XOAUTH2":  func(c *session) sasl.Server { return &xoauth2Server{c: c} },
}

// login checks a password in constant time.
func (c *session) login(user, password string) error {
	want, ok := c.s.o.Users[user]
	if subtle.ConstantTimeCompare([]byte(want), []byte(password)) != 1 || !ok {
		return smtp.ErrAuthFailed
	}
	c.user = user
	return nil
}

// loginServer serves LOGIN (draft-murchison-sasl-login-00).
type loginServer struct {
	c    *session
	step int
	user string
}

func (l *loginServer) Next(response []byte) ([]byte, bool, error) {
	if l.step == 0 && response == nil {
		l.step = 1
		return []byte("Username:"), false, nil
	}
	if l.step < 2 {
		l.step, l.user = 2, string(response)
		return []byte("Password:"), false, nil
	}
	return nil, true, l.c.login(l.user, string(response))
}

// cramServer serves CRAM-MD5 (RFC 2195).
type cramServer struct {
	c         *session
	challenge []byte
}

func (s *cramServer) Next(response []byte) ([]byte, bool, error) {
	if s.challenge == nil {
		s.challenge = []byte("<" + rand.Text() + "@" + s.c.s.o.Domain + ">")
		return s.challenge, false, nil
	}
	i := strings.LastIndexByte(string(response), ' ')
	if i < 0 {
		return nil, true, smtp.ErrAuthFailed
	}
	user := string(response[:i])
	password, ok := s.c.s.o.Users[user]
	mac := hmac.New(md5.New, []byte(password))
	mac.Write(s.challenge)
	if !hmac.Equal([]byte(hex.EncodeToString(mac.Sum(nil))), response[i+1:]) || !ok {
		return nil, true, smtp.ErrAuthFailed
	}
	s.c.user = user
	return nil, true, nil
}

// xoauth2Server serves XOAUTH2 as large providers document it: a failure is
// told in a challenge of JSON, which the client answers with an empty line.
type xoauth2Server struct {
	c      *session
	failed bool
}

func (s *xoauth2Server) Next(response []byte) ([]byte, bool, error) {
	if s.failed {
		return nil, true, smtp.ErrAuthFailed
	}
	if response == nil {
		return []byte{}, false, nil
	}
	var user, token string
	for field := range strings.SplitSeq(string(response), "\x01") {
		if v, ok := strings.CutPrefix(field, "user="); ok {
			user = v
		}
		if v, ok := strings.CutPrefix(field, "auth=Bearer "); ok {
			token = v
		}
	}
	if s.c.login(user, token) != nil {
		s.failed = true
		return fmt.Appendf(nil, `{"status":"401","schemes":"bearer","scope":"mail"}`), false, nil
	}
	return nil, true, nil
}
