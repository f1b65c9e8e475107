package subscribers_test

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	"dailytip/subscribers"
)

// states returns a person's states by newsletter.
func (h *harness) states(address string) string {
	h.t.Helper()
	var all []string
	for _, s := range h.find(address).Subscriptions {
		all = append(all, s.Newsletter+" "+string(s.State))
	}
	return strings.Join(all, ", ")
}

func (h *harness) addTo(newsletter, address string, consent subscribers.Consent) (added subscribers.Added) {
	h.t.Helper()
	h.write(func(tx *sql.Tx) (err error) {
		added, err = h.list.Add(h.t.Context(), tx, now, subscribers.Request{
			Address: subscribers.Address(address), Newsletter: newsletter, Consent: consent, Detail: "test",
		})
		return err
	})
	return added
}

func (h *harness) suppress(address, reason string) {
	h.t.Helper()
	s := h.find(address)
	h.write(func(tx *sql.Tx) error { return h.list.Suppress(h.t.Context(), tx, now, s.ID, reason) })
}

func (h *harness) history(address string) string {
	h.t.Helper()
	events, err := h.list.Events(h.t.Context(), h.db.Read(), h.find(address).ID, 99)
	if err != nil {
		h.t.Fatal(err)
	}
	return fmt.Sprint(events)
}

func TestRestoreMakesThemWhatTheyWere(t *testing.T) {
	each(t, func(t *testing.T, h *harness) {
		const ana = "ana@example.com"
		h.addTo("active", ana, subscribers.Vouched)
		h.addTo("pending", ana, subscribers.ByReader)
		paused, left, asked := h.addTo("paused", ana, subscribers.Vouched), h.addTo("left", ana, subscribers.Vouched), h.addTo("leftandasked", ana, subscribers.Vouched)
		until := now.Add(time.Hour)
		h.write(func(tx *sql.Tx) error {
			if _, err := h.list.Pause(t.Context(), tx, now, until, paused.Subscription, ""); err != nil {
				return err
			}
			for _, id := range []int64{left.Subscription, asked.Subscription} {
				if _, err := h.list.Unsubscribe(t.Context(), tx, now, id, ""); err != nil {
					return err
				}
			}
			return nil
		})
		h.addTo("leftandasked", ana, subscribers.ByReader)
		h.suppress(ana, "550 5.1.1 no such user")
		later := now.Add(24 * time.Hour)
		restore := func(why string) (did bool) {
			person := h.find(ana)
			h.write(func(tx *sql.Tx) (err error) {
				did, err = h.list.Restore(t.Context(), tx, later, person.ID, why)
				return err
			})
			return did
		}
		if !restore("they have a new mailbox") || restore("again") {
			t.Error("restoring must work once")
		}
		if got, want := h.states(ana), "active active, left unsubscribed, leftandasked unsubscribed, paused paused, pending pending"; got != want {
			t.Errorf("%s; want %s", got, want)
		}
		s := h.find(ana)
		if !s.SuppressedAt.IsZero() || !s.Subscriptions[0].DueAfter.Equal(later) || !s.Subscriptions[3].PausedUntil.Equal(until) {
			t.Errorf("%+v", s)
		}
		for _, want := range []string{"suppressed 550 5.1.1 no such user", "restored they have a new mailbox (had been suppressed: 550 5.1.1 no such user)"} {
			if got := h.history(ana); !strings.Contains(got, want) {
				t.Errorf("no %q in %s", want, got)
			}
		}
	})
}

// Who is suppressed and asked to come back isn't back: neither for an import, nor
// when the mail that asks fails, nor for the undo button of an old page.
func TestAskingIsNotComingBack(t *testing.T) {
	each(t, func(t *testing.T, h *harness) {
		const ana = "ana@example.com"
		added := h.addTo("management", ana, subscribers.Vouched)
		left := h.addTo("other", ana, subscribers.Vouched)
		h.write(func(tx *sql.Tx) error {
			_, err := h.list.Unsubscribe(t.Context(), tx, now, left.Subscription, "")
			return err
		})
		h.suppress(ana, "they complained")
		h.write(func(tx *sql.Tx) error {
			did, err := h.list.Undo(t.Context(), tx, now, left.Subscription, "button")
			if did {
				t.Error("undone while suppressed")
			}
			return err
		})
		h.addTo("management", ana, subscribers.ByReader)
		if got := h.addTo("management", ana, subscribers.Vouched); got.Result != subscribers.Barred {
			t.Errorf("import: %+v", got)
		}
		h.suppress(ana, "550 5.1.1")
		if got, want := h.states(ana), "management suppressed, other unsubscribed"; got != want {
			t.Errorf("%s; want %s", got, want)
		}
		if s := h.find(ana); s.SuppressedReason != "they complained" || s.Subscriptions[0].Before != subscribers.Active {
			t.Errorf("%+v", s)
		}
		h.addTo("management", ana, subscribers.ByReader)
		h.write(func(tx *sql.Tx) error {
			_, err := h.list.Confirm(t.Context(), tx, now, added.Subscription, "button")
			return err
		})
		if got, want := h.states(ana), "management active, other unsubscribed"; got != want || !h.find(ana).SuppressedAt.IsZero() {
			t.Errorf("%s; want %s", got, want)
		}
	})
}
