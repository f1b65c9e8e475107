package relay

import (
	"bufio"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"dailytip/inbox"
	"dailytip/verdict"
)

// endless is a server that replies well for a while and then says something for
// ever.
type endless struct {
	says []string // the greeting, then the reply to each command
	then string   // said again and again, instead of the next reply
	slow bool     // with a moment between each
	cert tls.Certificate

	said atomic.Int64 // bytes of what has no end
}

// tooMuch is when such a server gives up: nobody should have read so much. The
// network's own buffers hold some megabytes.
const tooMuch = 64 << 20

func (s *endless) serve(conn net.Conn) {
	defer func() { conn.Close() }()
	in := bufio.NewReader(conn)
	line := ""
	for i, reply := range s.says {
		if i > 0 {
			line, _ = in.ReadString('\n')
		}
		if _, err := io.WriteString(conn, strings.ReplaceAll(reply, "\n", "\r\n")+"\r\n"); err != nil {
			return
		}
		switch {
		case strings.HasPrefix(line, "STARTTLS"):
			conn = tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{s.cert}}) //nolint:gosec // a test
			in = bufio.NewReader(conn)
		case strings.HasPrefix(reply, "354"):
			for line != ".\r\n" {
				var err error
				if line, err = in.ReadString('\n'); err != nil {
					return
				}
			}
			in = bufio.NewReader(io.MultiReader(strings.NewReader("the dot\n"), in))
		}
	}
	if len(s.says) > 0 {
		if _, err := in.ReadString('\n'); err != nil {
			return
		}
	}
	part := strings.Repeat(s.then, 1+4096/len(s.then))
	if s.slow {
		for range time.Tick(10 * time.Millisecond) {
			if _, err := io.WriteString(conn, s.then); err != nil {
				return
			}
		}
	}
	for s.said.Load() < tooMuch {
		n, err := io.WriteString(conn, part)
		s.said.Add(int64(n))
		if err != nil {
			return
		}
	}
}

func (s *endless) listen(t *testing.T) (port int) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go s.serve(conn)
		}
	}()
	return l.Addr().(*net.TCPAddr).Port
}

// A server that never stops talking, wherever in the conversation, is left after
// a bounded number of bytes, with a reply that says so.
func TestEndlessReplies(t *testing.T) {
	t.Parallel()
	ca, err := inbox.NewCA(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	cert, err := ca.Issue(time.Now().Add(-time.Hour), time.Now().Add(time.Hour), "127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	const hello, lines = "250 HELP", "250-more\r\n"
	dialled := []string{"220 hi", hello}
	wants := func(says ...string) []string { return append(append([]string{}, dialled...), says...) }
	tests := []struct {
		name string
		says []string
		then string
		at   verdict.Stage
		o    Options
		want string
	}{
		{"greeting, lines", nil, "220-more\r\n", verdict.Connect, Options{}, "still not ready for mail"},
		{"greeting, one line", nil, "220 more and ", verdict.Connect, Options{}, "still not ready for mail"},
		{"greeting, another protocol", nil, "\x00\xff", verdict.Connect, Options{}, "still not ready for mail"},
		{"EHLO", []string{"220 hi"}, lines, verdict.Connect, Options{}, "still not ready for mail"},
		{"EHLO, one line", []string{"220 hi"}, "250 more", verdict.Connect, Options{}, "still not ready for mail"},
		{"EHLO refused", []string{"220 hi"}, "550-more\r\n", verdict.Connect, Options{}, "still not ready for mail"},
		{"STARTTLS", []string{"220 hi", "250-hi\n250 STARTTLS"}, "220-more\r\n", verdict.TLS, Options{TLS: "mandatory"}, "still not ready for mail"},
		{"after STARTTLS", []string{"220 hi", "250-hi\n250 STARTTLS", "220 go"}, lines, verdict.TLS, Options{TLS: "mandatory"}, "still not ready for mail"},
		{"AUTH, lines", []string{"220 hi", "250-hi\n250 AUTH PLAIN"}, "334-more\r\n", verdict.Auth, Options{Auth: "plain"}, "still not ready for mail"},
		{"AUTH, challenges", []string{"220 hi", "250-hi\n250 AUTH CRAM-MD5"}, "334 bW9yZQ==\r\n", verdict.Auth, Options{Auth: "cram-md5"}, "still not ready for mail"},
		{"AUTH, one challenge", []string{"220 hi", "250-hi\n250 AUTH XOAUTH2"}, "334 bW9y", verdict.Auth, Options{Auth: "xoauth2"}, "still not ready for mail"},
		{"AUTH refused", []string{"220 hi", "250-hi\n250 AUTH LOGIN", "334 VXNlcm5hbWU6"}, "535-more\r\n", verdict.Auth, Options{Auth: "login"}, "still not ready for mail"},
		{"MAIL", dialled, lines, verdict.MailFrom, Options{}, "has no end"},
		{"MAIL, one line", dialled, "250 more", verdict.MailFrom, Options{}, "has no end"},
		{"RCPT", wants("250 ok"), "550-more\r\n", verdict.RcptTo, Options{}, "has no end"},
		{"DATA", wants("250 ok", "250 ok"), "354-more\r\n", verdict.Data, Options{}, "has no end"},
		{"the dot", wants("250 ok", "250 ok", "354 go"), lines, verdict.Dot, Options{}, "has no end"},
		{"the dot, one line", wants("250 ok", "250 ok", "354 go"), "250 more", verdict.Dot, Options{}, "has no end"},
		{"RSET", wants("250 ok", "550 5.1.1 nobody"), lines, verdict.RcptTo, Options{}, "nobody"},
		{"QUIT", wants("250 ok", "250 ok", "354 go", "250 taken"), "221-more\r\n", verdict.Dot, Options{}, "taken"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := &endless{says: tt.says, then: tt.then, cert: cert}
			o := tt.o
			o.Host, o.Port, o.Timeout, o.DotTimeout = "127.0.0.1", s.listen(t), time.Minute, time.Minute
			if o.TLS == "" {
				o.TLS = "none"
			} else {
				o.CAFile = caFile(t, ca)
			}
			if o.Auth != "" {
				o.Username, o.Password = "ann", "secret"
			}
			r, err := New(o)
			if err != nil {
				t.Fatal(err)
			}
			session := r.Session()
			a := session.Send(t.Context(), letter(1))
			session.Close()
			if a.Stage != tt.at || !strings.Contains(a.String(), tt.want) {
				t.Errorf("got %v, want %q at %v", a, tt.want, tt.at)
			}
			if tt.at < verdict.MailFrom {
				if a := r.Check(t.Context()); a.Stage != tt.at || !strings.Contains(a.String(), tt.want) {
					t.Errorf("check: got %v, want %q at %v", a, tt.want, tt.at)
				}
			}
			if n := s.said.Load(); n >= tooMuch {
				t.Errorf("%d MB were read", n>>20)
			}
		})
	}
}

// A reply that comes byte by byte gets the time of one reply, not of each byte.
func TestDrippingReplies(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		says []string
		at   verdict.Stage
	}{
		"greeting": {nil, verdict.Connect},
		"MAIL":     {[]string{"220 hi", "250 HELP"}, verdict.MailFrom},
		"the dot":  {[]string{"220 hi", "250 HELP", "250 ok", "250 ok", "354 go"}, verdict.Dot},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &endless{says: tt.says, then: "2", slow: true}
			r, err := New(Options{Host: "127.0.0.1", Port: s.listen(t), TLS: "none", Timeout: silence, DotTimeout: silence})
			if err != nil {
				t.Fatal(err)
			}
			a := r.Session().Send(t.Context(), letter(1))
			if a.Stage != tt.at || a.Err == nil || errors.Is(a.Err, errLongReply) {
				t.Errorf("got %v", a)
			}
		})
	}
}
