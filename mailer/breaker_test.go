package mailer

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"dailytip/inbox"
	"dailytip/ledger"
	"dailytip/subscribers"
)

// seldom has a paused run wait until somebody has it tried.
func seldom(s *setting) { s.pace.probe = func(string, int) time.Duration { return time.Hour } }

const operator = "ops@example.net"

func alerting(s *setting) { s.AlertTo = operator }

// alerts are what the operator got, with a text in it.
func (h *harness) alerts(text string) (n int) {
	for _, m := range h.inbox.Messages() {
		if slices.Contains(m.To, operator) && strings.Contains(string(m.Data), text) {
			n++
		}
	}
	return n
}

// goOn has the paused run tried, and waits until everybody has one mail.
func (h *harness) goOn(n int) {
	h.Helper()
	h.inbox.SetFault(nil)
	if err := h.ledger.ProbeNow(h.Context(), time.Now()); err != nil {
		h.Fatal(err)
	}
	h.waitFor(ledger.Sent, n)
	counts := h.inbox.Counts()
	for email, d := range h.deliveries() {
		if got := counts[MessageID(h.list.Tags(), d.Key, d.OpenedAt, from)]; got != 1 {
			h.Errorf("%s got %d copies", email, got)
		}
	}
	h.wantActive()
}

// When a relay takes nothing at all, that isn't the readers' fault, however few they
// are and whatever it says of them: nobody fails, the operator is told once, and all
// goes out when it's mended.
func TestNothingIsTaken(t *testing.T) {
	for name, test := range map[string]struct {
		stage inbox.Stage
		fault inbox.Fault
		says  string
	}{
		"not our address":       {inbox.Dot, inbox.Fault{Code: 554, Enhanced: "5.2.252", Text: "SendAsDenied; not allowed to send as another"}, "check from:"},
		"not owned by the user": {inbox.RcptTo, inbox.Fault{Code: 553, Enhanced: "5.7.1", Text: "Sender address rejected: not owned by user tips"}, "check from:"},
		"an unverified sender":  {inbox.Dot, inbox.Fault{Code: 554, Text: "Message rejected: Email address is not verified"}, "won't pass mail on for us"},
		"no relaying":           {inbox.RcptTo, inbox.Fault{Code: 554, Enhanced: "5.7.1", Text: "Relay access denied"}, "won't pass mail on for us"},
		"no relaying, bare":     {inbox.RcptTo, inbox.Fault{Code: 550, Text: "relaying denied"}, "won't pass mail on for us"},
		"a policy":              {inbox.RcptTo, inbox.Fault{Code: 550, Enhanced: "5.7.1", Text: "no"}, "hardly the readers' fault"},
		"a bare 550":            {inbox.Dot, inbox.Fault{Code: 550, Text: "no"}, "hardly the readers' fault"},
		"no such user":          {inbox.RcptTo, inbox.Fault{Code: 550, Enhanced: "5.1.1", Text: "no such user"}, "addresses of example.org that were tried exists"},
		"a quota":               {inbox.Dot, inbox.Fault{Code: 550, Enhanced: "5.4.5", Text: "Daily user sending quota exceeded"}, "a limit is used up"},
	} {
		for _, n := range sizes {
			if n > 9 && name != "not our address" && name != "no relaying" && name != "no such user" {
				continue // the number makes no difference to them
			}
			t.Run(fmt.Sprintf("%s, %d readers", name, n), func(t *testing.T) {
				h := setUp(t)
				h.inbox.SetFault(func(a inbox.Ask) inbox.Fault {
					if a.Stage == test.stage && a.To != operator {
						return test.fault
					}
					return inbox.Fault{}
				})
				h.open(n)
				h.run(seldom, alerting)
				h.wait("the operator is told", func() bool { return h.alerts("sending is paused") == 1 })
				h.waitFor(ledger.Pending, n)
				h.wantLog("sending is paused: ", test.says)
				h.goOn(n)
				h.wait("the operator is told that it goes on", func() bool { return h.alerts("sending goes on") == 1 })
				if n := h.alerts("sending is paused"); n != 1 {
					t.Errorf("told %d times", n)
				}
				if h.alerts("refused or come back") != 0 {
					t.Error("what pauses it is told by itself, too")
				}
			})
		}
	}
}

// What follows the end of a quota waits, to the last reader: those too that were
// refused while an earlier mail was still being accepted.
func TestQuotaEndsInTheMiddle(t *testing.T) {
	for _, fault := range []inbox.Fault{
		{Code: 550, Enhanced: "5.4.5", Text: "Daily user sending quota exceeded"},
		{Code: 554, Enhanced: "5.7.0", Text: "Your daily limit of messages is reached"},
		{Code: 550, Text: "hourly quota exceeded for this account"},
	} {
		for _, n := range []int{8, 9, 200} {
			if n > 9 && fault.Enhanced != "5.4.5" {
				continue
			}
			t.Run(fmt.Sprintf("%d %s, %d readers", fault.Code, fault.Enhanced, n), func(t *testing.T) {
				h := setUp(t)
				h.inbox.SetFault(once(inbox.Dot, 8, 1<<30, fault))
				h.open(n)
				h.run(seldom)
				h.waitLog("sending is paused: the relay takes no more")
				h.waitFor(ledger.Sent, 7)
				h.waitFor(ledger.Pending, n-7)
				h.wantActive()
				h.goOn(n)
			})
		}
	}
}

// Once the relay has taken something, refusals are judged one by one, also where it
// takes nothing after them.
func TestJudgedOneByOne(t *testing.T) {
	for name, fault := range map[string]inbox.Fault{
		"dead":     {Code: 550, Enhanced: "5.1.1", Text: "no such user"},
		"unwanted": {Code: 550, Enhanced: "5.7.1", Text: "no"},
	} {
		for _, n := range []int{2, 9} {
			t.Run(fmt.Sprintf("%s, %d readers", name, n), func(t *testing.T) {
				h := setUp(t)
				last := reader(n - 1)
				h.inbox.SetFault(func(a inbox.Ask) inbox.Fault {
					if a.Stage == inbox.RcptTo && a.To == last {
						return fault
					}
					return inbox.Fault{}
				})
				h.open(n)
				h.run(seldom)
				h.waitFor(ledger.Failed, 1)
				h.waitFor(ledger.Sent, n-1)
				h.wantQuiet()
				if name == "dead" {
					h.wantActive(last)
				} else {
					h.wantActive()
				}
			})
		}
	}
}

// What sounds like our fault is one server's opinion when others take mails that
// were begun after it.
func TestOneServerFindsFaultWithUs(t *testing.T) {
	h := setUp(t)
	refused := make(chan struct{})
	h.inbox.SetFault(func(a inbox.Ask) inbox.Fault {
		switch {
		case a.Stage == inbox.RcptTo && a.To == reader(0):
			close(refused)
			return inbox.Fault{Code: 550, Enhanced: "5.7.20", Text: "no passing DKIM"}
		case a.Stage == inbox.RcptTo:
			<-refused // else all the others could be under way by then
		}
		return inbox.Fault{}
	})
	h.open(30)
	h.run(seldom)
	h.waitFor(ledger.Sent, 29)
	h.waitFor(ledger.Failed, 1)
	h.wantActive()
	h.wantQuiet()
}

// A reader who is refused alone, in a zone of their own, holds nobody up: the next
// readers who are due are tried at once, and then the first is judged.
func TestOneRefusedReaderHoldsUpNobody(t *testing.T) {
	h := setUp(t)
	h.inbox.SetFault(func(a inbox.Ask) inbox.Fault {
		if a.Stage == inbox.RcptTo && a.To == reader(0) {
			return inbox.Fault{Code: 550, Enhanced: "5.7.1", Text: "not wanted here"}
		}
		return inbox.Fault{}
	})
	h.open(1)
	h.run(seldom)
	h.waitLog("sending is paused")
	h.waitFor(ledger.Pending, 1)
	o := h.opening()
	h.write(func(tx *sql.Tx) error {
		for i := 1; i < 10; i++ {
			r := subscribers.Request{Address: subscribers.Address(reader(i)), Newsletter: o.Newsletter, Consent: subscribers.Vouched}
			if _, err := h.list.Add(h.Context(), tx, o.DueAt.Add(-time.Hour), r); err != nil {
				return err
			}
		}
		return nil
	})
	h.openFor(9, o)
	h.waitFor(ledger.Sent, 9)
	h.waitFor(ledger.Failed, 1)
	h.wantActive()
	if p := h.pauses(); len(p) != 0 {
		t.Errorf("still paused: %+v", p)
	}
}

// Another newsletter goes on, and notices do.
func TestOthersGoOn(t *testing.T) {
	h := setUp(t)
	h.inbox.SetFault(func(a inbox.Ask) inbox.Fault {
		if a.Stage == inbox.Dot && a.From == "other@example.com" {
			return inbox.Fault{Code: 554, Enhanced: "5.2.252", Text: "SendAsDenied"}
		}
		return inbox.Fault{}
	})
	h.run(seldom, func(s *setting) {
		other := newsletter("other")
		other.From.Address = "other@example.com"
		s.Newsletters = append(s.Newsletters, other)
	})
	h.open(2, func(o *ledger.Opening) { o.Newsletter = "other" })
	h.waitLog("newsletter=other")
	h.open(2)
	h.write(func(tx *sql.Tx) error {
		return h.ledger.Enqueue(t.Context(), tx, time.Now(), ledger.Notice{Kind: ledger.Confirm, Newsletter: "other", Email: "new@example.org"})
	})
	h.waitFor(ledger.Sent, 2)
	h.wait("the notice is out", func() bool { return h.inbox.Received() == 3 })
	if n := h.states(); n[ledger.Pending] != 2 {
		t.Errorf("%v", n)
	}
}

// A relay that takes nothing of a newsletter is left to what it takes: the next one
// gets its mails, and when it takes them again it gets them first.
func TestAnotherRelayTakesOver(t *testing.T) {
	for name, test := range map[string]struct {
		stage inbox.Stage
		from  int // the first mail that is refused
		fault inbox.Fault
	}{
		"the sender":     {inbox.MailFrom, 1, inbox.Fault{Code: 550, Enhanced: "5.7.1", Text: "not your address"}},
		"not as another": {inbox.Dot, 1, inbox.Fault{Code: 554, Enhanced: "5.2.252", Text: "SendAsDenied"}},
		"a policy":       {inbox.RcptTo, 1, inbox.Fault{Code: 550, Enhanced: "5.7.1", Text: "no"}},
		"a quota":        {inbox.Dot, 8, inbox.Fault{Code: 550, Enhanced: "5.4.5", Text: "Daily user sending quota exceeded"}},
	} {
		for _, n := range sizes {
			if n > 9 && name != "a quota" {
				continue
			}
			t.Run(fmt.Sprintf("%s, %d readers", name, n), func(t *testing.T) {
				h := setUp(t)
				second := h.serve(inbox.Options{TLS: inbox.NoTLS})
				h.inbox.SetFault(once(test.stage, test.from, 1<<30, test.fault))
				h.open(n)
				h.run(seldom, func(s *setting) { s.Relays = []Relay{h.relayTo(h.inbox, ""), h.relayTo(second, "")} })
				h.waitFor(ledger.Sent, n)
				h.wantActive()
				if p := h.pauses(); len(p) != 0 {
					t.Errorf("paused: %+v", p)
				}
				counts := h.inbox.Counts()
				if first := min(n, test.from-1); len(counts) != first {
					t.Errorf("the first relay has taken %d, want %d", len(counts), first)
				}
				for id, n := range second.Counts() {
					counts[id] += n
				}
				h.wantCopies(counts, func(ledger.Delivery) int { return 1 })
				if n >= test.from {
					h.wantLog("a relay takes nothing of a newsletter, the next one gets its mails")
				} else {
					h.wantQuiet()
				}
			})
		}
	}
}

// When neither relay takes a newsletter's mails it's paused, and both are tried in
// turn: the one that takes them first ends the pause.
func TestNeitherRelayTakesIt(t *testing.T) {
	for first := range 2 {
		t.Run(fmt.Sprint(first), func(t *testing.T) {
			h := setUp(t)
			servers := []*inbox.Server{h.inbox, h.serve(inbox.Options{TLS: inbox.NoTLS})}
			for _, s := range servers {
				s.SetFault(once(inbox.Dot, 1, 1<<30, inbox.Fault{Code: 554, Enhanced: "5.2.252", Text: "SendAsDenied"}))
			}
			h.open(9)
			h.run(alerting, func(s *setting) { s.Relays = []Relay{h.relayTo(servers[0], ""), h.relayTo(servers[1], "")} })
			h.waitLog("sending is paused")
			h.wantActive()
			servers[first].SetFault(nil)
			h.waitFor(ledger.Sent, 9)
			h.wantActive()
			h.wait("it isn't paused any more", func() bool { return len(h.pauses()) == 0 })
		})
	}
}

// Notices come one by one, to addresses that strangers type: one that is refused
// fails alone, and a streak of them pauses the notices over an empty queue, too.
func TestNoticesAreJudgedOneByOne(t *testing.T) {
	h := setUp(t)
	h.inbox.SetFault(func(a inbox.Ask) inbox.Fault {
		if a.Stage == inbox.RcptTo {
			return inbox.Fault{Code: 550, Enhanced: "5.7.1", Text: "no"}
		}
		return inbox.Fault{}
	})
	h.run(seldom)
	last := tooMuch/ofTen - 1
	for i := range last + 1 {
		h.write(func(tx *sql.Tx) error {
			return h.ledger.Enqueue(t.Context(), tx, time.Now(), ledger.Notice{
				Kind: ledger.Confirm, Newsletter: "management", Email: subscribers.Address(fmt.Sprintf("new%d@example.org", i)),
			})
		})
		if i < last {
			h.wait("it has failed", func() bool {
				n, err := h.ledger.NoticesWaiting(t.Context())
				return n == 0 && err == nil
			})
			h.wantQuiet()
		}
	}
	h.waitLog("newsletter=management/notices")
	n, err := h.ledger.NoticesWaiting(t.Context())
	if n != 1 || err != nil {
		t.Errorf("%d wait (%v), want the last", n, err)
	}
}
