package relay

import (
	"crypto/tls"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dailytip/inbox"
	"dailytip/verdict"
)

func TestTLS(t *testing.T) {
	t.Parallel()
	users := map[string]string{"ann": "secret"}
	now := time.Now()
	tests := []struct {
		name   string
		server inbox.TLSMode
		client string
		cert   string // what is wrong with it
		trust  bool
		host   string
		login  bool
		tls    bool // the message came over TLS
		want   verdict.Verdict
		says   string // part of the reply
	}{
		{name: "mandatory", server: inbox.StartTLS, client: "mandatory", trust: true, tls: true, want: verdict.Accepted},
		{name: "mandatory by name", server: inbox.StartTLS, client: "mandatory", trust: true, host: "localhost", tls: true, want: verdict.Accepted},
		{name: "mandatory, login", server: inbox.StartTLS, client: "mandatory", trust: true, login: true, tls: true, want: verdict.Accepted},
		{name: "mandatory, not offered", server: inbox.NoTLS, client: "mandatory", want: verdict.Ours, says: "523 5.7.10 not sent: 127.0.0.1 doesn't offer STARTTLS"},
		{name: "mandatory, unknown authority", server: inbox.StartTLS, client: "mandatory", want: verdict.Ours, says: "5.7.5 not sent: tls: failed to verify certificate: x509: certificate signed by unknown authority"},
		{name: "mandatory, expired", server: inbox.StartTLS, client: "mandatory", trust: true, cert: "expired", want: verdict.Ours, says: "certificate has expired"},
		{name: "mandatory, another's", server: inbox.StartTLS, client: "mandatory", trust: true, cert: "foreign", want: verdict.Ours, says: "certificate"},
		{name: "implicit", server: inbox.Implicit, client: "implicit", trust: true, login: true, tls: true, want: verdict.Accepted},
		{name: "implicit, expired", server: inbox.Implicit, client: "implicit", trust: true, cert: "expired", want: verdict.Ours, says: "certificate has expired"},
		{name: "implicit, server speaks in the clear", server: inbox.StartTLS, client: "implicit", trust: true, want: verdict.Down, says: "(at tls)"},
		{name: "opportunistic", server: inbox.StartTLS, client: "opportunistic", trust: true, tls: true, want: verdict.Accepted},
		{name: "opportunistic, not offered", server: inbox.NoTLS, client: "opportunistic", want: verdict.Accepted},
		{name: "opportunistic, unknown authority", server: inbox.StartTLS, client: "opportunistic", tls: true, want: verdict.Accepted},
		{name: "opportunistic, unknown authority, password", server: inbox.StartTLS, client: "opportunistic", login: true, want: verdict.Ours, says: "unknown authority"},
		{name: "none", server: inbox.StartTLS, client: "none", want: verdict.Accepted},
		{name: "none, server speaks TLS", server: inbox.Implicit, client: "none", want: verdict.Down, says: "(at connect)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ca, err := inbox.NewCA(now)
			if err != nil {
				t.Fatal(err)
			}
			cert, err := ca.Issue(now.Add(-time.Hour), now.Add(time.Hour), "localhost", "127.0.0.1")
			switch tt.cert {
			case "expired":
				cert, err = ca.Issue(now.AddDate(0, 0, -2), now.AddDate(0, 0, -1), "localhost", "127.0.0.1")
			case "foreign":
				cert, err = ca.Issue(now.Add(-time.Hour), now.Add(time.Hour), "mail.example.com")
			}
			if err != nil {
				t.Fatal(err)
			}
			so := inbox.Options{TLS: tt.server, Certificate: &cert}
			if tt.login {
				so.Users, so.RequireAuth = users, true
			}
			s := serve(t, so)
			o := Options{TLS: tt.client, Host: tt.host, Port: s.Port(), Timeout: time.Minute}
			if strings.Contains(tt.name, "server speaks") {
				o.Timeout = 2 * silence // each waits for the other to begin
			}
			if tt.host == "" {
				o.Host = "127.0.0.1"
			}
			if tt.trust {
				o.CAFile = caFile(t, ca)
			}
			if tt.login {
				o.Username, o.Password = "ann", "secret"
			}
			r := open(t, s, o)
			a := r.Send(t.Context(), letter(1))
			if got := verdict.Judge(a); got != tt.want || !strings.Contains(a.String(), tt.says) {
				t.Errorf("got %v: %v; want %v, %q", a, got, tt.want, tt.says)
			}
			if tt.want == verdict.Accepted {
				if m := s.Messages()[0]; m.TLS != tt.tls || (m.User != "") != tt.login {
					t.Errorf("TLS %v, user %q", m.TLS, m.User)
				}
			}
		})
	}
}

// STARTTLS that is refused now may work later.
func TestSTARTTLSRefused(t *testing.T) {
	s := serve(t, inbox.Options{Fault: func(a inbox.Ask) inbox.Fault {
		if a.Stage == inbox.TLS && a.Attempt == 1 {
			return inbox.Fault{Code: 454, Enhanced: "4.7.0", Text: "TLS not available"}
		}
		return inbox.Fault{}
	}})
	r := open(t, s, Options{TLS: "mandatory", CAFile: caFile(t, s.CA())})
	a := r.Send(t.Context(), letter(1))
	if verdict.Judge(a) != verdict.Down || a.String() != "454 4.7.0 TLS not available (at tls)" {
		t.Errorf("got %v", a)
	}
	wantAccepted(t, r.Send(t.Context(), letter(1)))
}

func TestLogin(t *testing.T) {
	users := map[string]string{"ann": "secret"}
	tests := []struct {
		name    string
		offered []string
		tls     string
		auth    string
		host    string
		pass    string
		want    verdict.Verdict
		says    string
	}{
		{name: "plain", auth: "plain", want: verdict.Accepted},
		{name: "login", auth: "login", want: verdict.Accepted},
		{name: "cram-md5", auth: "cram-md5", want: verdict.Accepted},
		{name: "xoauth2", auth: "xoauth2", want: verdict.Accepted},
		{name: "auto", auth: "auto", want: verdict.Accepted},
		{name: "auto, only login", auth: "auto", offered: []string{"LOGIN"}, want: verdict.Accepted},
		{name: "auto, only xoauth2", auth: "auto", offered: []string{"XOAUTH2"}, want: verdict.Accepted},
		{name: "plain, in the clear to ourselves", auth: "plain", tls: "none", want: verdict.Accepted},
		{name: "wrong password, plain", auth: "plain", pass: "wrong", want: verdict.Ours, says: "535 5.7.8"},
		{name: "wrong password, login", auth: "login", pass: "wrong", want: verdict.Ours, says: "535 5.7.8"},
		{name: "wrong password, cram-md5", auth: "cram-md5", pass: "wrong", want: verdict.Ours, says: "535 5.7.8"},
		{name: "wrong token", auth: "xoauth2", pass: "wrong", want: verdict.Ours, says: "535 5.7.8"},
		{name: "not offered", auth: "scram-sha-256", want: verdict.Ours, says: "504 5.5.4 not sent: 127.0.0.1 offers PLAIN, LOGIN, CRAM-MD5, XOAUTH2, not SCRAM-SHA-256"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.offered == nil {
				tt.offered = []string{"PLAIN", "LOGIN", "CRAM-MD5", "XOAUTH2"}
			}
			s := serve(t, inbox.Options{Users: users, RequireAuth: true, InsecureAuth: true, Mechanisms: tt.offered})
			o := Options{TLS: "mandatory", CAFile: caFile(t, s.CA()), Auth: tt.auth, Username: "ann", Password: "secret"}
			if tt.tls != "" {
				o.TLS = tt.tls
			}
			if tt.pass != "" {
				o.Password = tt.pass
			}
			r := open(t, s, o)
			a := r.Send(t.Context(), letter(1))
			if got := verdict.Judge(a); got != tt.want || !strings.Contains(a.String(), tt.says) {
				t.Errorf("got %v: %v; want %v, %q", a, got, tt.want, tt.says)
			}
			if tt.want != verdict.Accepted && a.Stage != verdict.Auth {
				t.Errorf("at %v", a.Stage)
			}
			if strings.Contains(a.String(), "secret") {
				t.Errorf("the reply shows the password: %v", a)
			}
		})
	}
	t.Run("temporary failure", func(t *testing.T) {
		s := serve(t, inbox.Options{Users: users, Fault: func(a inbox.Ask) inbox.Fault {
			if a.Stage == inbox.Auth {
				return inbox.Fault{Code: 454, Enhanced: "4.7.0", Text: "later"}
			}
			return inbox.Fault{}
		}})
		r := open(t, s, Options{TLS: "mandatory", CAFile: caFile(t, s.CA()), Username: "ann", Password: "secret"})
		if a := r.Send(t.Context(), letter(1)); verdict.Judge(a) != verdict.Down || a.Code != 454 {
			t.Errorf("got %v", a)
		}
	})
}

func TestChoose(t *testing.T) {
	tests := []struct {
		want    string
		offered string
		private bool
		got     string
		code    int
	}{
		{"auto", "PLAIN LOGIN CRAM-MD5 SCRAM-SHA-256", true, "SCRAM-SHA-256", 0},
		{"auto", "cram-md5 login plain", true, "PLAIN", 0},
		{"auto", "NTLM CRAM-MD5", true, "CRAM-MD5", 0},
		{"auto", "XOAUTH2 PLAIN", true, "PLAIN", 0},
		{"auto", "PLAIN CRAM-MD5", false, "CRAM-MD5", 0},
		{"auto", "PLAIN LOGIN XOAUTH2", false, "", 538},
		{"auto", "NTLM GSSAPI", true, "", 504},
		{"auto", "", true, "", 504},
		{"auto", "", false, "", 504},
		{"plain", "PLAIN", false, "", 538},
		{"xoauth2", "XOAUTH2", false, "", 538},
		{"cram-md5", "CRAM-MD5", false, "CRAM-MD5", 0},
		{"scram-sha-256", "SCRAM-SHA-256", false, "SCRAM-SHA-256", 0},
		{"login", "PLAIN", true, "", 504},
	}
	for _, tt := range tests {
		got, err := choose(tt.want, strings.Fields(tt.offered), tt.private, "mail.example.com")
		code := 0
		if err != nil {
			code = dialReply(verdict.Auth, err).Code
		}
		if got != tt.got || code != tt.code {
			t.Errorf("%s of %q, private %v: %q, %v; want %q, %d", tt.want, tt.offered, tt.private, got, err, tt.got, tt.code)
		}
	}
}

func TestLocal(t *testing.T) {
	for host, want := range map[string]bool{
		"localhost": true, "LOCALHOST": true, "127.0.0.1": true, "127.1.2.3": true, "::1": true, "unix:///run/smtp": true,
		"mail.example.com": false, "10.0.0.1": false, "localhost.example.com": false,
	} {
		if got := (Options{Host: host}).local(); got != want {
			t.Errorf("%s: %v", host, got)
		}
	}
}

func TestCheck(t *testing.T) {
	s := serve(t, inbox.Options{Users: map[string]string{"ann": "secret"}})
	r := open(t, s, Options{TLS: "mandatory", CAFile: caFile(t, s.CA()), Username: "ann", Password: "secret"})
	a := r.r.Check(t.Context())
	if verdict.Judge(a) != verdict.Accepted || a.Text != "TLS 1.3, logged in with PLAIN, messages up to 10485760 bytes, no SMTPUTF8" {
		t.Errorf("got %v", a)
	}
	if s.Received() != 0 {
		t.Error("something was sent")
	}
}

func TestWrongOptions(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "empty.pem")
	if err := os.WriteFile(empty, []byte("nothing"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		o    Options
		says string
	}{
		{Options{}, "host is missing"},
		{Options{Host: "unix://"}, "host is missing"},
		{Options{Host: "h", Port: 70000}, "port 70000"},
		{Options{Host: "h", TLS: "ssl"}, `tls "ssl": use mandatory`},
		{Options{Host: "h", Auth: "ntlm", Username: "x"}, `auth "ntlm": use auto`},
		{Options{Host: "h", Auth: "plain"}, "auth plain needs a username"},
		{Options{Host: "h", CAFile: "/nonexistent/ca.pem"}, "read ca_file"},
		{Options{Host: "h", CAFile: empty}, "holds no certificate"},
	} {
		_, err := New(tt.o)
		if err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%+v: %v, want %q", tt.o, err, tt.says)
		}
	}
	r, err := New(Options{Host: "h"})
	if err != nil || r.o.Port != 25 || r.tls.MinVersion != tls.VersionTLS12 || r.o.Auth != "none" {
		t.Errorf("defaults: %+v, %v", r, err)
	}
}
