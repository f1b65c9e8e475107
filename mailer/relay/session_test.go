package relay

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"dailytip/inbox"
	"dailytip/verdict"
)

func TestSession(t *testing.T) {
	for _, o := range []inbox.Options{{TLS: inbox.NoTLS}, {TLS: inbox.NoTLS, NoPipelining: true}, {TLS: inbox.StartTLS}, {TLS: inbox.Implicit}} {
		t.Run(fmt.Sprint(o.TLS, o.NoPipelining), func(t *testing.T) {
			s := serve(t, o)
			ro := Options{CAFile: caFile(t, s.CA()), TLS: map[inbox.TLSMode]string{inbox.NoTLS: "none", inbox.StartTLS: "mandatory", inbox.Implicit: "implicit"}[o.TLS]}
			r := open(t, s, ro)
			want := slices.Repeat([]string{"accepted"}, 20)
			if got := deliver(t, r, 20); !slices.Equal(got, want) {
				t.Errorf("got %q", got)
			}
			if s.Received() != 20 || s.Connections() != 1 {
				t.Errorf("%d received over %d connections", s.Received(), s.Connections())
			}
			for i, m := range s.Messages() {
				if want := letter(i + 1); !bytes.Equal(m.Data, want.Data) || m.From != want.From || m.To[0] != want.To {
					t.Errorf("%d: got %+v", i+1, m)
				}
			}
		})
	}
}

// What is refused before the wire, and for this server, leaves its neighbours
// alone and stays in order.
func TestSessionRefusesBetween(t *testing.T) {
	for _, none := range []bool{false, true} {
		s := serve(t, inbox.Options{TLS: inbox.NoTLS, MaxBytes: 1000, NoPipelining: none})
		session := open(t, s, Options{})
		var got []string
		for i, change := range []func(*Envelope){
			func(*Envelope) {},
			func(e *Envelope) { e.To = "nobody" },
			func(*Envelope) {},
			func(e *Envelope) { e.Data = append(e.Data, bytes.Repeat([]byte("filling\r\n"), 200)...) },
			func(*Envelope) {},
			func(e *Envelope) { e.Data = []byte("a\rb") },
			func(e *Envelope) { e.To = "用户@example.org" },
		} {
			e := letter(i)
			change(&e)
			a := session.Send(t.Context(), e)
			got = append(got, fmt.Sprintf("%v %d %s", i, a.Code, a.Enhanced))
		}
		want := []string{"0 250 2.0.0", "1 501 5.1.3", "2 250 2.0.0", "3 552 5.3.4", "4 250 2.0.0", "5 554 5.6.0", "6 553 5.6.7"}
		if !slices.Equal(got, want) || s.Connections() != 1 {
			t.Errorf("got %q over %d connections, want %q", got, s.Connections(), want)
		}
	}
}

// The parameters of MAIL that each message needs, and no others.
func TestParameters(t *testing.T) {
	for _, tt := range []struct{ offered, want string }{
		{"PIPELINING,SIZE,8BITMIME,SMTPUTF8", "SIZE=104|SIZE=107 BODY=8BITMIME|SIZE=100 SMTPUTF8"},
		{"SIZE_1000000,8BITMIME,SMTPUTF8", "SIZE=104|SIZE=107 BODY=8BITMIME|SIZE=100 SMTPUTF8"},
		{"PIPELINING,8BITMIME,SMTPUTF8", "|BODY=8BITMIME|SMTPUTF8"},
		{"PIPELINING", ""},
	} {
		s := newScript(t, tt.offered, (*talk).well)
		session := s.relay(Options{}).Session()
		head := "Message-ID: <%d@example.com>\r\nSubject: Tip\r\n\r\n" // 45 bytes
		for _, e := range []Envelope{
			{To: "a@example.org", Data: fmt.Appendf(nil, head+strings.Repeat("a", 57)+"\r\n", 1)},
			{To: "b@example.org", Data: fmt.Appendf(nil, head+".\r\n"+strings.Repeat("é", 27)+"\r\n.", 2)}, // the last CRLF counts, the doubled dots don't
			{To: "ü@example.org", Data: fmt.Appendf(nil, head+strings.Repeat("a", 53)+"\r\n", 3)},
		} {
			e.From = "tips@example.com"
			session.Send(t.Context(), e)
		}
		session.Close()
		var got []string
		s.mu.Lock()
		for _, c := range s.talks[0].got {
			if p, ok := strings.CutPrefix(c, "MAIL FROM:<tips@example.com>"); ok {
				got = append(got, strings.TrimSpace(p))
			}
		}
		s.mu.Unlock()
		if tt.want == "" {
			if !slices.Equal(got, []string{""}) { // the others are refused
				t.Errorf("%s: got %q", tt.offered, got)
			}
			continue
		}
		if got := strings.Join(got, "|"); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.offered, got, tt.want)
		}
		if body := s.talks[0].bodies[1]; !strings.Contains(body, "\r\n..\r\n") || !strings.HasSuffix(body, "\r\n..\r\n") {
			t.Errorf("the body came as %q", body)
		}
	}
}

// A large message against servers that don't want all of it.
func TestLargeMessage(t *testing.T) {
	t.Parallel()
	large := func(size int) Envelope { // more than the network holds
		e := letter(1)
		e.Data = append(e.Data, bytes.Repeat([]byte(".a line that begins with a dot, so that all of it is stuffed\r\n"), size/62)...)
		return e
	}
	some := func(k *talk) { // as far as it gets without reading a dot
		k.lines(3)
		k.say(envelopeOK)
		if _, err := io.CopyN(io.Discard, k.in, 1<<20); err != nil {
			panic(errEnd)
		}
	}
	tests := []struct {
		name  string
		serve func(*talk)
		want  string
		says  string
	}{
		{"all of it", (*talk).well, "accepted", ""},
		{"stops reading", func(k *talk) { some(k); k.stall() }, "data 0", "i/o timeout"},
		{"refuses early and stops reading", func(k *talk) {
			some(k)
			k.say("552 5.3.4 too large")
			k.stall()
		}, "data 552", "too large"},
		{"says farewell and goes", func(k *talk) { some(k); k.say("421 4.3.1 disk full") }, "", ""}, // a reset may overtake it
		{"goes", func(k *talk) { some(k) }, "data 0", ""},
		{"resets", func(k *talk) { some(k); k.reset() }, "data 0", "reset"},
	}
	for _, extensions := range []string{"PIPELINING", ""} {
		for _, tt := range tests {
			t.Run(tt.name+" "+extensions, func(t *testing.T) {
				t.Parallel()
				s := newScript(t, extensions, func(k *talk) {
					if extensions == "" && tt.want != "accepted" {
						k.line()
						k.say("250 ok")
						k.line()
						k.say("250 ok")
						k.line()
						k.say("354 go")
						if _, err := io.CopyN(io.Discard, k.in, 1<<20); err != nil {
							panic(errEnd)
						}
						panic(errEnd)
					}
					tt.serve(k)
				})
				session := s.relay(Options{Timeout: 2 * silence}).Session()
				size := 16 << 20
				if tt.want == "accepted" {
					size = 3 << 20
				}
				a := session.Send(t.Context(), large(size))
				session.Close()
				if tt.want == "accepted" {
					if verdict.Judge(a) != verdict.Accepted || s.received(1) != 1 || len(s.talks[0].bodies[0]) < size {
						t.Errorf("got %v, %d copies", a, s.received(1))
					}
					return
				}
				if a.Stage != verdict.Data {
					t.Errorf("got %+v", a)
				}
				if extensions != "" && tt.want != "" && (fmt.Sprint(a.Stage, " ", a.Code) != tt.want || !strings.Contains(a.String(), tt.says)) {
					t.Errorf("got %v, want %s, %q", a, tt.want, tt.says)
				}
			})
		}
	}
}

// A context that ended long ago doesn't hurry the next one.
func TestContextsInTurn(t *testing.T) {
	s := serve(t, inbox.Options{TLS: inbox.NoTLS, Fault: func(a inbox.Ask) inbox.Fault {
		if a.Stage == inbox.Dot {
			return inbox.Fault{Delay: 80 * time.Millisecond}
		}
		return inbox.Fault{}
	}})
	session := open(t, s, Options{Grace: 20 * time.Millisecond})
	for i := range 3 {
		ctx, cancel := context.WithCancel(t.Context())
		wantAccepted(t, session.Send(ctx, letter(i)))
		cancel()
	}
	if s.Connections() != 1 {
		t.Errorf("%d connections", s.Connections())
	}
}

// A certificate that ends in the middle of a run: what is connected goes on, new
// connections fail with a reason, and a good certificate mends it.
func TestCertificateExpires(t *testing.T) {
	for mode, client := range map[inbox.TLSMode]string{inbox.StartTLS: "mandatory", inbox.Implicit: "implicit"} {
		s := serve(t, inbox.Options{TLS: mode})
		r := open(t, s, Options{TLS: client, CAFile: caFile(t, s.CA())})
		one, two := r, r.r.Session()
		wantOne := func(session *Session, want verdict.Verdict) {
			t.Helper()
			a := session.Send(t.Context(), letter(1))
			if verdict.Judge(a) != want {
				t.Fatalf("got %v, want %v", a, want)
			}
			if want == verdict.Ours && (a.Stage != verdict.TLS || a.Enhanced != "5.7.5" || !strings.Contains(a.Text, "certificate has expired")) {
				t.Errorf("got %+v", a)
			}
		}
		wantOne(one, verdict.Accepted)
		past := time.Now().AddDate(0, 0, -2)
		expired, err := s.CA().Issue(past, past.AddDate(0, 0, 1), "127.0.0.1")
		if err != nil {
			t.Fatal(err)
		}
		s.SetCertificate(expired)
		wantOne(one, verdict.Accepted)
		wantOne(two, verdict.Ours)
		good, err := s.CA().Issue(past, time.Now().AddDate(0, 0, 1), "127.0.0.1")
		if err != nil {
			t.Fatal(err)
		}
		s.SetCertificate(good)
		wantOne(two, verdict.Accepted)
		one.Close()
		two.Close()
	}
}

// What was taken back while the server was slow isn't sent any more, though its
// envelope was, and the next message goes out.
func TestTakenBack(t *testing.T) {
	for _, none := range []bool{false, true} {
		s := serve(t, inbox.Options{TLS: inbox.NoTLS, NoPipelining: none})
		session := open(t, s, Options{})
		wantAccepted(t, session.Send(t.Context(), letter(1)))
		second := letter(2)
		asked := 0
		second.Wanted = func() bool { asked++; return false }
		if a := session.Send(t.Context(), second); !errors.Is(a.Err, ErrUnwanted) || verdict.Judge(a) != verdict.Down || asked != 1 {
			t.Errorf("got %v, asked %d times", a, asked)
		}
		second.Wanted = func() bool { return true }
		wantAccepted(t, session.Send(t.Context(), second))
		if s.Received() != 2 {
			t.Errorf("%d received, want 2", s.Received())
		}
	}
}
