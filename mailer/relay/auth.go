package relay

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wneessen/go-mail/smtp"

	"dailytip/verdict"
)

// mechanism maps the words of the configuration to SASL names.
var mechanism = map[string]string{
	"plain":         "PLAIN",
	"login":         "LOGIN",
	"cram-md5":      "CRAM-MD5",
	"scram-sha-256": "SCRAM-SHA-256",
	"xoauth2":       "XOAUTH2",
}

// The order in which auto chooses. Where nobody can listen, SCRAM first, then
// PLAIN, which works with every way of storing passwords; CRAM-MD5 only works
// with passwords that the server can read. Where somebody may listen, only
// what doesn't show the password. XOAUTH2 last: it wants a token, so it is
// right only where a server offers nothing else.
var (
	orderPrivate = []string{"SCRAM-SHA-256", "PLAIN", "LOGIN", "CRAM-MD5", "XOAUTH2"}
	orderOpen    = []string{"SCRAM-SHA-256", "CRAM-MD5"}
)

// choose picks the mechanism. private: the connection is encrypted or doesn't
// leave the machine. The refusal carries the reply code that a server would
// give (RFC 4954 §6).
func choose(want string, offered []string, private bool, host string) (string, error) {
	for i := range offered {
		offered[i] = strings.ToUpper(offered[i])
	}
	if want == "auto" {
		order := orderPrivate
		if !private {
			order = orderOpen
		}
		for _, m := range order {
			if slices.Contains(offered, m) {
				return m, nil
			}
		}
		if !private && len(offered) > 0 {
			return "", refuse(verdict.Auth, 538, "5.7.11", "%s offers only %s without encryption, which would show the password: use tls: mandatory or implicit", host, list(offered))
		}
		return "", refuse(verdict.Auth, 504, "5.5.4", "%s offers %s, we know PLAIN, LOGIN, CRAM-MD5, SCRAM-SHA-256 and XOAUTH2: is this the right port (587 or 465)?", host, list(offered))
	}
	m := mechanism[want]
	if !private && !slices.Contains(orderOpen, m) {
		return "", refuse(verdict.Auth, 538, "5.7.11", "%s without encryption would show the password: use tls: mandatory or implicit", m)
	}
	if !slices.Contains(offered, m) {
		return "", refuse(verdict.Auth, 504, "5.5.4", "%s offers %s, not %s: set auth to one of them, or to auto", host, list(offered), m)
	}
	return m, nil
}

func list(offered []string) string {
	if len(offered) == 0 {
		return "no login"
	}
	return strings.Join(offered, ", ")
}

// login authenticates (RFC 4954) with go-mail's mechanisms.
func (r *Relay) login(c *conn, password string) error {
	if r.o.Auth == "none" {
		return nil
	}
	_, param := c.client.Extension("AUTH")
	_, err := c.client.GetTLSConnectionState()
	private := err == nil || r.o.local()
	name, err := choose(r.o.Auth, strings.Fields(param), private, r.o.Host)
	if err != nil {
		return err
	}
	host, _ := r.o.socket() // go-mail compares the name it dialled
	if host == "" {
		host = r.o.Host
	}
	var a smtp.Auth
	switch name {
	case "PLAIN": // whether it may be shown is decided above
		a = smtp.PlainAuth("", r.o.Username, password, host, true)
	case "LOGIN":
		a = smtp.LoginAuth(r.o.Username, password, host, true)
	case "CRAM-MD5":
		a = smtp.CRAMMD5Auth(r.o.Username, password)
	case "SCRAM-SHA-256":
		a = smtp.ScramSHA256Auth(r.o.Username, password)
	case "XOAUTH2":
		a = smtp.XOAuth2Auth(r.o.Username, password)
	}
	if err := c.client.Auth(a); err != nil {
		return fmt.Errorf("log in with %s: %w", name, err)
	}
	c.login = name
	return nil
}
