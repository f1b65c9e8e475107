package relay

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"dailytip/inbox"
	"dailytip/verdict"
)

// serve runs an inbox until the test ends.
func serve(t *testing.T, o inbox.Options) *inbox.Server {
	t.Helper()
	s, err := inbox.New(o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("inbox: %v", err)
		}
	})
	return s
}

// open makes a session with s, which ends with the test. What isn't set is what
// most tests want: no TLS, short times.
func open(t *testing.T, s *inbox.Server, o Options) *Session {
	t.Helper()
	if o.Host == "" {
		o.Host, o.Port = "127.0.0.1", s.Port()
	}
	if o.TLS == "" {
		o.TLS = "none"
	}
	if o.Timeout == 0 {
		o.Timeout = time.Minute
	}
	if o.DotTimeout == 0 {
		o.DotTimeout = time.Minute
	}
	r, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	session := r.Session()
	t.Cleanup(session.Close)
	return session
}

func caFile(t *testing.T, ca *inbox.CA) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(name, ca.PEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func letter(n int) Envelope {
	return Envelope{
		From: "tips@example.com", To: fmt.Sprintf("reader%d@example.org", n),
		Data: fmt.Appendf(nil, "From: tips@example.com\r\nMessage-ID: <%d@example.com>\r\nSubject: Tip\r\n\r\nHello.\r\n.\r\n..two\r\n", n),
	}
}

func wantAccepted(t *testing.T, a verdict.Reply) {
	t.Helper()
	if verdict.Judge(a) != verdict.Accepted || a.Stage != verdict.Dot {
		t.Fatalf("got %v (%v), want accepted", a, verdict.Judge(a))
	}
}

func TestSendsManyOverOneConnection(t *testing.T) {
	s := serve(t, inbox.Options{TLS: inbox.NoTLS})
	r := open(t, s, Options{})
	for i := range 50 {
		wantAccepted(t, r.Send(t.Context(), letter(i)))
	}
	if s.Received() != 50 || s.Connections() != 1 {
		t.Errorf("%d messages over %d connections, want 50 over 1", s.Received(), s.Connections())
	}
	m := s.Messages()[7]
	if want := letter(7); string(m.Data) != string(want.Data) || m.From != want.From || m.To[0] != want.To {
		t.Errorf("got %+v", m)
	}
	a := r.Send(t.Context(), letter(50))
	if a.Code != 250 || a.Enhanced != "2.0.0" || a.Text == "" {
		t.Errorf("the relay's words are lost: %+v", a)
	}
}

func TestManyAtOnce(t *testing.T) {
	s := serve(t, inbox.Options{TLS: inbox.NoTLS})
	r := open(t, s, Options{})
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			session := r.r.Session()
			defer session.Close()
			for j := range 10 {
				if a := session.Send(t.Context(), letter(10*i+j)); verdict.Judge(a) != verdict.Accepted {
					t.Errorf("%d: %v", i, a)
				}
			}
		})
	}
	wg.Wait()
	for id, n := range s.Counts() {
		if n != 1 {
			t.Errorf("%s was received %d times", id, n)
		}
	}
	if s.Received() != 40 || s.Connections() != 4 {
		t.Errorf("%d messages over %d connections", s.Received(), s.Connections())
	}
}

// Every stage × every kind of reply: what Send says, and that the next
// message is sent as if nothing had happened.
func TestFaults(t *testing.T) {
	type fault = inbox.Fault
	tests := []struct {
		at    inbox.Stage
		fault fault
		want  verdict.Reply
		judge verdict.Verdict
		conns int // after the next message
		kept  int // copies of the first message
	}{
		{inbox.Connect, fault{Code: 421, Enhanced: "4.3.2", Text: "busy"}, verdict.Reply{Stage: verdict.Connect, Code: 421, Enhanced: "4.3.2", Text: "busy"}, verdict.Down, 2, 0},
		{inbox.Connect, fault{Code: 554, Text: "no"}, verdict.Reply{Stage: verdict.Connect, Code: 554, Text: "no"}, verdict.Ours, 2, 0},
		{inbox.Connect, fault{Drop: true}, verdict.Reply{Stage: verdict.Connect}, verdict.Down, 2, 0},
		{inbox.MailFrom, fault{Code: 451, Enhanced: "4.3.0", Text: "later"}, verdict.Reply{Stage: verdict.MailFrom, Code: 451, Enhanced: "4.3.0", Text: "later"}, verdict.Retry, 1, 0},
		{inbox.MailFrom, fault{Code: 550, Enhanced: "5.7.1", Text: "not you"}, verdict.Reply{Stage: verdict.MailFrom, Code: 550, Enhanced: "5.7.1", Text: "not you"}, verdict.Ours, 1, 0},
		{inbox.MailFrom, fault{Code: 421, Text: "bye"}, verdict.Reply{Stage: verdict.MailFrom, Code: 421, Text: "bye"}, verdict.Down, 2, 0},
		{inbox.MailFrom, fault{Drop: true}, verdict.Reply{Stage: verdict.MailFrom}, verdict.Down, 2, 0},
		{inbox.RcptTo, fault{Code: 550, Enhanced: "5.1.1", Text: "no such user"}, verdict.Reply{Stage: verdict.RcptTo, Code: 550, Enhanced: "5.1.1", Text: "no such user"}, verdict.Dead, 1, 0},
		{inbox.RcptTo, fault{Code: 550, Text: "no"}, verdict.Reply{Stage: verdict.RcptTo, Code: 550, Text: "no"}, verdict.Refused, 1, 0},
		{inbox.RcptTo, fault{Code: 450, Enhanced: "4.7.1", Text: "grey\nlisted"}, verdict.Reply{Stage: verdict.RcptTo, Code: 450, Enhanced: "4.7.1", Text: "grey listed"}, verdict.Retry, 1, 0},
		{inbox.RcptTo, fault{Code: 421, Enhanced: "4.7.0"}, verdict.Reply{Stage: verdict.RcptTo, Code: 421, Enhanced: "4.7.0"}, verdict.Down, 2, 0},
		{inbox.RcptTo, fault{Drop: true}, verdict.Reply{Stage: verdict.RcptTo}, verdict.Down, 2, 0},
		{inbox.Data, fault{Code: 451, Text: "later"}, verdict.Reply{Stage: verdict.Data, Code: 451, Text: "later"}, verdict.Retry, 1, 0},
		{inbox.Data, fault{Code: 554, Enhanced: "5.7.1"}, verdict.Reply{Stage: verdict.Data, Code: 554, Enhanced: "5.7.1"}, verdict.Refused, 1, 0},
		{inbox.Data, fault{Drop: true}, verdict.Reply{Stage: verdict.Data}, verdict.Down, 2, 0},
		{inbox.Dot, fault{Code: 452, Enhanced: "4.3.1", Text: "full"}, verdict.Reply{Stage: verdict.Dot, Code: 452, Enhanced: "4.3.1", Text: "full"}, verdict.Retry, 1, 0},
		{inbox.Dot, fault{Code: 554, Enhanced: "5.6.0"}, verdict.Reply{Stage: verdict.Dot, Code: 554, Enhanced: "5.6.0"}, verdict.Ours, 1, 0},
		{inbox.Dot, fault{Code: 421, Text: "bye"}, verdict.Reply{Stage: verdict.Dot, Code: 421, Text: "bye"}, verdict.Down, 2, 0},
		{inbox.Dot, fault{Drop: true}, verdict.Reply{Stage: verdict.Dot}, verdict.InDoubt, 2, 0},
		{inbox.Dot, fault{Drop: true, Keep: true}, verdict.Reply{Stage: verdict.Dot}, verdict.InDoubt, 2, 1},
	}
	for _, so := range []inbox.Options{{TLS: inbox.NoTLS}, {TLS: inbox.NoTLS, NoPipelining: true}, {TLS: inbox.StartTLS}} {
		for _, tt := range tests {
			t.Run(fmt.Sprintf("%s/%v/%s/%+v", so.TLS, so.NoPipelining, tt.at, tt.fault), func(t *testing.T) {
				s := serve(t, so)
				s.SetFault(func(a inbox.Ask) inbox.Fault {
					if a.Stage == tt.at && a.Attempt == 1 && a.To != "reader2@example.org" {
						return tt.fault
					}
					return fault{}
				})
				o := Options{}
				if so.TLS == inbox.StartTLS {
					o.TLS, o.CAFile = "mandatory", caFile(t, s.CA())
				}
				r := open(t, s, o)
				a := r.Send(t.Context(), letter(1))
				if got := verdict.Judge(a); got != tt.judge {
					t.Errorf("%v: judged %v, want %v", a, got, tt.judge)
				}
				if tt.fault.Drop != (a.Err != nil) {
					t.Errorf("%v: error %v", a, a.Err)
				}
				if a.Err != nil && !strings.Contains(a.Err.Error(), " ") { // "EOF" says nothing to whoever reads it on a page
					t.Errorf("%v: the error is in no words: %v", a, a.Err)
				}
				a.Err = nil
				if a != tt.want {
					t.Errorf("got %+v, want %+v", a, tt.want)
				}
				wantAccepted(t, r.Send(t.Context(), letter(2)))
				if n := s.Counts()["1@example.com"]; n != tt.kept {
					t.Errorf("%d copies of the first, want %d", n, tt.kept)
				}
				if s.Connections() != tt.conns {
					t.Errorf("%d connections, want %d", s.Connections(), tt.conns)
				}
			})
		}
	}
}

// A server that closes idle connections must cost nobody an attempt.
func TestKeptConnectionThatDied(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]inbox.Fault{"silently": {Drop: true}, "with a farewell": {Code: 421, Text: "idle"}} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, inbox.Options{TLS: inbox.NoTLS})
			r := open(t, s, Options{})
			wantAccepted(t, r.Send(t.Context(), letter(1)))
			s.SetFault(func(a inbox.Ask) inbox.Fault {
				if a.Stage == inbox.MailFrom && a.Conn == 1 {
					return f
				}
				return inbox.Fault{}
			})
			wantAccepted(t, r.Send(t.Context(), letter(2)))
			if s.Connections() != 2 {
				t.Errorf("%d connections, want 2", s.Connections())
			}
		})
	}
	t.Run("by the server's idle time", func(t *testing.T) {
		s := serve(t, inbox.Options{TLS: inbox.NoTLS, Idle: silence})
		r := open(t, s, Options{})
		for i := range 2 {
			wantAccepted(t, r.Send(t.Context(), letter(i)))
			if _, err := r.c.in.Peek(1); err != nil && !errors.Is(err, io.EOF) { // until it says 421 and goes
				t.Fatal(err)
			}
		}
		if s.Connections() != 2 {
			t.Errorf("%d connections, want 2", s.Connections())
		}
	})
	t.Run("after the server was restarted", func(t *testing.T) {
		r, addr := (*Session)(nil), ""
		for i := range 2 {
			s, err := inbox.New(inbox.Options{TLS: inbox.NoTLS, Addr: addr})
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan error, 1)
			go func() { ended <- s.Run(ctx) }()
			if r == nil {
				r = open(t, s, Options{})
				addr = s.Addr()
			}
			wantAccepted(t, r.Send(t.Context(), letter(i)))
			cancel()
			<-ended
		}
	})
}

// A fresh connection that dies at MAIL FROM isn't tried for ever.
func TestFreshConnectionThatDies(t *testing.T) {
	s := serve(t, inbox.Options{TLS: inbox.NoTLS, Fault: func(a inbox.Ask) inbox.Fault {
		return inbox.Fault{Drop: a.Stage == inbox.MailFrom}
	}})
	a := open(t, s, Options{}).Send(t.Context(), letter(1))
	if verdict.Judge(a) != verdict.Down || s.Connections() != 1 {
		t.Errorf("got %v over %d connections", a, s.Connections())
	}
}

// A session that was closed says QUIT and may be used again.
func TestClose(t *testing.T) {
	s := newScript(t, "PIPELINING", (*talk).well)
	session := s.relay(Options{}).Session()
	for i := range 2 {
		wantAccepted(t, session.Send(t.Context(), letter(i)))
		for range 2 {
			session.Close()
		}
	}
	want := []string{"MAIL RCPT DATA QUIT", "MAIL RCPT DATA QUIT"}
	if heard := s.hears(want); !slices.Equal(heard, want) {
		t.Errorf("heard %q, want %q", heard, want)
	}
}

func TestNobodyListens(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	r, err := New(Options{Host: "127.0.0.1", Port: port, TLS: "none"})
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range []verdict.Reply{r.Session().Send(t.Context(), letter(1)), r.Check(t.Context())} {
		if verdict.Judge(a) != verdict.Down || a.Stage != verdict.Connect || !strings.Contains(a.String(), "refused") {
			t.Errorf("got %v", a)
		}
	}
}

func TestUnixSocket(t *testing.T) {
	path := filepath.Join(t.TempDir(), "smtp")
	s := serve(t, inbox.Options{TLS: inbox.NoTLS, Addr: path, Users: map[string]string{"ann": "secret"}, InsecureAuth: true, RequireAuth: true})
	r := open(t, s, Options{Host: "unix://" + path, Username: "ann", Password: "secret"})
	wantAccepted(t, r.Send(t.Context(), letter(1)))
}
