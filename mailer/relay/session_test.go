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
		session := open(t, s, Options{}).Session()
		var got []string
		take := func(done []Done) {
			for _, d := range done {
				got = append(got, fmt.Sprintf("%v %d %s", d.Ref, d.Answer.Code, d.Answer.Enhanced))
			}
		}
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
			e.Ref = i
			change(&e)
			take(session.Send(t.Context(), e))
		}
		take(session.Flush(t.Context()))
		take(session.Flush(t.Context()))
		if err := session.Close(); err != nil {
			t.Error(err)
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
		for i, e := range []Envelope{
			{To: "a@example.org", Data: fmt.Appendf(nil, head+strings.Repeat("a", 57)+"\r\n", 1)},
			{To: "b@example.org", Data: fmt.Appendf(nil, head+".\r\n"+strings.Repeat("é", 27)+"\r\n.", 2)}, // the last CRLF counts, the doubled dots don't
			{To: "ü@example.org", Data: fmt.Appendf(nil, head+strings.Repeat("a", 53)+"\r\n", 3)},
		} {
			e.From = "tips@example.com"
			e.Ref = i
			session.Send(t.Context(), e)
		}
		session.Flush(t.Context())
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
		{"stops reading", func(k *talk) { some(k); <-k.s.t.Context().Done(); panic(errEnd) }, "data 0", "i/o timeout"},
		{"refuses early and stops reading", func(k *talk) {
			some(k)
			k.say("552 5.3.4 too large")
			<-k.s.t.Context().Done()
			panic(errEnd)
		}, "data 552", "too large"},
		{"says farewell and goes", func(k *talk) { some(k); k.say("421 4.3.1 disk full") }, "", ""}, // a reset may overtake it
		{"goes", func(k *talk) { some(k) }, "data 0", ""},
		{"resets", func(k *talk) { some(k); k.reset() }, "data 0", "reset"},
	}
	for _, extensions := range []string{"PIPELINING", ""} {
		for _, tt := range tests {
			t.Run(tt.name+" "+extensions, func(t *testing.T) {
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
				size, timeout := 16<<20, time.Minute
				if tt.want == "accepted" {
					size = 3 << 20
				}
				if strings.Contains(tt.name, "stops reading") && extensions != "" {
					timeout = 2 * silence
				}
				session := s.relay(Options{Timeout: timeout}).Session()
				done := slices.Clone(session.Send(t.Context(), large(size)))
				done = append(done, session.Flush(t.Context())...)
				session.Close()
				if len(done) != 1 {
					t.Fatalf("%d answers", len(done))
				}
				a := done[0].Answer
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

// The context ends while one message is held back and another comes.
func TestSessionAfterTheEnd(t *testing.T) {
	for _, flush := range []bool{false, true} {
		s := serve(t, inbox.Options{TLS: inbox.NoTLS})
		session := open(t, s, Options{}).Session()
		ctx, cancel := context.WithCancel(t.Context())
		if done := session.Send(ctx, letter(1)); len(done) > 0 {
			t.Errorf("got %v", done)
		}
		cancel()
		var done []Done
		if flush {
			done = append(done, session.Flush(ctx)...)
		}
		done = append(done, session.Send(ctx, letter(2))...)
		session.Close()
		if len(done) != 2 || verdict.Judge(done[0].Answer) != verdict.Accepted || verdict.Judge(done[1].Answer) != verdict.Down {
			t.Errorf("flush %v: got %v", flush, done)
		}
		if s.Received() != 1 {
			t.Errorf("%d received", s.Received())
		}
	}
}

// Grace counts from the end of the context, for all that is on the wire.
func TestGraceInTheMiddle(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := newScript(t, "PIPELINING", func(k *talk) { k.first(); cancel(); k.hang() })
	session := s.relay(Options{Grace: 100 * time.Millisecond, Timeout: 10 * time.Minute, DotTimeout: 10 * time.Minute}).Session()
	session.Send(ctx, letter(1))
	began := time.Now()
	done := session.Send(ctx, letter(2))
	done = append(done, session.Flush(ctx)...)
	if len(done) != 2 || verdict.Judge(done[0].Answer) != verdict.InDoubt || verdict.Judge(done[1].Answer) != verdict.Down {
		t.Errorf("got %v", done)
	}
	if took := time.Since(began); took < 100*time.Millisecond || took > 5*time.Minute {
		t.Errorf("took %v", took)
	}
	if s.connections() != 1 {
		t.Errorf("%d connections", s.connections())
	}
	session.Close()
}

// A context that ended long ago doesn't hurry the next one.
func TestContextsInTurn(t *testing.T) {
	s := serve(t, inbox.Options{TLS: inbox.NoTLS, Fault: func(a inbox.Ask) inbox.Fault {
		if a.Stage == inbox.Dot {
			return inbox.Fault{Delay: 80 * time.Millisecond}
		}
		return inbox.Fault{}
	}})
	session := open(t, s, Options{Grace: 20 * time.Millisecond}).Session()
	for i := range 3 {
		ctx, cancel := context.WithCancel(t.Context())
		done := append(session.Send(ctx, letter(i)), session.Flush(ctx)...)
		if len(done) != 1 || verdict.Judge(done[0].Answer) != verdict.Accepted {
			t.Errorf("%d: got %v", i, done)
		}
		cancel()
		time.Sleep(40 * time.Millisecond)
	}
	session.Close()
	if s.Connections() != 1 {
		t.Errorf("%d connections", s.Connections())
	}
}

// A connection that rested is asked first, and one that doesn't answer is
// replaced.
func TestRested(t *testing.T) {
	t.Parallel()
	for _, answers := range []bool{true, false} {
		s := newScript(t, "PIPELINING", func(k *talk) {
			if k.n == 1 {
				k.lines(3)
				k.say(envelopeOK)
				k.body()
				k.say("250 ok")
				k.line()
				if !answers {
					k.hang()
				}
				k.say("250 here")
			}
			k.well()
		})
		session := s.relay(Options{Timeout: silence}).Session()
		for i := range 2 {
			done := append(session.Send(t.Context(), letter(i)), session.Flush(t.Context())...)
			if len(done) != 1 || verdict.Judge(done[0].Answer) != verdict.Accepted {
				t.Errorf("%d: got %v", i, done)
			}
			session.rested = session.rested.Add(-time.Minute)
		}
		want := map[bool]int{true: 1, false: 2}[answers]
		if !strings.HasPrefix(s.heard(1), "MAIL RCPT DATA NOOP") || s.connections() != want {
			t.Errorf("%v: heard %q over %d connections", answers, s.heard(1), s.connections())
		}
		session.rested = time.Now()
		session.Close()
	}
}

// A message that was held back for long: the server still waits for it, or gave
// up, which is seen in time.
func TestHeldForLong(t *testing.T) {
	t.Parallel()
	for _, tls := range []string{"none", "mandatory", "implicit"} {
		s := serve(t, inbox.Options{TLS: map[string]inbox.TLSMode{"none": inbox.NoTLS, "mandatory": inbox.StartTLS, "implicit": inbox.Implicit}[tls], Idle: silence})
		session := open(t, s, Options{TLS: tls, CAFile: caFile(t, s.CA())}).Session()
		send := func(n int, pause time.Duration) {
			t.Helper()
			session.Send(t.Context(), letter(n))
			time.Sleep(pause)
			session.rested = session.rested.Add(-2 * time.Second)
			done := session.Flush(t.Context())
			if len(done) != 1 || verdict.Judge(done[0].Answer) != verdict.Accepted {
				t.Errorf("%s: got %v", tls, done)
			}
		}
		send(1, 0)
		send(2, 0)
		if s.Connections() != 1 {
			t.Errorf("%s: %d connections", tls, s.Connections())
		}
		send(3, silence+silence/4)
		if s.Connections() != 2 || s.Received() != 3 {
			t.Errorf("%s: %d received over %d connections", tls, s.Received(), s.Connections())
		}
		session.Close()
	}
}

func TestCloseWhileHolding(t *testing.T) {
	s := serve(t, inbox.Options{TLS: inbox.NoTLS})
	session := open(t, s, Options{}).Session()
	session.Send(t.Context(), letter(1))
	if err := session.Close(); err == nil || !strings.Contains(err.Error(), "Flush") {
		t.Errorf("got %v", err)
	}
	if err := session.Close(); err != nil {
		t.Error(err)
	}
	done := append(session.Send(t.Context(), letter(2)), session.Flush(t.Context())...)
	session.Close()
	if len(done) != 1 || verdict.Judge(done[0].Answer) != verdict.Accepted || s.Received() != 1 {
		t.Errorf("got %v, %d received", done, s.Received())
	}
}

// A certificate that ends in the middle of a run: what is connected goes on, new
// connections fail with a reason, and a good certificate mends it.
func TestCertificateExpires(t *testing.T) {
	for mode, client := range map[inbox.TLSMode]string{inbox.StartTLS: "mandatory", inbox.Implicit: "implicit"} {
		s := serve(t, inbox.Options{TLS: mode})
		r := open(t, s, Options{TLS: client, CAFile: caFile(t, s.CA())})
		one, two := r.Session(), r.Session()
		wantOne := func(session *Session, want verdict.Verdict) {
			t.Helper()
			done := append(session.Send(t.Context(), letter(1)), session.Flush(t.Context())...)
			if len(done) != 1 || verdict.Judge(done[0].Answer) != want {
				t.Fatalf("got %v, want %v", done, want)
			}
			if a := done[0].Answer; want == verdict.Ours && (a.Stage != verdict.TLS || a.Enhanced != "5.7.5" || !strings.Contains(a.Text, "certificate has expired")) {
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
// envelope was.
func TestTakenBack(t *testing.T) {
	t.Parallel()
	s := serve(t, inbox.Options{TLS: inbox.NoTLS, Fault: func(a inbox.Ask) inbox.Fault {
		if a.Stage == inbox.Dot {
			return inbox.Fault{Code: 250, Text: "slow", Delay: 1200 * time.Millisecond}
		}
		return inbox.Fault{}
	}})
	session := open(t, s, Options{}).Session()
	second := letter(2)
	second.Wanted = func(ref any) bool {
		if ref != second.Ref {
			t.Errorf("asked for %v", ref)
		}
		return false
	}
	done := slices.Clone(session.Send(t.Context(), letter(1)))
	done = append(done, session.Send(t.Context(), second)...)
	done = append(done, session.Flush(t.Context())...)
	if len(done) != 2 || verdict.Judge(done[0].Answer) != verdict.Accepted || !errors.Is(done[1].Answer.Err, ErrUnwanted) {
		t.Errorf("got %v", done)
	}
	done = append(done, session.Send(t.Context(), letter(3))...)
	done = append(done, session.Flush(t.Context())...)
	if len(done) != 3 || verdict.Judge(done[2].Answer) != verdict.Accepted {
		t.Errorf("afterwards: got %v", done)
	}
	session.Close()
	if s.Received() != 2 {
		t.Errorf("%d received, want 2", s.Received())
	}
}
