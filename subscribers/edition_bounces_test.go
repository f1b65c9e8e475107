package subscribers_test

import (
	"database/sql"
	"fmt"
	"slices"
	"testing"
	"time"

	"dailytip/subscribers"
)

func (h *harness) bounced(at time.Time, address string, b subscribers.Bounce) subscribers.Decided {
	h.t.Helper()
	var d subscribers.Decided
	person := h.find(address)
	b.Subscriber, b.Subscription, b.Newsletter = person.ID, person.Subscriptions[0].ID, "management"
	h.write(func(tx *sql.Tx) (err error) {
		d, err = h.list.Bounced(h.t.Context(), tx, at, b, time.Time{})
		return err
	})
	return d
}

func TestEditionBounces(t *testing.T) {
	each(t, func(t *testing.T, h *harness) {
		for i := range 3 {
			h.add(fmt.Sprintf("r%d@example.com", i), subscribers.Vouched, subscribers.Preferences{})
		}
		h.add("cy@example.net", subscribers.Vouched, subscribers.Preferences{})
		full := subscribers.Bounce{Edition: 7, Door: "imap", Class: subscribers.SoftBounce, Reason: "full", Reply: "452 4.2.2 full"}
		h.bounced(now, "r0@example.com", full)
		h.bounced(now, "r1@example.com", full)
		h.bounced(now, "cy@example.net", subscribers.Bounce{Edition: 7, Door: subscribers.WhileSending, Class: subscribers.HardBounce, Reason: "unknown", Reply: "550 5.1.1 no"})
		h.bounced(now, "r0@example.com", subscribers.Bounce{Edition: 8, Door: "imap", Class: subscribers.SoftBounce, Reason: "full", Reply: "of another edition"})
		undone := h.bounced(now, "r2@example.com", full)
		h.write(func(tx *sql.Tx) error {
			b, err := h.list.Bounce(t.Context(), tx, undone.ID)
			if err != nil {
				return err
			}
			return h.list.UndoBounce(t.Context(), tx, now, b)
		})
		got, all, err := h.list.EditionBounces(t.Context(), 7)
		want := []subscribers.EditionBounce{
			{Class: subscribers.SoftBounce, Domain: "example.com", Reason: "full", Reply: "452 4.2.2 full", Count: 2},
			{Class: subscribers.HardBounce, Sending: true, Domain: "example.net", Reason: "unknown", Reply: "550 5.1.1 no", Count: 1},
		}
		if err != nil || !all || !slices.Equal(got, want) {
			t.Errorf("%+v, %t, %v", got, all, err)
		}
	})
}

func TestHeldDomains(t *testing.T) {
	each(t, func(t *testing.T, h *harness) {
		gone := subscribers.Bounce{Edition: 7, Door: subscribers.WhileSending, Class: subscribers.HardBounce, Reason: "unknown", Reply: "550 5.1.1 no"}
		for i := range 8 {
			address := fmt.Sprintf("r%d@moved.example", i)
			h.add(address, subscribers.Vouched, subscribers.Preferences{})
			h.bounced(now.Add(time.Duration(i)*time.Second), address, gone)
		}
		h.add("ana@example.com", subscribers.Vouched, subscribers.Preferences{})
		h.bounced(now, "ana@example.com", gone)
		last := now.Add(7 * time.Second)
		held, err := h.list.HeldDomains(t.Context(), now.Add(-time.Hour), 10)
		if err != nil || len(held) != 1 || held[0].Domain != "moved.example" || held[0].Readers != 8 || !held[0].Last.Equal(last) {
			t.Errorf("%+v, %v", held, err)
		}
		if old, err := h.list.HeldDomains(t.Context(), last, 10); err != nil || len(old) != 0 {
			t.Errorf("since the last of them: %+v, %v", old, err)
		}
	})
}

func TestCountLeft(t *testing.T) {
	each(t, func(t *testing.T, h *harness) {
		for i := range 3 {
			h.add(fmt.Sprintf("r%d@example.com", i), subscribers.Vouched, subscribers.Preferences{})
		}
		other := h.addTo("other", "r0@example.com", subscribers.Vouched)
		leave := func(after time.Duration, subscription int64) {
			h.write(func(tx *sql.Tx) error {
				_, err := h.list.Unsubscribe(t.Context(), tx, now.Add(after), subscription, "")
				return err
			})
		}
		leave(0, h.find("r0@example.com").Subscriptions[0].ID)
		leave(0, other.Subscription)
		leave(time.Hour, h.find("r1@example.com").Subscriptions[0].ID)
		leave(24*time.Hour, h.find("r2@example.com").Subscriptions[0].ID)
		if n, err := h.list.CountLeft(t.Context(), "management", now, now.Add(24*time.Hour)); n != 2 || err != nil {
			t.Errorf("%d left within a day, %v", n, err)
		}
	})
}
