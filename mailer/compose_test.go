package mailer

import (
	"bytes"
	"context"
	"database/sql"
	"net/mail"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"dailytip/editions"
	"dailytip/inbox"
	"dailytip/ledger"
	"dailytip/membership"
	"dailytip/subscribers"
	"dailytip/verp"
)

// A reader whose values can't stand in a mail fails alone, again and again.
func TestUnfitReaders(t *testing.T) {
	h := setUp(t)
	h.open(30)
	h.write(func(tx *sql.Tx) error { // no way in does this; a hand in the database may
		_, err := tx.ExecContext(t.Context(), "UPDATE subscribers SET name = $1 WHERE email < $2", "Ann\nBcc: eve@example.net", reader(12))
		return err
	})
	h.run()
	h.waitFor(ledger.Sent, 18)
	h.waitFor(ledger.Failed, 12)
	h.wantActive()
	h.wantLog("a reader's mail can't be written; correct their name or address", "reader="+reader(3), "control character")
	if len(h.pauses()) != 0 || strings.Contains(h.log.String(), "paused") {
		t.Errorf("paused: %+v", h.pauses())
	}
	for _, m := range h.inbox.Messages() {
		if strings.Contains(string(m.Data), "eve@example.net") {
			t.Errorf("smuggled:\n%s", m.Data)
		}
	}
}

// What can be composed for nobody pauses the newsletter and fails nobody.
func TestComposedForNobody(t *testing.T) {
	tests := map[string]struct {
		item   editions.Item
		change func(*setting)
		says   string
	}{
		"broken copy": {editions.Item{Tip: "own", Body: []byte("{")}, nil, "read the copy of tip own"},
		"no tip left": {editions.Item{Tip: "own", Body: []byte(`{"id":"own","title":"a\u0007b","body":"x"}`)}, nil, "control character"},
		"no base_url": {editions.Item{}, func(s *setting) { s.Newsletters[0].BaseURL = "" }, "unsubscribe URL"},
		"bad sender":  {editions.Item{}, func(s *setting) { s.Newsletters[0].From.Address = "nobody" }, "newsletter from"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			h := setUp(t)
			if test.item.Tip != "" {
				h.item = test.item
			}
			h.open(20)
			if test.change == nil {
				test.change = func(*setting) {}
			}
			stop := h.run(test.change)
			h.waitLog("sending is paused: the mail can't be composed")
			h.wantLog("newsletter=management", test.says, "Correct the configuration and restart")
			h.wait("all wait", func() bool { return h.states()[ledger.Pending] == 20 })
			stop()
			if test.item.Tip != "" {
				return
			}
			h.run() // with the configuration mended
			h.waitFor(ledger.Sent, 20)
			h.wantOnce()
		})
	}
}

// A translation that is too large falls back to the newsletter's own language.
func TestTranslationTooLarge(t *testing.T) {
	h := setUp(t)
	h.item = h.tip(tooLarge)
	h.open(30)
	h.run()
	h.waitFor(ledger.Sent, 30)
	h.wantOnce()
	h.wantLog("a translation can't be composed; its readers get the newsletter's own language", "language=es")
	if n := strings.Count(h.log.String(), "\n"); n != 1 {
		t.Errorf("%d lines", n)
	}
	if d := h.deliveries()[reader(2)]; d.Language != "en" || d.ReaderLanguage != "es" {
		t.Errorf("%+v", d)
	}
}

// A newsletter that left the configuration holds up no other, and goes on when
// it's back.
func TestNewsletterLeftTheConfiguration(t *testing.T) {
	h := setUp(t)
	h.open(10, func(o *ledger.Opening) { o.Newsletter = "other" })
	h.open(10)
	stop := h.run()
	h.wait("management is out", func() bool { return h.inbox.Received() == 10 })
	h.waitLog(`the newsletter \"other\" isn't in the configuration any more; put it back`)
	stop()
	h.run(func(s *setting) { s.Newsletters = append(s.Newsletters, newsletter("other")) })
	h.wait("all are out", func() bool { return h.inbox.Received() == 20 })
	h.wait("its pause is over", func() bool { return len(h.pauses()) == 0 })
}

// A fault of composing stands under its own name wherever an operator looks, and
// never as something that the relay said.
func TestComposingIsntTheRelaysFault(t *testing.T) {
	h := setUp(t)
	h.open(3)
	h.run(func(s *setting) {
		s.AlertTo, s.Newsletters[0].From.Address = "ops@example.com", "nobody"
	})
	const fault = "the mail can't be composed: compose letter: newsletter from \"nobody\" is no mail address"
	h.waitLog("sending is paused: the mail can't be composed")
	h.wait("it is paused", func() bool { return len(h.pauses()) == 1 })
	if p := h.pauses()[0]; !strings.HasPrefix(p.Reason, fault) || Said(p.Reply) != "" {
		t.Errorf("paused: %s; %q", p.Reason, Said(p.Reply))
	}
	h.wait("all wait", func() bool { return h.states()[ledger.Pending] == 3 })
	for email, d := range h.deliveries() {
		if said := Said(d.Reply); d.Reply.Text != "" && (!strings.HasPrefix(said, "it was not sent: "+fault) || strings.Contains(said, "relay")) {
			t.Errorf("%s: %q", email, said)
		}
	}
	alert := (&dispatcher{Mailer: &Mailer{Options: Options{AlertTo: "ops@example.com"}, newsletters: map[string]*Newsletter{"management": nil}}}).alertPause(h.pauses()[0], false)
	if len(alert) != 1 || !strings.Contains(alert[0].Detail, fault) || strings.Contains(alert[0].Detail, "relay said") {
		t.Errorf("the alert says %v", alert)
	}
}

func TestSaid(t *testing.T) {
	for want, a := range map[string]ledger.Reply{
		"":                                       {},
		"the relay said: 550 5.1.1 no such user": {Code: 550, Enhanced: "5.1.1", Text: "no such user"},
		"the relay said: 451 later":              {Code: 451, Text: "later"},
		"no reply: connection refused":           {Text: "connection refused"},
		"it was not sent: the message is damaged": {Code: 554, Enhanced: "5.6.0", Text: "not sent: the message is damaged"},
	} {
		if got := Said(a); got != want {
			t.Errorf("%+v: %q, want %q", a, got, want)
		}
	}
}

func (h *harness) signUp(emails ...string) {
	h.Helper()
	service := membership.New(membership.Options{DB: h.db, List: h.list, Ledger: h.ledger})
	requests := make([]subscribers.Request, len(emails))
	for i, email := range emails {
		requests[i] = subscribers.Request{Address: subscribers.Address(email), Newsletter: "management", Consent: subscribers.ByReader}
	}
	if _, err := service.SignUpAll(h.Context(), time.Now(), requests); err != nil {
		h.Fatal(err)
	}
}

func (h *harness) waitNotices(left int64) {
	h.Helper()
	h.wait("notices are out", func() bool {
		n, err := h.ledger.NoticesWaiting(context.WithoutCancel(h.Context()))
		return err == nil && n == left
	})
}

func TestNoticesFirst(t *testing.T) {
	h := setUp(t)
	h.open(50)
	h.signUp("new@example.org")
	h.run(oneByOne)
	h.waitNotices(0)
	h.waitFor(ledger.Sent, 50)
	m := h.inbox.Messages()[0]
	if m.To[0] != "new@example.org" || m.From != confirmFrom || !strings.Contains(string(m.Data), "/confirm/") {
		t.Errorf("the first mail is to %s from %s:\n%s", m.To, m.From, m.Data)
	}
	if _, named, ok := h.list.Tags().CheckMessageID(m.MessageID); !ok || named.Notice == 0 || strings.Contains(string(m.Data), "List-Unsubscribe") {
		t.Errorf("%s\n%s", m.MessageID, m.Data)
	}
	h.wantQuiet()
}

// The sender of notices is refused: the newsletter's run isn't touched, and the
// relay isn't asked over and over.
func TestNoticesPauseApart(t *testing.T) {
	h := setUp(t)
	h.inbox.SetFault(func(a inbox.Ask) inbox.Fault {
		if a.Stage == inbox.MailFrom && a.From == confirmFrom {
			return inbox.Fault{Code: 553, Enhanced: "5.7.1", Text: "not yours"}
		}
		return inbox.Fault{}
	})
	h.signUp("new1@example.org", "new2@example.org", "new3@example.org")
	h.open(40)
	stop := h.run()
	h.waitFor(ledger.Sent, 40)
	h.waitLog("check confirm_from: and that the relay lets you send")
	h.wantLog("newsletter=management/notices")
	if p := h.pauses(); len(p) != 1 || p[0].Newsletter != ledger.NoticesOf("management") {
		t.Errorf("%+v", p)
	}
	h.waitNotices(3)
	stop()
	h.inbox.SetFault(nil)
	h.run()
	h.waitNotices(0)
	h.wait("the pause is over", func() bool { return len(h.pauses()) == 0 })
	if n := h.inbox.Received(); n != 43 {
		t.Errorf("%d mails, want 43", n)
	}
}

// A newsletter's pause doesn't keep people from confirming.
func TestNoticesGoOnInAPause(t *testing.T) {
	h := setUp(t)
	h.inbox.SetFault(func(a inbox.Ask) inbox.Fault {
		if a.Stage == inbox.MailFrom && a.From == from {
			return inbox.Fault{Code: 550, Enhanced: "5.7.1"}
		}
		return inbox.Fault{}
	})
	h.open(10)
	h.run()
	h.waitLog("sending is paused: the relay refused the sender")
	h.signUp("new@example.org")
	h.waitNotices(0)
	if len(h.pauses()) != 1 {
		t.Errorf("%+v", h.pauses())
	}
}

// One notice that can't be composed holds up no other.
func TestBrokenNotice(t *testing.T) {
	h := setUp(t)
	h.write(func(tx *sql.Tx) error {
		return h.ledger.Enqueue(t.Context(), tx, time.Now(), ledger.Notice{Kind: "greeting", Newsletter: "management", Email: "a@example.org"})
	})
	h.signUp("new@example.org")
	h.run()
	h.waitNotices(1)
	h.waitLog("a notice can't be composed; it's tried again until it is a day old")
	h.wantLog("kind=greeting")
	h.waitFor("", 0)
	if h.inbox.Received() != 1 || len(h.pauses()) != 0 || strings.Count(h.log.String(), "\n") != 1 {
		t.Errorf("%d mails, %+v\n%s", h.inbox.Received(), h.pauses(), h.log)
	}
}

func TestMessageID(t *testing.T) {
	tags := verp.New(verp.Key{Secret: []byte("secret")})
	for _, test := range []struct {
		key        ledger.Key
		from, want string
	}{
		{ledger.Key{Edition: 36, Subscriber: 37}, "tips@example.com", "10.11.TAG@example.com"},
		{ledger.Key{Notice: 36, Subscriber: 37}, "tips@example.com", "10.TAG@example.com"},
		{ledger.Key{Edition: 1, Subscriber: 2}, "tips@bücher.example", "1.2.TAG@xn--bcher-kva.example"},
	} {
		id := MessageID(tags, test.key, time.Time{}, test.from)
		if got := regexp.MustCompile(`[a-z2-7]{16}@`).ReplaceAllString(id, "TAG@"); got != test.want {
			t.Errorf("%+v, %s: got %s, want %s", test.key, test.from, id, test.want)
		}
		if _, m, ok := tags.CheckMessageID("<" + id + ">"); !ok || m.Edition != test.key.Edition || m.Notice != test.key.Notice {
			t.Errorf("%s is known as %+v", id, m)
		}
	}
}

// With a domain for what comes back, each mail has a return path and an address to
// unsubscribe of its own, the same on every attempt.
func TestReturnPaths(t *testing.T) {
	for _, domain := range []string{"", "bounces.example.net"} {
		t.Run(domain, func(t *testing.T) { testReturnPaths(t, domain) })
	}
}

func testReturnPaths(t *testing.T, domain string) {
	h := setUp(t)
	h.open(2)
	h.signUp("new@example.org")
	var mu sync.Mutex
	refused := map[string]string{} // return paths by recipient, at the first attempt
	h.inbox.SetFault(func(a inbox.Ask) inbox.Fault {
		mu.Lock()
		defer mu.Unlock()
		if a.Stage != inbox.RcptTo || refused[a.To] != "" {
			return inbox.Fault{}
		}
		refused[a.To] = a.From
		return inbox.Fault{Code: 451, Enhanced: "4.3.0", Text: "not now"}
	})
	h.run(func(s *setting) { s.ReturnDomain = domain })
	h.waitFor(ledger.Sent, 2)
	h.waitNotices(0)
	tags := h.list.Tags()
	for _, m := range h.inbox.Messages() {
		_, byID, ok := tags.CheckMessageID(m.MessageID)
		_, byPath, own := tags.CheckReturnPath(m.From, domain)
		if !ok || own != (domain != "") || own && byID != byPath || !own && m.From != from && m.From != confirmFrom {
			t.Errorf("%s came from %s", m.MessageID, m.From)
		}
		if m.From != refused[m.To[0]] {
			t.Errorf("the first attempt came from %s, the second one from %s", refused[m.To[0]], m.From)
		}
		header, err := mail.ReadMessage(bytes.NewReader(m.Data))
		if err != nil {
			t.Fatal(err)
		}
		unsubscribe := header.Header.Get("List-Unsubscribe")
		_, mailto, _ := strings.Cut(unsubscribe, "<mailto:")
		if _, known := tags.CheckUnsubscribe(strings.TrimSuffix(mailto, ">"), domain); known != (own && byID.Notice == 0) {
			t.Errorf("%s: List-Unsubscribe: %s", m.MessageID, unsubscribe)
		}
	}
}

func TestNewNeedsARelay(t *testing.T) {
	if _, err := New(Options{}); err == nil || !strings.Contains(err.Error(), "no relay") {
		t.Errorf("%v", err)
	}
}
