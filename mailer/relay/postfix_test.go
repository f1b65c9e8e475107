package relay

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"dailytip/oauth"
	"dailytip/test/postfixtest"
	"dailytip/verdict"
)

// Every login that go-mail knows and we offer, against Dovecot through
// Postfix, with STARTTLS and with implicit TLS.
func TestPostfixLogins(t *testing.T) {
	t.Parallel()
	s := postfixtest.Start(t, postfixtest.Options{Users: map[string]string{"ann@example.com": "s3cret, with a comma=and ü"}})
	n := 0
	for _, mode := range []string{"mandatory", "implicit"} {
		for _, auth := range []string{"plain", "login", "cram-md5", "scram-sha-256", "xoauth2", "auto"} {
			t.Run(mode+"/"+auth, func(t *testing.T) {
				o := Options{
					Host: "localhost", Port: s.Port, TLS: mode, CAFile: s.CAFile, Auth: auth,
					Username: "ann@example.com", Password: "s3cret, with a comma=and ü", Timeout: time.Minute,
				}
				if mode == "implicit" {
					o.Port = s.ImplicitPort
				}
				if auth == "xoauth2" {
					o.Password = s.Token("ann@example.com")
				}
				r, err := New(o)
				if err != nil {
					t.Fatal(err)
				}
				session := r.Session()
				defer session.Close()
				wantAccepted(t, session.Send(t.Context(), letter(n)))
				n++
				want := "logged in with " + strings.ToUpper(auth)
				if auth == "auto" {
					want = "logged in with SCRAM-SHA-256"
				}
				if a := r.Check(t.Context()); verdict.Judge(a) != verdict.Accepted || !strings.Contains(a.Text, want) {
					t.Errorf("check: %v", a)
				}

				o.Password = "wrong"
				if auth == "xoauth2" {
					o.Password = s.TokenUntil("ann@example.com", time.Now().Add(-time.Minute))
					renewed := o // a token that has ended is renewed
					renewed.Password, renewed.Token = "", func(context.Context) (oauth.Token, error) {
						token := oauth.Token{Value: o.Password}
						o.Password = s.Token("ann@example.com")
						return token, nil
					}
					if r, err = New(renewed); err != nil {
						t.Fatal(err)
					}
					session := r.Session()
					wantAccepted(t, session.Send(t.Context(), letter(n)))
					session.Close()
					n++
					o.Password = s.TokenUntil("ann@example.com", time.Now().Add(-time.Minute))
				}
				if r, err = New(o); err != nil {
					t.Fatal(err)
				}
				if a := r.Session().Send(t.Context(), letter(99)); verdict.Judge(a) != verdict.Ours || a.Stage != verdict.Auth || a.Code != 535 {
					t.Errorf("wrong password: %v (%v)", a, verdict.Judge(a))
				}
			})
		}
	}
	r, err := New(Options{Host: "localhost", Port: s.Port, CAFile: s.CAFile})
	if err != nil {
		t.Fatal(err)
	}
	session := r.Session()
	defer session.Close()
	if a := session.Send(t.Context(), letter(99)); verdict.Judge(a) == verdict.Accepted || verdict.Assess(a).Class != verdict.ClassOwn {
		t.Errorf("without a login: %v (%v)", a, verdict.Judge(a))
	}
	if got := s.WaitDelivered(t, n); len(got) != n {
		t.Errorf("%d delivered, want %d", len(got), n)
	}
}

func TestPostfix(t *testing.T) {
	t.Parallel()
	s := postfixtest.Start(t, postfixtest.Options{
		Refuse: map[string]string{
			"gone@example.org": "550 5.1.1 no such user",
			"full@example.org": "452 4.2.2 mailbox full",
			"spam@example.org": "554 5.7.1 we don't like it",
		},
		Config: map[string]string{"message_size_limit": "20000", "smtpd_timeout": "10s"},
	})
	r, err := New(Options{Host: "localhost", Port: s.Port, CAFile: s.CAFile, Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	session := r.Session()
	defer session.Close()

	to := func(addr string, n int) Envelope {
		e := letter(n)
		e.To = addr
		return e
	}
	for addr, want := range map[string]verdict.Verdict{"gone@example.org": verdict.Dead, "full@example.org": verdict.Retry, "spam@example.org": verdict.Refused} {
		if a := session.Send(t.Context(), to(addr, 900)); verdict.Judge(a) != want || a.Stage != verdict.RcptTo {
			t.Errorf("%s: %v (%v)", addr, a, verdict.Judge(a))
		}
	}
	big := to("a@example.org", 901)
	big.Data = append(big.Data, []byte(strings.Repeat("filling\r\n", 3000))...)
	if a := session.Send(t.Context(), big); a.Enhanced != "5.3.4" {
		t.Errorf("too large: %v", a)
	}

	// Two sessions, with recipients that are refused in between.
	sessions := []*Session{r.Session(), r.Session()}
	var wg sync.WaitGroup
	for i, session := range sessions {
		wg.Go(func() {
			check := func(e Envelope, want verdict.Verdict) {
				a := session.Send(t.Context(), e)
				if verdict.Judge(a) != want || want == verdict.Accepted && !strings.Contains(a.Text, "queued as") {
					t.Errorf("%s: %v", e.To, a)
				}
			}
			for j := range 30 {
				e := letter(30*i + j)
				e.Data = append(e.Data, "...dots\r\n.\r\nend\r\n"...)
				check(e, verdict.Accepted)
				if j%7 == 3 {
					e.To = "gone@example.org"
					check(e, verdict.Dead)
				}
			}
		})
	}
	wg.Wait()
	// Postfix says 421 and goes after smtpd_timeout. Only the next command shows
	// that it has.
	if _, err := sessions[0].c.in.Peek(1); err != nil {
		t.Fatal(err)
	}
	wantAccepted(t, sessions[0].Send(t.Context(), to("用户@例子.example", 60)))
	for _, session := range sessions {
		session.Close()
	}

	got := s.WaitDelivered(t, 61)
	var ids []string
	for _, m := range got {
		ids = append(ids, postfixtest.Header(m, "Message-ID"))
		if h := postfixtest.Header(m, "Return-Path"); h != "<tips@example.com>" {
			t.Errorf("return path %s", h)
		}
		if strings.Contains(m, "dots") && !strings.HasSuffix(m, "Hello.\n.\n..two\n...dots\n.\nend\n") {
			t.Errorf("the text has changed: %q", m)
		}
	}
	slices.Sort(ids)
	if n := len(slices.Compact(ids)); n != 61 || len(got) != 61 {
		t.Errorf("%d messages, %d of them different", len(got), n)
	}
	if !slices.ContainsFunc(got, func(m string) bool {
		return postfixtest.Header(m, "Delivered-To") == "用户@xn--fsqu00a.example" || postfixtest.Header(m, "Delivered-To") == "用户@例子.example"
	}) {
		t.Errorf("the international address got nothing: %s", fmt.Sprint(ids))
	}
}
