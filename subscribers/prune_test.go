package subscribers_test

import (
	"database/sql"
	"errors"
	"fmt"
	"testing"
	"time"

	"dailytip/subscribers"
)

func TestSignUpsThatNobodyConfirmsEnd(t *testing.T) {
	each(t, func(t *testing.T, h *harness) {
		for i := range 700 { // more than one step
			h.addTo("management", fmt.Sprintf("r%d@example.com", i), subscribers.ByReader)
		}
		h.addTo("management", "active@example.com", subscribers.Vouched)
		h.addTo("other", "active@example.com", subscribers.ByReader)
		left := h.addTo("management", "left@example.com", subscribers.Vouched)
		h.write(func(tx *sql.Tx) error {
			_, err := h.list.Unsubscribe(t.Context(), tx, now, left.Subscription, "")
			return err
		})
		h.addTo("management", "left@example.com", subscribers.ByReader)
		h.addTo("management", "dead@example.com", subscribers.Vouched)
		h.suppress("dead@example.com", "550 5.1.1")
		h.addTo("management", "dead@example.com", subscribers.ByReader)
		h.addTo("other", "dead@example.com", subscribers.ByReader)
		h.write(func(tx *sql.Tx) error {
			_, err := h.list.AllowSignUpMail(t.Context(), tx, now, "left@example.com", true)
			return err
		})
		var forgotten []int64
		prune := func(at time.Time) int {
			due, err := h.list.PruneDue(t.Context(), at)
			if err != nil {
				t.Fatal(err)
			}
			var pruned subscribers.Pruned
			if due {
				h.write(func(tx *sql.Tx) (err error) { pruned, err = h.list.Prune(t.Context(), tx, at); return err })
			}
			forgotten = append(forgotten, pruned.Forgotten...)
			return pruned.People
		}
		end := now.Add(subscribers.UnconfirmedLife)
		if n := prune(end.Add(-time.Second)); n != 0 {
			t.Errorf("%d ended before their time", n)
		}
		// Whoever asks for it again has all the time again.
		h.write(func(tx *sql.Tx) error {
			_, err := h.list.Add(t.Context(), tx, end.Add(-time.Second), subscribers.Request{
				Address: "r0@example.com", Newsletter: "management", Consent: subscribers.ByReader,
			})
			return err
		})
		total, steps := 0, 0
		for n := prune(end); n > 0; n = prune(end) {
			total, steps = total+n, steps+1
		}
		if total != 702 || steps < 2 {
			t.Errorf("%d people in %d steps, want 702 in several", total, steps)
		}
		if len(forgotten) != 699 { // but for left and dead, of whom something stays, and active
			t.Errorf("%d people were forgotten, want 699", len(forgotten))
		}
		for address, want := range map[string]string{
			"r0@example.com": "management pending", "active@example.com": "management active", "left@example.com": "management unsubscribed",
			"dead@example.com": "management suppressed",
		} {
			if got := h.states(address); got != want {
				t.Errorf("%s: %s, want %s", address, got, want)
			}
		}
		if _, err := h.list.Find(t.Context(), h.db.Read(), "r1@example.com"); !errors.Is(err, subscribers.ErrUnknown) {
			t.Errorf("who never confirmed: %v", err)
		}
		for table, want := range map[string]int{"subscribers": 4, "subscriptions": 4, "asked": 0} {
			var n int
			if err := h.db.Read().QueryRowContext(t.Context(), "SELECT COUNT(*) FROM "+table).Scan(&n); err != nil || n != want {
				t.Errorf("%d rows in %s, want %d: %v", n, table, want, err)
			}
		}
	})
}
