package ledger_test

import (
	"database/sql"
	"strings"
	"testing"
	"time"

	"dailytip/editions"
	"dailytip/ledger"
	"dailytip/subscribers"
)

// What is in flight when its edition ends, and comes back afterwards, expires at the
// next look: its end isn't forgotten before.
func TestWhatComesBackTooLateExpires(t *testing.T) {
	each(t, 3, func(h *harness) {
		h.open("tip")
		jobs := h.exchange(now, ledger.Claiming{Owner: "node-1", Limit: 2})
		late := now.Add(13 * time.Hour)
		h.expire(late, 1) // who was never claimed
		h.exchange(late, ledger.Claiming{Owner: "node-1"},
			ledger.Outcome{Job: jobs[0], State: ledger.Retry, NextAt: late.Add(time.Hour)},
			ledger.Outcome{Job: jobs[1], State: ledger.Pending, NextAt: late.Add(time.Hour)})
		h.expire(late.Add(time.Minute), 2)
		h.expire(late.Add(2*time.Minute), 0)
		if c := h.counts(); c.Expired != 3 || c.Open() {
			h.Errorf("%+v, want 3 expired and nothing open", c)
		}
	})
}

// Zones of one edition end at instants of their own.
func TestEachZoneExpiresAtItsOwnEnd(t *testing.T) {
	each(t, 1, func(h *harness) {
		h.open("tip")
		h.write(func(tx *sql.Tx) error {
			_, err := h.list.Add(h.Context(), tx, now.Add(-time.Hour), subscribers.Request{
				Address: "later@example.com", Newsletter: "management", Preferences: subscribers.Preferences{Timezone: "America/New_York"}, Consent: subscribers.Vouched,
			})
			return err
		})
		slots, err := h.list.Slots(h.Context(), "management")
		if err != nil || len(slots) != 2 {
			h.Fatalf("%d slots, %v; want 2", len(slots), err)
		}
		for _, slot := range slots {
			if slot.Timezone == "" {
				continue
			}
			n, err := h.ledger.Open(h.Context(), now, ledger.Opening{
				Newsletter: "management", LocalDate: "2026-11-23", Slot: slot.ID, Choice: editions.Daily,
				DueAt: now.Add(6 * time.Hour), ExpiresAt: now.Add(18 * time.Hour),
			})
			if n != 1 || err != nil {
				h.Fatalf("opened %d, %v; want 1", n, err)
			}
		}
		h.expire(now.Add(12*time.Hour), 1)
		h.expire(now.Add(18*time.Hour), 1)
		if c := h.counts(); c.Expired != 2 || c.Open() {
			h.Errorf("%+v, want 2 expired and nothing open", c)
		}
	})
}

// What is sent again by command has an end again.
func TestWhatIsSentAgainExpires(t *testing.T) {
	each(t, 1, func(h *harness) {
		h.open("tip")
		h.expire(now.Add(12*time.Hour), 1)
		again := now.Add(24 * time.Hour)
		n, _, err := h.ledger.Requeue(h.Context(), again, h.counts().Edition, ledger.Requeuing{
			Kind: ledger.ActionRetryFailed, States: []ledger.State{ledger.Expired}, ExpiresAt: again.Add(time.Hour), Who: "operator",
		})
		if n != 1 || err != nil {
			h.Fatalf("sent %d again, %v; want 1", n, err)
		}
		h.expire(again, 0)
		h.expire(again.Add(time.Hour), 1)
	})
}

// A delivery that nothing would ever end is a fault of the ledger's.
func TestCheckFindsWhatWouldNeverExpire(t *testing.T) {
	each(t, 1, func(h *harness) {
		h.open("tip")
		h.write(func(tx *sql.Tx) error {
			_, err := tx.ExecContext(h.Context(), "DELETE FROM expiries")
			return err
		})
		faults, err := ledger.Check(h.Context(), h.db)
		if err != nil || len(faults) != 1 || !strings.Contains(faults[0], "never expire") {
			h.Errorf("faults %q, %v", faults, err)
		}
	})
}

// expire ends what has come to its end at an instant, and wants so many.
func (h *harness) expire(at time.Time, want int64) {
	h.Helper()
	if n, err := h.ledger.Expire(h.Context(), at); n != want || err != nil {
		h.Errorf("%d expired at %s, %v; want %d", n, at.Format(time.TimeOnly), err, want)
	}
	faults, err := ledger.Check(h.Context(), h.db)
	if err != nil || len(faults) > 0 {
		h.Errorf("faults %q, %v", faults, err)
	}
}
