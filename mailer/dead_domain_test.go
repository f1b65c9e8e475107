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

// When a relay takes nothing and says of all addresses of one domain that there are
// none, nobody is suppressed and nobody fails: what it says is held back for the
// operator, who is told of the domain, once.
func TestDeadDomainIsHeldBack(t *testing.T) {
	for _, n := range []int{2, 9, 12, 200} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			h := setUp(t)
			h.inbox.SetFault(func(a inbox.Ask) inbox.Fault {
				if a.Stage == inbox.RcptTo && a.To != operator {
					return inbox.Fault{Code: 550, Enhanced: "5.1.1", Text: "<x>: Recipient address rejected: User unknown in virtual mailbox table"}
				}
				return inbox.Fault{}
			})
			h.open(n)
			h.run(seldom, alerting)
			h.wait("the operator is told", func() bool { return h.alerts("example.org") == 1 })
			h.waitFor(ledger.Pending, n)
			h.wantActive()
			want := min(n, tooMuch)
			h.wait("what was said is held back", func() bool { return len(h.heldBack()) >= want })
			h.wantLog("addresses of example.org that were tried exists", "held back", "dailytip bounces retry --domain example.org")
			if rates, err := h.ledger.Rates(t.Context(), time.Time{}); err != nil || len(rates) != 0 {
				t.Errorf("they count as bounces: %+v, %v", rates, err)
			}
			h.goOn(n)
			if got := len(h.heldBack()); got > n {
				t.Errorf("%d are held back of %d", got, n)
			}
			if h.alerts("sending is paused") != 1 {
				t.Error("the operator was told more than once")
			}
		})
	}
}

// While another relay takes their mails nothing is held back, and nobody is told so.
func TestDeadDomainOfOneRelay(t *testing.T) {
	h := setUp(t)
	second := h.serve(inbox.Options{TLS: inbox.NoTLS})
	h.inbox.SetFault(func(a inbox.Ask) inbox.Fault {
		if a.Stage == inbox.RcptTo && a.To != operator {
			return inbox.Fault{Code: 550, Enhanced: "5.1.1", Text: "no such user"}
		}
		return inbox.Fault{}
	})
	h.open(9)
	h.run(seldom, alerting, func(s *setting) { s.Relays = []Relay{h.relayTo(h.inbox, ""), h.relayTo(second, "")} })
	h.waitFor(ledger.Sent, 9)
	h.wait("the operator is told", func() bool {
		n, err := h.ledger.NoticesWaiting(t.Context())
		return n == 0 && err == nil
	})
	h.wantLog("the next one gets its mails: none of the ")
	var told strings.Builder
	told.WriteString(h.log.String())
	for _, m := range slices.Concat(h.inbox.Messages(), second.Messages()) {
		if slices.Contains(m.To, operator) {
			told.WriteString(string(m.Data))
		}
	}
	if !strings.Contains(told.String(), "a relay refuses its mails") || strings.Contains(told.String(), "held back") || strings.Contains(told.String(), "bounces retry") {
		t.Errorf("the operator is told:\n%s", told.String())
	}
	if held := h.heldBack(); len(held) != 0 {
		t.Errorf("%+v", held)
	}
}

// Addresses of several domains that a relay calls dead are its own fault, and of none
// of them anything is held back.
func TestSeveralDeadDomains(t *testing.T) {
	h := setUp(t)
	h.inbox.SetFault(once(inbox.RcptTo, 1, 1<<30, inbox.Fault{Code: 550, Enhanced: "5.1.1", Text: "no such user"}))
	o := h.opening()
	h.write(func(tx *sql.Tx) error {
		for i := range 9 {
			r := subscribers.Request{Address: subscribers.Address(fmt.Sprintf("reader%d@%c.example", i, 'a'+i/5)), Newsletter: o.Newsletter, Consent: subscribers.Vouched}
			if _, err := h.list.Add(t.Context(), tx, o.DueAt.Add(-time.Hour), r); err != nil {
				return err
			}
		}
		return nil
	})
	h.openFor(9, o)
	h.run(seldom)
	h.waitLog("hardly the readers' fault")
	h.waitFor(ledger.Pending, 9)
	if held := h.heldBack(); len(held) != 0 {
		t.Errorf("%+v", held)
	}
	h.wantActive()
}

func (h *harness) heldBack() []subscribers.BounceRecord {
	h.Helper()
	all, err := h.list.Bounces(h.Context(), h.db.Read(), subscribers.BounceFilter{Decision: subscribers.HeldBack})
	if err != nil {
		h.Fatal(err)
	}
	return all
}
