package lmtp

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/textproto"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dailytip/bounces/intake/intaketest"
	"dailytip/store"
	"dailytip/store/storetest"
	"dailytip/verp"
)

const domain = intaketest.Domain

// house is a door that is open, and readers whose mail it takes.
type house struct {
	*intaketest.House

	db      *store.DB
	network string
	address string
	stop    func() error // ends Run and returns its error
}

// open opens a door at an address, for as long as the test runs.
func open(t *testing.T, address string) *house {
	t.Helper()
	return openOn(t, address, func(l net.Listener) net.Listener { return l })
}

// openOn is open with another listener around the door's.
func openOn(t *testing.T, address string, around func(net.Listener) net.Listener) *house {
	t.Helper()
	h := &house{db: storetest.SQLite(t)}
	h.House = intaketest.New(t, h.db, readers)
	l, err := Listen(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	h.network, h.address = l.Addr().Network(), l.Addr().String()
	d := New(Options{Taker: h.Taker, Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- d.Run(ctx, around(l)) }()
	h.stop = func() error {
		cancel()
		return <-ended
	}
	t.Cleanup(func() {
		if ctx.Err() == nil {
			if err := h.stop(); err != nil {
				t.Error(err)
			}
		}
	})
	return h
}

// readers are more than a message may have.
const readers = mostRecipients + 1

// client is one that says what a test wants, right or wrong.
type client struct {
	t *testing.T
	*textproto.Conn
}

func (h *house) dial(t *testing.T) client {
	t.Helper()
	c, err := net.Dial(h.network, h.address)
	if err != nil {
		t.Fatal(err)
	}
	_ = c.SetDeadline(time.Now().Add(time.Minute))
	conn := textproto.NewConn(c)
	t.Cleanup(func() { conn.Close() })
	if _, _, err := conn.ReadResponse(220); err != nil {
		t.Fatal(err)
	}
	return client{t, conn}
}

// says sends lines in one piece, and wants a reply that begins so to each of wants.
func (c client) says(lines string, wants ...string) {
	c.t.Helper()
	if _, err := fmt.Fprint(c.W, strings.ReplaceAll(lines, "\n", "\r\n")+"\r\n"); err != nil {
		c.t.Fatal(err)
	}
	if err := c.W.Flush(); err != nil {
		c.t.Fatal(err)
	}
	for _, want := range wants {
		code, text, err := c.ReadResponse(0)
		if err != nil && code == 0 {
			c.t.Fatalf("%.200s: %v", lines, err)
		}
		if got := fmt.Sprintf("%d %s", code, text); !strings.HasPrefix(got, want) {
			c.t.Fatalf("%.200s: got %q, want %q", lines, got, want)
		}
	}
}

const report = "From: MAILER-DAEMON@mx.example.net\nSubject: Undelivered Mail Returned to Sender\n\nno such user\n.."

func TestOneAddressTakesLMTPAndSMTP(t *testing.T) {
	h := open(t, "127.0.0.1:0")
	for n, hello := range []string{"LHLO mx.example.com", "lhlo mx.example.com", "EHLO mx.example.com", "HELO mx.example.com"} {
		t.Run(hello, func(t *testing.T) {
			c := h.dial(t)
			c.says(hello, "250")
			c.says("MAIL FROM:<>", "250")
			c.says("RCPT TO:<"+h.Leave[2*n]+">", "250")
			c.says("RCPT TO:<"+h.Leave[2*n+1]+">", "250")
			c.says("DATA", "354")
			replies := []string{"250 2.0.0 <" + h.Leave[2*n] + ">", "250 2.0.0 <" + h.Leave[2*n+1] + ">"} // LMTP: each recipient's
			if !strings.EqualFold(hello[:4], "LHLO") {
				replies = []string{"250 2.0.0 OK"}
			}
			c.says(report+"\n.", replies...)
			c.says("QUIT", "221")
			if got := h.Left(t); got != 2*n+2 {
				t.Errorf("%d have been taken, want %d", got, 2*n+2)
			}
		})
	}
}

// A client of RFC 2920 sends commands without waiting, and several messages.
func TestPipelining(t *testing.T) {
	h := open(t, "127.0.0.1:0")
	c := h.dial(t)
	one := "MAIL FROM:<>\nRCPT TO:<" + h.Leave[1] + ">\nRCPT TO:<ana@example.com>\nDATA"
	c.says("LHLO mx.example.com\n"+one, "250", "250", "250", "550 5.1.1", "354")
	c.says(report+"\n.\n"+one, "250", "250", "250", "550 5.1.1", "354")
	c.says("a bare line feed before a dot ends nothing:\r\n.\x00\n.\nRSET\nQUIT", "250", "250", "221")
}

func TestNothingIsRelayed(t *testing.T) {
	h := open(t, "127.0.0.1:0")
	theirs := verp.New(verp.Key{Secret: []byte("theirs")})
	other := intaketest.New(t, storetest.SQLite(t), 1) // another installation
	c := h.dial(t)
	c.says("EHLO mx.example.com\nMAIL FROM:<eve@example.org>", "250", "250")
	for _, to := range []string{
		"ana@example.com", "postmaster@" + domain, "bounces@" + domain, "ana%example.org@" + domain, "@" + domain + ":ana@example.org",
		theirs.ReturnPath(verp.Mail{Edition: 1, Subscriber: 1}, time.Time{}, domain),
		other.Leave[0], strings.Replace(h.Leave[0], domain, "example.org", 1), strings.Replace(h.Leave[0], "+", "+1", 1),
		strings.Repeat("a", 1000) + "@" + domain,
	} {
		c.says("RCPT TO:<"+to+">", "550 5.1.1")
	}
	c.says("DATA", "502")
	c.says("RCPT TO:<"+strings.ToUpper(h.Leave[1])+">", "250") // servers may fold the case
	c.says("AUTH PLAIN AGEAYg==", "5")
	c.says("STARTTLS", "502")
}

func TestBounds(t *testing.T) {
	h := open(t, "127.0.0.1:0")
	begin := "LHLO mx.example.com\nMAIL FROM:<>\nRCPT TO:<" + h.Leave[1] + ">"
	t.Run("recipients", func(t *testing.T) {
		c := h.dial(t)
		c.says(begin, "250", "250", "250")
		for n := range mostRecipients - 1 {
			c.says("RCPT TO:<"+h.Leave[n]+">", "250")
		}
		c.says("RCPT TO:<"+h.Leave[1]+">", "452 4.5.3")
	})
	t.Run("a size that is told", func(t *testing.T) {
		c := h.dial(t)
		c.says("LHLO mx.example.com", "250")
		c.says("MAIL FROM:<> SIZE=100000000", "552 5.3.4")
		c.says("MAIL FROM:<> SIZE=20000000", "250") // a bounce that brings a large mail back is taken
	})
	t.Run("a message that is longer than what is read", func(t *testing.T) {
		c := h.dial(t)
		c.says(begin+"\nDATA", "250", "250", "250", "354")
		c.says("Subject: long\n\n"+strings.Repeat(strings.Repeat("x", 99)+"\n", 30_000)+".\nNOOP", "250", "250")
	})
	t.Run("a long line of a message", func(t *testing.T) {
		c := h.dial(t)
		c.says(begin+"\nDATA", "250", "250", "250", "354")
		c.says("Subject: long\n\n"+strings.Repeat("x", 60_000)+"\n.\nNOOP", "250", "250")
	})
	t.Run("a command that never ends", func(t *testing.T) {
		for _, first := range []string{"", "LHLO mx.example.com\n"} {
			c := h.dial(t)
			_, _ = fmt.Fprint(c.W, first+strings.Repeat("x", 2*mostLine)) // the door may close while this is written
			_ = c.W.Flush()
			for {
				if _, err := c.ReadLine(); err != nil {
					break
				}
			}
		}
	})
}

// A client that goes away in the middle has handed in nothing.
func TestAMessageThatIsCutOffIsNotTaken(t *testing.T) {
	h := open(t, "127.0.0.1:0")
	c := h.dial(t)
	c.says("LHLO mx.example.com\nMAIL FROM:<>\nRCPT TO:<"+h.Leave[1]+">\nDATA", "250", "250", "250", "354")
	c.says("Subject: half")
	c.Close()
	c = h.dial(t) // and the door stays open
	c.says("LHLO mx.example.com", "250")
	if got := h.Left(t); got != 0 {
		t.Errorf("%d have been taken", got)
	}
}

// While nothing can be written down, the mail server keeps what it has.
func TestALostDatabase(t *testing.T) {
	h := open(t, "127.0.0.1:0")
	if err := h.db.Close(); err != nil {
		t.Fatal(err)
	}
	for _, hello := range []string{"LHLO mx.example.com", "EHLO mx.example.com"} {
		c := h.dial(t)
		c.says(hello+"\nMAIL FROM:<>\nRCPT TO:<"+h.Leave[1]+">\nRCPT TO:<"+h.Leave[2]+">\nDATA", "250", "250", "250", "250", "354")
		want := []string{"451 4.3.0 <" + h.Leave[1] + ">", "451 4.3.0 <" + h.Leave[2] + ">"}
		if hello[0] == 'E' {
			want = []string{"451 4.3.0 The message can't be written down"}
		}
		c.says(report+"\n.", want...)
	}
}

// What was noted of a door before a restart ends when the first client comes.
func TestADoorThatWorksAgain(t *testing.T) {
	h := open(t, "127.0.0.1:0")
	if err := h.Taker.Fails(t.Context(), time.Now(), "the listener "+h.address, errors.New("too many open files")); err != nil {
		t.Fatal(err)
	}
	h.dial(t)
	if failing, err := h.Taker.FailingDoors(t.Context()); err != nil || len(failing) != 0 {
		t.Errorf("%+v, %v", failing, err)
	}
}

// Ten thousand forged ones change nothing.
func TestForgedBounces(t *testing.T) {
	h := open(t, "127.0.0.1:0")
	theirs := verp.New(verp.Key{Secret: []byte("theirs")})
	const each = 100
	for range 10_000 / each {
		c := h.dial(t)
		c.says("LHLO mx.example.com\nMAIL FROM:<>", "250", "250")
		var commands []string
		refusals := make([]string, each)
		for n := range each {
			commands = append(commands, "RCPT TO:<"+theirs.ReturnPath(verp.Mail{Edition: 1, Subscriber: int64(n + 1)}, time.Time{}, domain)+">")
			refusals[n] = "550 5.1.1"
		}
		c.says(strings.Join(commands, "\n"), refusals...)
		c.says("DATA\nQUIT", "502", "221")
	}
	if got := h.Left(t); got != 0 {
		t.Errorf("%d have been taken", got)
	}
}

func TestAClientThatKeepsQuietIsSentAwayAtTheEnd(t *testing.T) {
	h := open(t, "127.0.0.1:0")
	silent := h.dial(t)
	greeted := h.dial(t)
	greeted.says("LHLO mx.example.com", "250")
	if err := h.stop(); err != nil {
		t.Fatal(err)
	}
	if code, _, err := greeted.ReadResponse(0); code != 421 {
		t.Errorf("got %d, %v; want 421", code, err)
	}
	if _, err := silent.ReadLine(); err == nil {
		t.Error("a client that has said nothing gets a line")
	}
	if _, err := net.Dial(h.network, h.address); err == nil {
		t.Error("the door is still open")
	}
}

func TestSocket(t *testing.T) {
	dir, err := os.MkdirTemp("", "lmtp") // the names of sockets are short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	path := filepath.Join(dir, "s")
	h := open(t, path)
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o666 {
		t.Errorf("the mail server, another user, can't write to the socket: %v, %v", info, err)
	}
	h.dial(t).says("LHLO mx.example.com", "250")
	if l, err := Listen(t.Context(), path); err == nil || !strings.Contains(err.Error(), "another program listens") {
		t.Errorf("a socket in use is taken over: %v, %v", l, err)
	}
	if err := h.stop(); err != nil {
		t.Fatal(err)
	}
	left, err := net.ListenUnix("unix", &net.UnixAddr{Name: path})
	if err != nil {
		t.Fatal(err)
	}
	left.SetUnlinkOnClose(false) // as if it were killed
	left.Close()
	open(t, path).dial(t).says("LHLO mx.example.com", "250")

	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Listen(t.Context(), file); err == nil {
		t.Error("a file is taken for a socket")
	}
	if _, err := os.Stat(file); errors.Is(err, os.ErrNotExist) {
		t.Error("a file is removed")
	}
}

// More clients than the door serves at a time wait, and all get their turn.
func TestManyClients(t *testing.T) {
	h := open(t, "127.0.0.1:0")
	t.Run("all", func(t *testing.T) {
		for n := range 3 * mostConnections {
			t.Run(fmt.Sprint(n), func(t *testing.T) {
				t.Parallel()
				c := h.dial(t)
				c.says("LHLO mx.example.com\nMAIL FROM:<>\nRCPT TO:<"+h.Leave[n]+">\nDATA", "250", "250", "250", "354")
				c.says(report+"\n.\nQUIT", "250", "221")
			})
		}
	})
	if got := h.Left(t); got != 3*mostConnections {
		t.Errorf("%d have been taken, want %d", got, 3*mostConnections)
	}
}
