package mailer

import (
	"database/sql"
	"strings"
	"sync"
	"testing"
	"time"

	"dailytip/inbox"
	"dailytip/ledger"
	"dailytip/store"
	"dailytip/store/storetest"
)

func TestEverybodyGetsOneInTheirLanguage(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := setUpOn(t, db)
		h.open(60)
		stop := h.run()
		h.waitFor(ledger.Sent, 60)
		stop()
		h.run() // again: there's nothing left to do
		h.wantOnce()
		h.wantQuiet()
		for email, d := range h.deliveries() {
			if d.Attempts != 1 || d.Reply.Code != 250 || d.Language != map[string]string{"": "en", "es": "es"}[d.ReaderLanguage] {
				t.Errorf("%s: %+v", email, d)
			}
		}
		for _, m := range h.inbox.Messages() {
			if m.From != from || !strings.Contains(string(m.Data), "https://tips.example.com/u/") {
				t.Fatalf("from %s:\n%s", m.From, m.Data)
			}
		}
	})
}

// Two processes on one PostgreSQL share the work.
func TestTwoNodes(t *testing.T) {
	t.Parallel()
	h := setUpOn(t, storetest.Postgres(t))
	h.open(150)
	for range 2 {
		h.run(func(s *setting) { s.Exclusive = false })
	}
	h.waitFor(ledger.Sent, 150)
	h.wantOnce()
	h.wantCalm()
}

func TestSmallestInFlight(t *testing.T) {
	h := setUp(t)
	h.open(20)
	h.run(oneByOne)
	h.waitFor(ledger.Sent, 20)
	h.wantOnce()
}

// A relay's rate holds: of three mails at one in a quarter of an hour the first goes,
// and a stop leaves the others as they are.
func TestRate(t *testing.T) {
	h := setUp(t)
	h.open(3)
	r := h.relayTo(h.inbox, "")
	r.Rate = 1.0 / 900
	stop := h.run(func(s *setting) { s.Relays = []Relay{r} })
	h.waitFor(ledger.Sent, 1)
	stop()
	if n := h.states(); n[ledger.Sent] != 1 || n[ledger.Pending] != 2 {
		t.Errorf("%v", n)
	}
	h.wantQuiet()
}

// P7: what waits for its turn until it's stale isn't sent any more.
func TestStaleIsntSent(t *testing.T) {
	h := setUp(t)
	gate := inbox.NewGate(inbox.Dot)
	t.Cleanup(gate.Open)
	h.inbox.SetFault(gate.Fault)
	h.run()
	var expires time.Time
	h.open(30, func(o *ledger.Opening) {
		expires = time.Now().Add(2 * time.Second)
		o.ExpiresAt = expires
	})
	h.wait("its time is over", func() bool { return time.Now().After(expires) })
	gate.Open() // four were on the wire, unless the machine stood still
	h.wait("all is sent or expired", func() bool {
		if _, err := h.ledger.Expire(t.Context(), time.Now()); err != nil {
			t.Fatal(err)
		}
		n := h.states()
		return n[ledger.Sent]+n[ledger.Expired] == 30
	})
	if n := h.states(); n[ledger.Sent] > 4 {
		t.Errorf("%v; want no more than were on the wire", n)
	}
	h.wantCopies(h.inbox.Counts(), func(d ledger.Delivery) int {
		if d.State == ledger.Sent {
			return 1
		}
		return 0
	})
}

// P5: who leaves while their mail waits doesn't get it.
func TestWhoLeftGetsNothing(t *testing.T) {
	h := setUp(t)
	h.open(5)
	gone := h.deliveries()[reader(3)].Key.Subscriber
	h.write(func(tx *sql.Tx) error {
		s, err := h.list.Get(t.Context(), tx, gone)
		if err != nil {
			return err
		}
		_, err = h.list.Unsubscribe(t.Context(), tx, time.Now(), s.Subscriptions[0].ID, "link")
		return err
	})
	h.run()
	h.waitFor(ledger.Sent, 4)
	h.waitFor(ledger.Withdrawn, 1)
	h.wantCopies(h.inbox.Counts(), func(d ledger.Delivery) int {
		if string(d.Email) == reader(3) {
			return 0
		}
		return 1
	})
}

// What a dead process was sending goes again under the same id, or is held.
func TestAfterACrash(t *testing.T) {
	for name, want := range map[string]ledger.State{"resend": ledger.Sent, "hold": ledger.InDoubt} {
		t.Run(name, func(t *testing.T) {
			h := setUp(t)
			h.open(10)
			dead := ledger.Claiming{Owner: "dead", Limit: 4}
			if jobs, err := h.ledger.Exchange(t.Context(), time.Now(), nil, dead); err != nil || len(jobs) != 4 {
				t.Fatalf("claimed %d, %v", len(jobs), err)
			}
			h.run(func(s *setting) { s.Newsletters[0].Hold = name == "hold" })
			if want == ledger.Sent {
				h.waitFor(ledger.Sent, 10)
				h.wantOnce()
			} else {
				h.waitFor(ledger.Sent, 6)
				h.waitFor(ledger.InDoubt, 4)
			}
			h.wantLog("mails are in doubt", "count=4", "same Message-ID")
			doubts := 0
			for _, d := range h.deliveries() {
				doubts += d.Doubts
			}
			if doubts != 4 {
				t.Errorf("%d doubts counted, want 4", doubts)
			}
		})
	}
}

func TestSeveralRelays(t *testing.T) {
	refuse := func(inbox.Ask) inbox.Fault { return inbox.Fault{Code: 535, Enhanced: "5.7.8", Text: "wrong password"} }
	tests := map[string]struct {
		fault inbox.Stage
		says  string
	}{
		"down":          {inbox.Connect, "the relay takes no mail just now"},
		"login refused": {inbox.Auth, "check smtp: auth, username and password"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			h := setUp(t)
			first := h.serve(inbox.Options{TLS: inbox.NoTLS, Users: map[string]string{"ann": "secret"}, InsecureAuth: true, RequireAuth: true})
			first.SetFault(func(a inbox.Ask) inbox.Fault {
				switch {
				case a.Stage != test.fault:
					return inbox.Fault{}
				case a.Stage == inbox.Connect:
					return inbox.Fault{Code: 421, Text: "too busy"}
				}
				return refuse(a)
			})
			h.open(40)
			h.run(func(s *setting) {
				s.Relays = []Relay{h.relayTo(first, "ann"), h.relayTo(h.inbox, "")}
				// Else all that may be in flight could pass the first one by, and be held at
				// the second one.
				s.pace.aside = func(int) time.Duration { return 0 }
			})
			h.waitFor(ledger.Sent, 40)
			h.wantOnce()
			h.wantLog("a relay is left alone for now, the others take its mails: ", test.says, "relay="+first.Addr())
			if len(h.pauses()) != 0 || strings.Count(h.log.String(), "left alone") != 1 {
				t.Errorf("pauses %+v; the log says it more than once", h.pauses())
			}
			// It comes back, and is preferred again.
			var once sync.Once
			// The second one holds still until then.
			came := make(chan struct{})
			first.SetFault(func(a inbox.Ask) inbox.Fault {
				if a.Stage == inbox.Dot {
					once.Do(func() { close(came) })
				}
				return inbox.Fault{}
			})
			h.inbox.SetFault(func(a inbox.Ask) inbox.Fault {
				if a.Stage == inbox.Dot {
					<-came
				}
				return inbox.Fault{}
			})
			defer once.Do(func() { close(came) })
			h.open(40, func(o *ledger.Opening) { o.LocalDate = "2026-11-24" })
			h.wait("the first relay takes mail", func() bool { return first.Received() > 0 })
			h.wait("all are out", func() bool { return first.Received()+h.inbox.Received() == 80 })
			h.waitLog("the relay works again")
		})
	}
}

// A conversation that breaks off shows neither that a relay works nor that it's down:
// the mail goes there again over a fresh connection.
func TestATryThatBreaksOffIsTriedAgain(t *testing.T) {
	h := setUp(t)
	first := h.serve(inbox.Options{TLS: inbox.NoTLS})
	first.SetFault(func(a inbox.Ask) inbox.Fault {
		if a.Stage == inbox.Connect {
			return inbox.Fault{Code: 421, Text: "too busy"}
		}
		return inbox.Fault{}
	})
	h.run(oneByOne, func(s *setting) {
		s.Relays = []Relay{h.relayTo(first, ""), h.relayTo(h.inbox, "")}
		s.pace.aside = func(int) time.Duration { return 0 }
	})
	h.open(1)
	h.waitFor(ledger.Sent, 1)
	gate := inbox.NewGate(inbox.MailFrom)
	defer gate.Open()
	first.SetFault(func(a inbox.Ask) inbox.Fault {
		if a.Stage == inbox.RcptTo && a.Attempt == 1 {
			return inbox.Fault{Drop: true}
		}
		return gate.Fault(a)
	})
	h.open(1, func(o *ledger.Opening) { o.LocalDate = "2026-11-24" })
	h.wait("the first relay is tried", func() bool { return gate.Waiting() == 1 })
	gate.Let(1)
	h.wait("it's tried again, or given up", func() bool { return gate.Waiting() == 1 || h.states()[ledger.Sent] == 2 })
	gate.Open()
	h.waitFor(ledger.Sent, 2)
	if first.Received() != 1 {
		t.Errorf("the first relay took %d mails, want 1", first.Received())
	}
}
