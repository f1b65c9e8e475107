package mailer

import (
	"database/sql"
	"fmt"
	"testing"
	"time"

	"dailytip/inbox"
	"dailytip/ledger"
	"dailytip/store"
	"dailytip/store/storetest"
)

// Mails that had failed and that somebody has sent again, all of them refused as before,
// fail again: that nothing else is taken pauses nobody, however many they are.
func TestRefusedAgain(t *testing.T) {
	for _, fault := range []inbox.Fault{
		{Code: 550, Enhanced: "5.1.1", Text: "no such user"},
		{Code: 550, Enhanced: "5.7.1", Text: "not wanted here"},
		{Code: 554, Text: "no"},
	} {
		storetest.Each(t, func(t *testing.T, db *store.DB) {
			h := setUpOn(t, db)
			h.refuse(odd, fault)
			h.open(2 * tooMuch)
			h.run(seldom)
			h.waitFor(ledger.Sent, tooMuch)
			h.waitFor(ledger.Failed, tooMuch)
			for range 2 {
				h.requeue(tooMuch)
				h.waitFor(ledger.Failed, tooMuch)
			}
			h.wantQuiet()
			if p := h.pauses(); len(p) != 0 {
				t.Errorf("%d %s: paused: %+v", fault.Code, fault.Enhanced, p)
			}
		})
	}
}

// What is refused otherwise than before may be our fault, or the relay's, as always.
func TestRefusedOtherwise(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := setUpOn(t, db)
		h.refuse(odd, inbox.Fault{Code: 550, Enhanced: "5.7.1", Text: "not wanted here"})
		h.open(6)
		h.run(seldom)
		h.waitFor(ledger.Sent, 3)
		h.waitFor(ledger.Failed, 3)
		h.refuse(all, inbox.Fault{Code: 550, Enhanced: "5.1.1", Text: "no such user"})
		h.requeue(3)
		h.waitLog("sending is paused")
		h.waitFor(ledger.Pending, 3)
		h.wantActive()
		// The try goes the same way, and isn't taken for the answer of before.
		if err := h.ledger.ProbeNow(t.Context(), time.Now()); err != nil {
			t.Fatal(err)
		}
		h.mailer.Wake()
		h.wait("one is tried", func() bool { p := h.pauses(); return len(p) == 1 && p[0].Probes == 1 })
		h.waitFor(ledger.Pending, 3)
		h.wantActive()
	})
}

// While a newsletter is paused for something else, a mail that is refused as before
// ends, and the pause goes on.
func TestRefusedAgainByTheTry(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := setUpOn(t, db)
		h.refuse(odd, inbox.Fault{Code: 550, Enhanced: "5.7.1", Text: "not wanted here"})
		h.open(6)
		stop := h.run(seldom)
		h.waitFor(ledger.Sent, 3)
		h.waitFor(ledger.Failed, 3)
		stop()
		pause := ledger.PauseInfo{Newsletter: "management", Since: time.Now(), Reason: "a test", ProbeAt: time.Now()}
		if err := h.ledger.Pause(t.Context(), time.Now(), pause); err != nil {
			t.Fatal(err)
		}
		h.requeue(3)
		h.run(seldom)
		h.wait("one is tried", func() bool { p := h.pauses(); return len(p) == 1 && p[0].Probes == 1 })
		h.waitFor(ledger.Failed, 1)
		h.waitFor(ledger.Pending, 2)
	})
}

func odd(i int) bool { return i%2 == 1 }

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
