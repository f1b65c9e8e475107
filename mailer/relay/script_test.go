package relay

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"dailytip/verdict"
)

// script is a server that does exactly what a test says, however wrong it is.
type script struct {
	t     *testing.T
	l     net.Listener
	serve func(*talk)
	wg    sync.WaitGroup

	mu    sync.Mutex
	talks []*talk
}

// talk is one connection of a script.
type talk struct {
	s      *script
	n      int // from 1
	conn   net.Conn
	in     *bufio.Reader
	got    []string // the commands
	bodies []string // as they came, without the dot
}

// errEnd ends a talk: the client has gone, or the test wants it so.
var errEnd = errors.New("end of the talk")

// newScript runs serve for each connection, one after EHLO that offers
// extensions.
func newScript(t *testing.T, extensions string, serve func(*talk)) *script {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &script{t: t, l: l, serve: serve}
	s.wg.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			s.mu.Lock()
			k := &talk{s: s, n: len(s.talks) + 1, conn: conn, in: bufio.NewReader(conn)}
			s.talks = append(s.talks, k)
			s.mu.Unlock()
			s.wg.Go(func() { k.run(extensions) })
		}
	})
	t.Cleanup(func() {
		l.Close()
		s.mu.Lock()
		for _, k := range s.talks {
			k.conn.Close()
		}
		s.mu.Unlock()
		s.wg.Wait()
	})
	return s
}

func (k *talk) run(extensions string) {
	defer k.conn.Close()
	defer func() {
		if r := recover(); r != nil && r != errEnd { //nolint:errorlint // the value itself
			panic(r)
		}
	}()
	k.say("220 script")
	k.line()
	var b strings.Builder
	for e := range strings.FieldsSeq(strings.ReplaceAll(extensions, ",", " ")) {
		b.WriteString("250-" + strings.ReplaceAll(e, "_", " ") + "\r\n")
	}
	k.say("250-script\r\n" + b.String() + "250 HELP")
	k.got = nil
	k.s.serve(k)
}

// say sends replies, in one packet.
func (k *talk) say(replies string) {
	if _, err := io.WriteString(k.conn, strings.ReplaceAll(strings.ReplaceAll(replies, "\r\n", "\n"), "\n", "\r\n")+"\r\n"); err != nil {
		panic(errEnd)
	}
}

func (k *talk) line() string {
	s, err := k.in.ReadString('\n')
	if err != nil {
		panic(errEnd)
	}
	s = strings.TrimSuffix(s, "\r\n")
	k.s.mu.Lock()
	k.got = append(k.got, s)
	k.s.mu.Unlock()
	return s
}

// lines reads n commands.
func (k *talk) lines(n int) {
	for range n {
		k.line()
	}
}

// body reads a message up to its dot.
func (k *talk) body() {
	var b strings.Builder
	for {
		s, err := k.in.ReadString('\n')
		if err != nil {
			panic(errEnd)
		}
		if s == ".\r\n" {
			k.s.mu.Lock()
			k.bodies = append(k.bodies, b.String())
			k.s.mu.Unlock()
			return
		}
		b.WriteString(s)
	}
}

// well serves whatever comes next without fault, until QUIT.
func (k *talk) well() {
	for {
		switch verb := strings.ToUpper(strings.Fields(k.line() + " x")[0]); verb {
		case "DATA":
			k.say("354 go")
			k.body()
			k.say("250 2.0.0 queued")
		case "QUIT":
			k.say("221 bye")
			panic(errEnd)
		default:
			k.say("250 ok")
		}
	}
}

// reset cuts the connection with a TCP reset.
func (k *talk) reset() {
	_ = k.conn.(*net.TCPConn).SetLinger(0)
	panic(errEnd)
}

// hang says nothing until the test ends.
func (k *talk) hang() {
	_, _ = io.Copy(io.Discard, k.in)
	panic(errEnd)
}

// stall neither reads nor says anything until the test ends.
func (k *talk) stall() {
	<-k.s.t.Context().Done()
	panic(errEnd)
}

// heard gives the verbs of connection n, in order: "MAIL RCPT DATA".
func (s *script) heard(n int) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n > len(s.talks) {
		return ""
	}
	var verbs []string
	for _, c := range s.talks[n-1].got {
		verb, _, _ := strings.Cut(c, " ")
		verbs = append(verbs, verb)
	}
	return strings.Join(verbs, " ")
}

// hears waits until each connection has heard what it's wanted to, and returns what they
// have heard: who closes a connection doesn't wait long for the reply to QUIT.
func (s *script) hears(want []string) (all []string) {
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		all = nil
		for i := range s.connections() {
			all = append(all, s.heard(i+1))
		}
		if slices.Equal(all, want) || time.Now().After(end) {
			return all
		}
	}
}

func (s *script) connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.talks)
}

// received counts the bodies with n as their Message-ID.
func (s *script) received(n int) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	count := 0
	for _, k := range s.talks {
		for _, b := range k.bodies {
			if strings.Contains(b, fmt.Sprintf("<%d@example.com>", n)) {
				count++
			}
		}
	}
	return count
}

func (s *script) relay(o Options) *Relay {
	s.t.Helper()
	o.Host, o.Port, o.TLS = "127.0.0.1", s.l.Addr().(*net.TCPAddr).Port, "none"
	if o.Timeout == 0 {
		o.Timeout = time.Minute
	}
	if o.DotTimeout == 0 {
		o.DotTimeout = time.Minute
	}
	r, err := New(o)
	if err != nil {
		s.t.Fatal(err)
	}
	return r
}

// deliver sends messages 1 to n through one session and gives each one's reply,
// as "accepted", or as the stage and the code: "rcpt to 550".
func deliver(t *testing.T, s *Session, n int) []string {
	t.Helper()
	got := make([]string, n)
	for i := range n {
		switch a := s.Send(t.Context(), letter(i+1)); {
		case verdict.Judge(a) == verdict.Accepted && a.Stage == verdict.Dot:
			got[i] = "accepted"
		case (a.Code == 0) == (a.Err == nil):
			t.Errorf("%d: %+v", i+1, a)
		default:
			got[i] = fmt.Sprintf("%v %d", a.Stage, a.Code)
		}
	}
	s.Close()
	return got
}
