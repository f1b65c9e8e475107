package interop

import (
	"flag"
	"fmt"
	"testing"

	"dailytip/test/postfixtest"
)

var (
	mails = flag.Int("mails", 1000, "how many `mails` each relay takes")
	few   = flag.Int("few", 200, "how many Postfix takes with each login but the first")
)

// Postfix takes the mails with STARTTLS or TLS from the first byte, after a
// login by each mechanism at Dovecot.
func TestPostfix(t *testing.T) {
	t.Parallel()
	far, door := farEnd(t)
	s := postfixtest.Start(t, postfixtest.Options{
		Users: map[string]string{userName: password},
		Config: map[string]string{
			"virtual_mailbox_domains": "",
			"default_transport":       "smtp",
			"relayhost":               fmt.Sprintf("[127.0.0.1]:%d", door.Port),
			"in_flow_delay":           "0",
		},
	})
	for i, auth := range []string{"scram-sha-256", "plain", "login", "cram-md5", "xoauth2"} {
		t.Run(auth, func(t *testing.T) {
			r := relay{port: s.Port, tls: "mandatory", auth: auth, caFile: s.CAFile}
			if i%2 == 1 {
				r.port, r.tls = s.ImplicitPort, "implicit"
			}
			if auth == "xoauth2" {
				r.secret = s.Token(userName)
			}
			n := *few
			if i == 0 {
				n = *mails
			}
			r.send(t, far, n)
		})
	}
}
