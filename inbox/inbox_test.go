package inbox

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// start runs a server until the test ends.
func start(t *testing.T, o Options) *Server {
	t.Helper()
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("run: %v", err)
		}
	})
	return s
}

// letter is a small message with an id.
func letter(id, subject string) string {
	return "From: a@example.com\r\nTo: b@example.org\r\nMessage-ID: <" + id + ">\r\nSubject: " + subject +
		"\r\n\r\nHello.\r\n.. a line with dots\r\nSTARTTLS\r\n"
}

func dial(t *testing.T, s *Server) *smtp.Client {
	t.Helper()
	var c *smtp.Client
	var err error
	switch s.o.TLS {
	case Implicit:
		c, err = smtp.DialTLS(s.Addr(), s.clientTLS())
	case StartTLS:
		c, err = smtp.DialStartTLS(s.Addr(), s.clientTLS())
	default:
		c, err = smtp.Dial(s.Addr())
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func (s *Server) clientTLS() *tls.Config {
	return &tls.Config{RootCAs: s.ca.Pool(), ServerName: "localhost"}
}

func TestReceivesInEveryMode(t *testing.T) {
	for _, mode := range []TLSMode{StartTLS, Implicit, NoTLS} {
		t.Run(string(mode), func(t *testing.T) {
			s := start(t, Options{TLS: mode})
			c := dial(t, s)
			for i := range 3 {
				body := letter(fmt.Sprint(i, "@example.com"), "=?utf-8?q?Gr=C3=BC=C3=9Fe?=")
				if err := c.SendMail("from@example.com", []string{"to@example.org"}, strings.NewReader(body)); err != nil {
					t.Fatal(err)
				}
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			if err := s.Wait(ctx, 3); err != nil {
				t.Fatal(err)
			}
			m := s.Messages()[2]
			if want := letter("2@example.com", "=?utf-8?q?Gr=C3=BC=C3=9Fe?="); string(m.Data) != want {
				t.Errorf("got %q, want %q", m.Data, want)
			}
			if m.Seq != 3 || m.Subject != "Grüße" || m.MessageID != "2@example.com" ||
				m.From != "from@example.com" || m.To[0] != "to@example.org" || m.TLS != (mode != NoTLS) || m.Conn != 1 {
				t.Errorf("got %+v", m)
			}
			if n := s.Connections(); n != 1 {
				t.Errorf("%d connections, want 1", n)
			}
		})
	}
}

func TestKeepsTheNewest(t *testing.T) {
	s := newStore(3)
	srv := &Server{store: s}
	for i := range 8 {
		s.add(Message{MessageID: fmt.Sprint(i % 2)})
	}
	var got []int
	for _, m := range srv.Messages() {
		got = append(got, m.Seq)
	}
	if fmt.Sprint(got) != "[6 7 8]" {
		t.Errorf("kept %v, want 6 7 8", got)
	}
	if srv.Received() != 8 || srv.Dropped() != 5 || srv.Counts()["0"] != 4 {
		t.Errorf("received %d, dropped %d, counts %v", srv.Received(), srv.Dropped(), srv.Counts())
	}
	for seq, want := range map[int]bool{0: false, 5: false, 6: true, 8: true, 9: false} {
		if m, ok := srv.Message(seq); ok != want || ok && m.Seq != seq {
			t.Errorf("Message(%d) = %d, %v", seq, m.Seq, ok)
		}
	}
}

func TestWaitEndsWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := (&Server{store: newStore(1)}).Wait(ctx, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestLogin(t *testing.T) {
	o := Options{Users: map[string]string{"ann": "secret"}, RequireAuth: true, Mechanisms: []string{"PLAIN", "LOGIN"}}
	s := start(t, o)

	plain, err := smtp.Dial(s.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer plain.Close()
	if ok, _ := plain.Extension("AUTH"); ok {
		t.Error("AUTH is offered without TLS")
	}
	if ok, _ := plain.Extension("STARTTLS"); !ok {
		t.Error("STARTTLS isn't offered")
	}

	c := dial(t, s)
	if err := c.Mail("a@example.com", nil); code(err) != 530 {
		t.Errorf("MAIL without a login: %v, want 530", err)
	}
	if err := c.Auth(sasl.NewPlainClient("", "ann", "wrong")); code(err) != 535 {
		t.Errorf("wrong password: %v, want 535", err)
	}
	if err := c.Auth(sasl.NewPlainClient("", "nobody", "")); code(err) != 535 {
		t.Errorf("unknown user with an empty password: %v, want 535", err)
	}
	if err := c.Auth(sasl.NewPlainClient("", "ann", "secret")); err != nil {
		t.Fatal(err)
	}
	if err := c.SendMail("a@example.com", []string{"b@example.org"}, strings.NewReader(letter("1@x", "s"))); err != nil {
		t.Fatal(err)
	}
	if m := s.Messages()[0]; m.User != "ann" {
		t.Errorf("user %q", m.User)
	}
	if err := dial(t, s).Auth(sasl.NewLoginClient("ann", "secret")); err != nil {
		t.Errorf("LOGIN: %v", err)
	}
}

func code(err error) int {
	var e *smtp.SMTPError
	if errors.As(err, &e) {
		return e.Code
	}
	return 0
}

func TestFaults(t *testing.T) {
	refuse := Fault{Code: 451, Enhanced: "4.2.1", Text: "later"}
	for _, mode := range []TLSMode{NoTLS, StartTLS, Implicit} {
		for _, stage := range []Stage{Connect, MailFrom, RcptTo, Data, Dot} {
			for _, f := range []Fault{refuse, {Drop: true}, {Code: 550, Text: "no"}, {Code: 421, Enhanced: "4.3.2"}} {
				t.Run(fmt.Sprintf("%s/%s/%d", mode, stage, f.Code), func(t *testing.T) {
					s := start(t, Options{TLS: mode, Fault: func(a Ask) Fault {
						if a.Stage == stage && a.Attempt == 1 {
							return f
						}
						return Fault{}
					}})
					err := try(s)
					var e *smtp.SMTPError
					if f.Drop && (err == nil || errors.As(err, &e)) {
						t.Fatalf("got %v, want a broken connection", err)
					}
					if f.Code != 0 && (!errors.As(err, &e) || e.Code != f.Code) {
						t.Fatalf("got %v, want %d", err, f.Code)
					}
					if f.Enhanced == "4.2.1" && e.EnhancedCode != [3]int{4, 2, 1} {
						t.Errorf("enhanced code %v", e.EnhancedCode)
					}
					if n := s.Received(); n != 0 {
						t.Errorf("%d messages kept", n)
					}
					if err := try(s); err != nil {
						t.Errorf("second attempt: %v", err)
					}
					if n := s.Received(); n != 1 {
						t.Errorf("%d messages after the second attempt", n)
					}
				})
			}
		}
	}
}

// try sends one message on a connection of its own.
func try(s *Server) error {
	conn, err := net.Dial("tcp", s.Addr())
	if err != nil {
		return err
	}
	defer conn.Close()
	var c *smtp.Client
	switch s.o.TLS {
	case Implicit:
		c = smtp.NewClient(tls.Client(conn, s.clientTLS()))
	case StartTLS:
		if c, err = smtp.NewClientStartTLS(conn, s.clientTLS()); err != nil {
			return err
		}
	default:
		c = smtp.NewClient(conn)
	}
	return c.SendMail("a@example.com", []string{"b@example.org"}, strings.NewReader(letter("1@x", "s")))
}

func TestKeptThoughNeverAnswered(t *testing.T) {
	s := start(t, Options{Fault: func(a Ask) Fault {
		if a.Stage == Dot && a.MessageID != "1@x" {
			t.Errorf("message id %q", a.MessageID)
		}
		return Fault{Drop: a.Stage == Dot && a.Attempt == 1, Keep: true}
	}})
	if err := try(s); err == nil {
		t.Error("no error from the dropped connection")
	}
	if err := try(s); err != nil {
		t.Error(err)
	}
	if n := s.Counts()["1@x"]; n != 2 {
		t.Errorf("received %d times, want 2", n)
	}
}

func TestDelay(t *testing.T) {
	s := start(t, Options{TLS: NoTLS, Fault: func(a Ask) Fault {
		if a.Stage == RcptTo {
			return Fault{Delay: 60 * time.Millisecond}
		}
		return Fault{}
	}})
	begin := time.Now()
	if err := try(s); err != nil {
		t.Fatal(err)
	}
	if d := time.Since(begin); d < 60*time.Millisecond {
		t.Errorf("took %v", d)
	}
}

// After a refused DATA the same connection must go on: the empty message that
// go-smtp was given may not show.
func TestRefusedDataLeavesTheConnectionUsable(t *testing.T) {
	s := start(t, Options{TLS: NoTLS, Fault: func(a Ask) Fault {
		if a.Stage == Data && a.Attempt == 1 {
			return Fault{Code: 452, Text: "first line\nsecond line"}
		}
		return Fault{}
	}})
	c, err := textproto.Dial("tcp", s.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	expect := func(want, send string) {
		t.Helper()
		if send != "" {
			fmt.Fprintf(c.W, "%s\r\n", send)
			c.W.Flush()
		}
		code, msg, err := c.ReadResponse(0)
		if got := fmt.Sprint(code, " ", msg); err != nil || !strings.HasPrefix(got, want) {
			t.Fatalf("%s: got %q, %v; want %q", send, got, err, want)
		}
	}
	expect("220", "")
	expect("250", "EHLO me.example")
	expect("250", "MAIL FROM:<a@example.com>")
	expect("250", "RCPT TO:<b@example.org>")
	expect("452 first line\nsecond line", "DATA")
	expect("250", "RSET")
	// RFC 2920: the three in one write
	fmt.Fprint(c.W, "MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.org>\r\nDATA\r\n")
	c.W.Flush()
	expect("250", "")
	expect("250", "")
	expect("354", "")
	fmt.Fprint(c.W, letter("1@x", "s")+".\r\nNOOP\r\n")
	c.W.Flush()
	expect("250", "")
	expect("250", "")
	if s.Received() != 1 {
		t.Errorf("%d messages", s.Received())
	}
}

// RFC 3207 §6: what is sent in the clear behind STARTTLS must not be obeyed
// after it.
func TestInjectionBehindSTARTTLS(t *testing.T) {
	s := start(t, Options{})
	conn, err := net.Dial("tcp", s.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(5 * time.Second))
	fmt.Fprint(conn, "EHLO x\r\nSTARTTLS\r\nMAIL FROM:<evil@example.com>\r\n")
	in := bufio.NewScanner(conn)
	for in.Scan() {
		if strings.HasPrefix(in.Text(), "220 2.0.0") {
			t.Fatal("TLS was begun")
		}
	}
}

func TestExpiredCertificate(t *testing.T) {
	ca, err := NewCA(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	cert, err := ca.Issue(time.Now().AddDate(0, 0, -2), time.Now().AddDate(0, 0, -1), "localhost")
	if err != nil {
		t.Fatal(err)
	}
	s := start(t, Options{TLS: Implicit, Certificate: &cert})
	_, err = tls.Dial("tcp", s.Addr(), &tls.Config{RootCAs: ca.Pool(), ServerName: "localhost"})
	if err == nil || !strings.Contains(err.Error(), "expired") {
		t.Errorf("got %v", err)
	}
}

func TestIdleConnectionIsClosed(t *testing.T) {
	s := start(t, Options{TLS: NoTLS, Idle: 50 * time.Millisecond})
	conn, err := net.Dial("tcp", s.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(5 * time.Second))
	in := bufio.NewScanner(conn)
	last := ""
	for in.Scan() {
		last = in.Text()
	}
	if !strings.HasPrefix(last, "421") {
		t.Errorf("last line %q, want 421", last)
	}
}

func TestManyAtOnce(t *testing.T) {
	s := start(t, Options{TLS: NoTLS, Max: 10})
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 5 {
				if err := try(s); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if s.Received() != 40 || len(s.Messages()) != 10 || s.Counts()["1@x"] != 40 {
		t.Errorf("received %d, kept %d, counted %v", s.Received(), len(s.Messages()), s.Counts())
	}
}

func TestWrongOptions(t *testing.T) {
	for _, o := range []Options{{TLS: "ssl"}, {Mechanisms: []string{"NTLM"}}, {Addr: "127.0.0.1:notaport"}} {
		if s, err := New(o); err == nil {
			s.Close()
			t.Errorf("%+v is accepted", o)
		}
	}
}

// A server whose context ends while it begins stops, too: go-smtp is closed before it
// is given the listener.
func TestEndsAsItBegins(t *testing.T) {
	t.Parallel()
	s, err := New(Options{TLS: NoTLS})
	if err != nil {
		t.Fatal(err)
	}
	s.smtp.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Run(ctx); err != nil {
		t.Fatal(err)
	}
}
