package imap

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"

	"dailytip/bounces/intake/intaketest"
	"dailytip/oauth"
	"dailytip/store"
	"dailytip/store/storetest"
)

var now = time.Now()

// house is a mailbox with the server that it's on.
type house struct {
	*server
	*Mailbox
	*intaketest.House
}

func open(t *testing.T, s *server, db *store.DB, change func(*Options)) *house {
	t.Helper()
	h := &house{server: s, House: intaketest.New(t, db, 60)}
	o := Options{
		Taker: h.Taker, DB: db,
		Host: s.host, Port: s.port, CAFile: s.caFile, Username: userName, Password: password,
		Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
	}
	if change != nil {
		change(&o)
	}
	m, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	h.Mailbox = m
	return h
}

// bounce is a mail that ends a reader's subscription, as it comes to a mailbox.
func (h *house) bounce(reader int) string {
	return strings.ReplaceAll("Return-Path: <>\nDelivered-To: tips@example.com\nX-Original-To: "+h.Leave[reader]+
		"\nFrom: reader@example.net\nTo: "+h.Leave[reader]+"\nSubject: leave me alone\n\n.\n", "\n", "\r\n")
}

const letter = "From: bob@example.org\r\nTo: tips@example.com\r\nSubject: lunch?\r\n\r\nTomorrow at noon?\r\n"

func (h *house) read(t *testing.T) {
	t.Helper()
	if err := h.Read(t.Context(), now); err != nil {
		t.Fatal(err)
	}
}

func uids(from, to imap.UID) (all []imap.UID) {
	for ; from <= to; from++ {
		all = append(all, from)
	}
	return all
}

// Each message is asked for once, whatever happens in between, and none is marked.
func TestEachMessageIsReadOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := open(t, serve(t, serverOptions{}), db, nil)
		h.read(t) // an empty folder
		for n := range 50 {
			h.add(t, "INBOX", now, h.bounce(n), letter)
		}
		h.read(t)
		if got := h.reads(); !slices.Equal(got, uids(1, 100)) {
			t.Errorf("read %v, want 1 to 100", got)
		}
		h.read(t)
		if got := h.reads(); got != nil {
			t.Errorf("read again: %v", got)
		}
		h.add(t, "INBOX", now, letter)
		h = open(t, h.server, db, nil) // a restart
		h.read(t)
		if got := h.reads(); !slices.Equal(got, uids(101, 101)) {
			t.Errorf("after a restart it read %v, want 101", got)
		}
		if got := h.Left(t); got != 50 {
			t.Errorf("%d have been taken, want 50", got)
		}
		if n := h.count(t, "INBOX"); n != 101 || h.writing || h.unpeeked {
			t.Errorf("%d messages are left; opened for writing: %v, read without PEEK: %v", n, h.writing, h.unpeeked)
		}
	})
}

// A folder that was made anew counts from the beginning.
func TestUIDValidity(t *testing.T) {
	h := open(t, serve(t, serverOptions{}), storetest.SQLite(t), nil)
	h.add(t, "INBOX", now, letter, letter)
	h.read(t)
	if err := h.user.Rename("INBOX", "old", nil); err != nil {
		t.Fatal(err)
	}
	h.create(t, "INBOX")
	h.add(t, "INBOX", now, letter)
	h.reads()
	h.read(t)
	if got := h.reads(); !slices.Equal(got, uids(1, 1)) {
		t.Errorf("read %v, want 1", got)
	}
}

// Of a mailbox that has been there for years, the last month is read.
func TestOldMessagesAreLeftOut(t *testing.T) {
	h := open(t, serve(t, serverOptions{}), storetest.SQLite(t), nil)
	h.add(t, "INBOX", now.AddDate(-1, 0, 0), letter, letter, letter)
	h.read(t)
	if got := h.reads(); got != nil {
		t.Errorf("read %v", got)
	}
	h.add(t, "INBOX", now.AddDate(-1, 0, 0), letter) // somebody has moved it here, and its date is old
	h.add(t, "INBOX", now, letter)
	h.read(t)
	if got := h.reads(); !slices.Equal(got, uids(4, 5)) {
		t.Errorf("read %v, want 4 and 5", got)
	}
}

func TestMoveTo(t *testing.T) {
	for name, caps := range map[string]imap.CapSet{
		"MOVE":         {imap.CapIMAP4rev1: {}, imap.CapMove: {}, imap.CapUIDPlus: {}},
		"only UIDPLUS": {imap.CapIMAP4rev1: {}, imap.CapUIDPlus: {}},
	} {
		t.Run(name, func(t *testing.T) {
			h := open(t, serve(t, serverOptions{caps: caps}), storetest.SQLite(t), func(o *Options) { o.MoveTo = "Bounces/taken" })
			h.add(t, "INBOX", now, letter, h.bounce(1), letter, h.bounce(2))
			h.add(t, "INBOX", now, letter)
			if err := h.user.Create("INBOX/x", nil); err != nil {
				t.Fatal(err)
			}
			h.read(t)
			h.read(t)
			if in, out := h.count(t, "INBOX"), h.count(t, "Bounces/taken"); in != 3 || out != 2 {
				t.Errorf("%d messages are left and %d were moved, want 3 and 2", in, out)
			}
		})
	}
	t.Run("neither", func(t *testing.T) {
		h := open(t, serve(t, serverOptions{caps: imap.CapSet{imap.CapIMAP4rev1: {}}}), storetest.SQLite(t), func(o *Options) { o.MoveTo = "Bounces" })
		h.add(t, "INBOX", now, h.bounce(1))
		if err := h.Read(t.Context(), now); err == nil || !strings.Contains(err.Error(), "take move_to: out") {
			t.Errorf("got %v", err)
		}
	})
}

// What carries the tag of somebody else, or none, isn't taken, whatever it says.
func TestForgedBouncesStay(t *testing.T) {
	h := open(t, serve(t, serverOptions{}), storetest.SQLite(t), func(o *Options) { o.MoveTo = "Bounces" })
	other := intaketest.New(t, storetest.SQLite(t), 1) // another installation
	h.add(t, "INBOX", now, strings.ReplaceAll(h.bounce(0), h.Leave[0], other.Leave[0]),
		strings.ReplaceAll(h.bounce(1), h.Leave[1], "unsubscribe+1.aaaaaaaaaaaaaaaa@"+intaketest.Domain),
		"From: MAILER-DAEMON@example.org\r\nSubject: failure notice\r\n\r\n<reader0@example.net>: 550 5.1.1 no such user\r\n")
	h.read(t)
	if in, left := h.count(t, "INBOX"), h.Left(t); in != 3 || left != 0 {
		t.Errorf("%d messages are left and %d readers have been taken off, want 3 and 0", in, left)
	}
}

// One message that can't be read keeps the others back for some tries at most.
func TestAMessageThatCannotBeReadIsPassedOver(t *testing.T) {
	for name, fault := range map[string]error{
		"the server refuses":     &imap.Error{Type: imap.StatusResponseTypeNo, Code: imap.ResponseCodeServerBug, Text: "the message is damaged"},
		"the connection is lost": errBroken,
	} {
		t.Run(name, func(t *testing.T) {
			h := open(t, serve(t, serverOptions{}), storetest.SQLite(t), func(o *Options) { o.MoveTo = "Bounces" })
			for n := range 7 {
				h.add(t, "INBOX", now, h.bounce(n))
			}
			h.setSick(4, fault)
			tries := 0
			for h.Read(t.Context(), now) != nil {
				if tries++; tries > 2*mostTries {
					t.Fatal("it never goes on")
				}
			}
			if in, out := h.count(t, "INBOX"), h.count(t, "Bounces"); in != 1 || out != 6 {
				t.Errorf("%d messages are left and %d were moved, want 1 and 6", in, out)
			}
		})
	}
}

// A server that comes back is read to the end.
func TestAFaultThatPassesCostsNothing(t *testing.T) {
	h := open(t, serve(t, serverOptions{}), storetest.SQLite(t), func(o *Options) { o.MoveTo = "Bounces" })
	for n := range 7 {
		h.add(t, "INBOX", now, h.bounce(n))
	}
	for uid := range imap.UID(7) {
		h.setSick(uid+1, errBroken)
	}
	for range mostTries - 2 {
		if err := h.Read(t.Context(), now); err == nil {
			t.Error("a lost connection is no error")
		}
	}
	for uid := range imap.UID(7) {
		h.setSick(uid+1, nil)
	}
	h.read(t)
	if in, out := h.count(t, "INBOX"), h.count(t, "Bounces"); in != 0 || out != 7 {
		t.Errorf("%d messages are left and %d were moved, want all moved", in, out)
	}
}

// What isn't written down is read again, however often that fails.
func TestALostDatabaseLosesNoMessage(t *testing.T) {
	db := storetest.SQLite(t)
	path := db.Path()
	h := open(t, serve(t, serverOptions{}), db, nil)
	h.add(t, "INBOX", now, h.bounce(1))
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	for range 2 * mostTries {
		if err := h.Read(t.Context(), now); err == nil {
			t.Fatal("no error without a database")
		}
	}
	again, err := store.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { again.Close() })
	h = open(t, h.server, again, nil)
	h.reads()
	h.read(t)
	if got := h.reads(); !slices.Equal(got, uids(1, 1)) {
		t.Errorf("read %v, want 1", got)
	}
}

func TestLogin(t *testing.T) {
	for _, mode := range []string{"implicit", "mandatory", "none"} {
		t.Run(mode, func(t *testing.T) {
			h := open(t, serve(t, serverOptions{tls: mode}), storetest.SQLite(t), func(o *Options) { o.TLS = mode })
			h.add(t, "INBOX", now, letter)
			said, err := h.Check(t.Context())
			if err != nil || said != "1 messages in "+h.name("INBOX") {
				t.Errorf("got %q, %v", said, err)
			}
		})
	}
	for name, c := range map[string]struct {
		change func(*Options)
		says   string
	}{
		"wrong password":       {func(o *Options) { o.Password = "wrong" }, "log in at localhost:"},
		"no such folder":       {func(o *Options) { o.Folder = "Nowhere" }, "open the folder Nowhere"},
		"an unknown authority": {func(o *Options) { o.CAFile = "" }, "certificate"},
		"another name":         {func(o *Options) { o.Host = "127.0.0.1" }, "certificate"},
		"the wrong port":       {func(o *Options) { o.Port = 1 }, "connect to localhost:1"},
	} {
		t.Run(name, func(t *testing.T) {
			h := open(t, serve(t, serverOptions{}), storetest.SQLite(t), c.change)
			for _, f := range []func() error{
				func() error { return h.Read(t.Context(), now) },
				func() error { _, err := h.Check(t.Context()); return err },
			} {
				if err := f(); err == nil || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "s3cret") {
					t.Errorf("got %v, want %q", err, c.says)
				}
			}
		})
	}
}

// STARTTLS that isn't there is no reason to go on without.
func TestNoPasswordWithoutTLS(t *testing.T) {
	s := serve(t, serverOptions{tls: "none"})
	h := open(t, s, storetest.SQLite(t), func(o *Options) { o.TLS = "mandatory" })
	if err := h.Read(t.Context(), now); err == nil || s.logins > 0 {
		t.Errorf("got %v, %d logins", err, s.logins)
	}
	if _, err := New(Options{Host: "imap.example.com", TLS: "none", Username: "a", Password: "b"}); err == nil {
		t.Error("a password goes readable over the network")
	}
}

func TestToken(t *testing.T) {
	s := serve(t, serverOptions{tokens: []string{"fresh"}})
	var asked []string
	ask := func(values ...string) func(context.Context) (oauth.Token, error) {
		return func(context.Context) (oauth.Token, error) {
			if len(values) == 0 {
				return oauth.Token{}, errors.New("the token server is away")
			}
			value := values[0]
			values = values[1:]
			asked = append(asked, value)
			return oauth.Token{Value: value}, nil
		}
	}
	for _, c := range []struct {
		name  string
		ask   func(context.Context) (oauth.Token, error)
		asked []string
		says  string
	}{
		{"good", ask("fresh"), []string{"fresh"}, ""},
		{"one that has ended is renewed", ask("stale", "fresh"), []string{"stale", "fresh"}, ""},
		{"refused twice", ask("stale", "old", "fresh"), []string{"stale", "old"}, "log in at localhost"},
		{"none to be had", ask(), nil, "the token server is away"},
	} {
		t.Run(c.name, func(t *testing.T) {
			asked = nil
			h := open(t, s, storetest.SQLite(t), func(o *Options) { o.Password, o.Token = "", c.ask })
			err := h.Read(t.Context(), now)
			if c.says == "" && err == nil {
				err = h.Read(t.Context(), now) // with the token that is there
			}
			if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) || !slices.Equal(asked, c.asked) {
				t.Errorf("got %v after asking for %v", err, asked)
			}
		})
	}
}

// Run reads what comes while it runs, and ends at once.
func TestRun(t *testing.T) {
	h := open(t, serve(t, serverOptions{}), storetest.SQLite(t), func(o *Options) { o.Every, o.MoveTo = time.Millisecond, "Bounces" })
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- h.Run(ctx) }()
	for n := range 3 {
		h.add(t, "INBOX", time.Now(), h.bounce(n))
		for end := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
			if status, err := h.user.Status("Bounces", &imap.StatusOptions{NumMessages: true}); err == nil && int(*status.NumMessages) == n+1 {
				break
			}
			if time.Now().After(end) {
				t.Fatal("it's never read")
			}
		}
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestWait(t *testing.T) {
	m, err := New(Options{Host: "imap.example.com", Username: "a", Password: "b"})
	if err != nil {
		t.Fatal(err)
	}
	var waits []string
	for n := range 8 {
		waits = append(waits, fmt.Sprint(m.wait(n+1)))
	}
	if got := strings.Join(waits, " "); got != "1m0s 2m0s 4m0s 8m0s 16m0s 30m0s 30m0s 30m0s" {
		t.Errorf("waits %s", got)
	}
}

// A mailbox that can't be read is known to be so until it can.
func TestAMailboxThatFailsIsKnown(t *testing.T) {
	h := open(t, serve(t, serverOptions{}), storetest.SQLite(t), func(*Options) {})
	now := time.Now()
	for _, fault := range []error{nil, errors.New("no such folder"), errors.New("timed out"), nil} {
		h.tell(t.Context(), now, fault)
		failing, err := h.o.Taker.FailingDoors(t.Context())
		if err != nil || (len(failing) == 1) != (fault != nil) || fault != nil && (failing[0].Fault != fault.Error() || failing[0].Name != h.Door()) {
			t.Errorf("%v: %+v, %v", fault, failing, err)
		}
	}
}
