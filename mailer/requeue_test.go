package mailer

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	"dailytip/inbox"
	"dailytip/ledger"
	"dailytip/store"
	"dailytip/store/storetest"
)

// Mails that had failed and that somebody has sent again, all of them refused as before,
// fail again: that nothing else is taken pauses nobody, not even for a moment.
func TestRefusedAgain(t *testing.T) {
	for _, test := range []struct {
		which func(i int) bool // so few that a streak of them alone says nothing
		n     int
		fault inbox.Fault
	}{
		{odd, tooMuch - 1, inbox.Fault{Code: 550, Enhanced: "5.1.1", Text: "no such user"}},
		{two, 2, inbox.Fault{Code: 550, Enhanced: "5.7.1", Text: "not wanted here"}},
		{two, 2, inbox.Fault{Code: 554, Text: "no"}},
	} {
		storetest.Each(t, func(t *testing.T, db *store.DB) {
			h := setUpOn(t, db)
			h.refuse(test.which, test.fault)
			const readers = 2 * (tooMuch - 1)
			h.open(readers)
			h.run(seldom)
			h.waitFor(ledger.Sent, readers-test.n)
			h.waitFor(ledger.Failed, test.n)
			for range 2 {
				h.requeue(test.n)
				h.waitFor(ledger.Failed, test.n)
			}
			if p := h.pauses(); len(p) != 0 || strings.Contains(h.log.String(), "sending is paused") {
				t.Errorf("%d %s: paused: %+v\n%s", test.fault.Code, test.fault.Enhanced, p, h.log)
			}
		})
	}
}

// What is refused otherwise than before may be our fault, or the relay's, as always.
func TestRefusedOtherwise(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := setUpOn(t, db)
		h.refuse(two, inbox.Fault{Code: 550, Enhanced: "5.7.1", Text: "not wanted here"})
		h.open(30)
		h.run(seldom)
		h.waitFor(ledger.Sent, 28)
		h.waitFor(ledger.Failed, 2)
		h.refuse(all, inbox.Fault{Code: 550, Enhanced: "5.1.1", Text: "no such user"})
		h.requeue(2)
		h.waitLog("sending is paused")
		h.waitFor(ledger.Pending, 2)
		h.wantActive()
		// The try goes the same way, and isn't taken for the answer of before.
		if err := h.ledger.ProbeNow(t.Context(), time.Now()); err != nil {
			t.Fatal(err)
		}
		h.mailer.Wake()
		h.wait("one is tried", func() bool { p := h.pauses(); return len(p) == 1 && p[0].Probes == 1 })
		h.waitFor(ledger.Pending, 2)
		h.wantActive()
	})
}

// While a newsletter is paused for something else, a mail that is refused as before
// ends, and the pause goes on.
func TestRefusedAgainByTheTry(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := setUpOn(t, db)
		h.refuse(two, inbox.Fault{Code: 550, Enhanced: "5.7.1", Text: "not wanted here"})
		h.open(30)
		stop := h.run(seldom)
		h.waitFor(ledger.Sent, 28)
		h.waitFor(ledger.Failed, 2)
		stop()
		pause := ledger.PauseInfo{Newsletter: "management", Since: time.Now(), Reason: "a test", ProbeAt: time.Now()}
		if err := h.ledger.Pause(t.Context(), time.Now(), pause); err != nil {
			t.Fatal(err)
		}
		h.requeue(2)
		h.run(seldom)
		h.wait("one is tried", func() bool { p := h.pauses(); return len(p) == 1 && p[0].Probes == 1 })
		h.waitFor(ledger.Failed, 1)
		h.waitFor(ledger.Pending, 1)
	})
}

func odd(i int) bool { return i%2 == 1 }

func two(i int) bool { return i == 7 || i == 23 }

func all(int) bool { return true }

// refuse has the relay refuse some readers.
func (h *harness) refuse(which func(i int) bool, fault inbox.Fault) {
	h.inbox.SetFault(func(a inbox.Ask) inbox.Fault {
		i := 0
		if _, err := fmt.Sscanf(a.To, "reader%d@", &i); err == nil && a.Stage == inbox.RcptTo && which(i) {
			return fault
		}
		return inbox.Fault{}
	})
}

// requeue has all that failed sent again, also to those who were suppressed for it.
func (h *harness) requeue(n int) {
	h.Helper()
	now := time.Now()
	h.write(func(tx *sql.Tx) error {
		for _, d := range h.deliveries() {
			if _, err := h.list.Restore(h.Context(), tx, now, d.Key.Subscriber, "a test"); err != nil {
				return err
			}
		}
		return nil
	})
	recent, err := h.ledger.Recent(h.Context(), 1)
	if err != nil {
		h.Fatal(err)
	}
	again, left, err := h.ledger.Requeue(h.Context(), now, recent[0].Edition, ledger.Requeuing{
		Kind: ledger.ActionRetryFailed, States: []ledger.State{ledger.Failed}, ExpiresAt: now.Add(time.Hour), Who: "a test",
	})
	if err != nil || again != int64(n) || left != 0 {
		h.Fatalf("%d again, %d left, %v", again, left, err)
	}
	h.mailer.Wake()
}
