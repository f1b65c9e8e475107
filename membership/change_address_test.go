package membership_test

import (
	"database/sql"
	"errors"
	"testing"
	"time"

	"dailytip/membership"
	"dailytip/subscribers"
)

// reader is somebody with two newsletters: in a course, and paused.
func (h *harness) reader(address string) *subscribers.Subscriber {
	h.Helper()
	for _, newsletter := range []string{"course", "management"} {
		added := h.request(now.Add(-9*day), subscribers.Request{
			Address: subscribers.Address(address), Newsletter: newsletter, Consent: subscribers.Vouched, Detail: "at the fair", CourseTip: "tip-7",
			Preferences: subscribers.Preferences{Name: "Ana", Timezone: "America/Lima", SendAt: "06:30", Cadence: subscribers.Weekly},
		})
		if newsletter == "management" {
			h.write(func(tx *sql.Tx) error {
				_, err := h.list.Pause(h.Context(), tx, now, now.Add(9*day), added.Subscription, "")
				return err
			})
		}
	}
	return h.find(address)
}

func (h *harness) changeAddress(s *subscribers.Subscriber, to string, vouched bool) (bool, error) {
	return h.service.ChangeAddress(h.Context(), now, s.ID, subscribers.Address(to), vouched, "by the operator")
}

// wantMoved looks whether an address has what the one before it had.
func (h *harness) wantMoved(address string, old *subscribers.Subscriber) {
	h.Helper()
	s := h.find(address)
	if s.Name != old.Name || s.Timezone != old.Timezone || len(s.Subscriptions) != 2 {
		h.Fatalf("%+v", s)
	}
	for i, sub := range s.Subscriptions {
		was := old.Subscriptions[i]
		if sub.Newsletter != was.Newsletter || sub.State != was.State || !sub.PausedUntil.Equal(was.PausedUntil) || sub.CourseTip != was.CourseTip ||
			!sub.ConfirmedAt.Equal(was.ConfirmedAt) || !sub.CreatedAt.Equal(was.CreatedAt) || sub.Slot.ID != was.Slot.ID {
			h.Errorf("%+v, was %+v", sub, was)
		}
	}
	events, err := h.list.Events(h.Context(), h.db.Read(), s.ID, 50)
	if err != nil {
		h.Fatal(err)
	}
	for _, e := range events {
		if e.Detail == "at the fair" && e.At.Equal(now.Add(-9*day)) {
			return
		}
	}
	h.Errorf("the proof of consent is lost: %+v", events)
}

func TestANewAddressOnTheOperatorsWord(t *testing.T) {
	each(t, func(h *harness) {
		old := h.reader("ana@example.com")
		// Also when the new one has been asked to confirm already.
		if done, err := h.changeAddress(old, "ana@example.org", false); done || err != nil {
			h.Fatal(done, err)
		}
		if done, err := h.changeAddress(old, "ana@example.org", true); !done || err != nil {
			h.Fatal(done, err)
		}
		h.wantMails()
		h.wantMoved("ana@example.org", old)
		if s := h.find("ana@example.org"); s.ID != old.ID || s.Subscriptions[0].ID != old.Subscriptions[0].ID {
			h.Errorf("links in mails that were sent don't work: %+v", s)
		}
		if added := h.request(now, subscribers.Request{Address: "ana@example.com", Newsletter: "course", Consent: subscribers.Vouched}); added.Result != subscribers.Left {
			h.Errorf("an import brings the old address back: %+v", added)
		}
		h.active(now, "ben@example.org", "course")
		if _, err := h.changeAddress(old, "Ben@example.org", true); !errors.Is(err, subscribers.ErrTaken) {
			h.Errorf("somebody else's address: %v", err)
		}
		if done, err := h.changeAddress(old, "Ana@example.org", false); !done || err != nil || h.find("ana@example.org").Email != "Ana@example.org" {
			h.Errorf("another way to write it: %v, %v", done, err)
		}
	})
}

func TestANewAddressIsConfirmed(t *testing.T) {
	each(t, func(h *harness) {
		old := h.reader("ana@example.com")
		if done, err := h.changeAddress(old, "ana@example.org", false); done || err != nil {
			h.Fatal(done, err)
		}
		h.wantMails("confirm ana@example.org ")
		if _, err := h.changeAddress(old, "ana@example.org", false); !errors.Is(err, membership.ErrTooOften) {
			h.Errorf("a second mail: %v", err)
		}
		if state := h.state("ana@example.com", "course"); state != subscribers.Active {
			h.Errorf("the old address is %s before the new one is confirmed", state)
		}
		waiting := h.find("ana@example.org")
		press := membership.Confirmation{Subscription: waiting.Subscriptions[0].ID, Detail: "button"}
		if done := h.confirm(now.Add(time.Hour), press); !done.Active {
			h.Errorf("%+v", done)
		}
		h.wantMoved("ana@example.org", old)
		h.wantMails("confirm ana@example.org ") // and no welcome
		for _, newsletter := range []string{"course", "management"} {
			if state := h.state("ana@example.com", newsletter); state != subscribers.Unsubscribed {
				h.Errorf("the old address is %s in %s", state, newsletter)
			}
		}
		// That was it: who comes back at the old address stays there.
		again := h.active(now.Add(2*time.Hour), "ana@example.com", "course")
		h.leave(now.Add(3*time.Hour), waiting.Subscriptions[0].ID)
		press.Again = true
		h.confirm(now.Add(4*time.Hour), press)
		if s := h.find("ana@example.com"); again.Subscriber != s.ID || h.state("ana@example.com", "course") != subscribers.Active {
			h.Errorf("%+v", s)
		}
		if _, err := h.changeAddress(h.find("ana@example.com"), "ana@example.org", false); !errors.Is(err, subscribers.ErrTaken) {
			h.Errorf("an address that is taken: %v", err)
		}
		gone := h.active(now, "gone@example.com", "course")
		h.leave(now, gone.Subscription)
		if _, err := h.changeAddress(h.find("gone@example.com"), "new@example.com", false); !errors.Is(err, membership.ErrNothingToMove) {
			h.Errorf("who left: %v", err)
		}
	})
}

// growth is what happened to the newsletter management in the week of an instant. A list
// that is opened anew remembers nothing.
func (h *harness) growth(at time.Time) subscribers.Growth {
	h.Helper()
	list, err := subscribers.Open(h.Context(), h.db)
	if err != nil {
		h.Fatal(err)
	}
	weeks, err := list.Growth(h.Context(), "management", at, 1)
	if err != nil {
		h.Fatal(err)
	}
	return weeks[0]
}

// Who moves to another address confirms it, and brings the proof of their old consent
// along, which is counted where it was: once.
func TestAMoveCountsTheOldConsentOnce(t *testing.T) {
	each(t, func(h *harness) {
		long := now.Add(-30 * day)
		h.request(long, subscribers.Request{Address: "ana@example.com", Newsletter: "management", Consent: subscribers.Vouched, Detail: "at the fair"})
		old, week := h.growth(long), h.growth(now)
		if _, err := h.changeAddress(h.find("ana@example.com"), "ana@example.org", false); err != nil {
			h.Fatal(err)
		}
		h.confirm(now, membership.Confirmation{Subscription: h.find("ana@example.org").Subscriptions[0].ID, Detail: "button"})
		check := func(when string) {
			h.Helper()
			if got := h.growth(long); got != old || old.Confirmed != 1 {
				h.Errorf("%s the old week has %+v, and had %+v", when, got, old)
			}
			want := week
			want.SignedUp, want.Confirmed, want.Left = 1, 1, 1
			if got := h.growth(now); got != want {
				h.Errorf("%s the new week has %+v, want %+v", when, got, want)
			}
		}
		check("after the move")
		if err := h.service.Erase(h.Context(), now, h.find("ana@example.com").ID); err != nil {
			h.Fatal(err)
		}
		check("after the old address was erased")
		if err := h.service.Erase(h.Context(), now, h.find("ana@example.org").ID); err != nil {
			h.Fatal(err)
		}
		check("after the new one was, too")
	})
}

func TestReturning(t *testing.T) {
	each(t, func(h *harness) {
		back := func(address string, vouched bool) (subscribers.Added, error) {
			return h.service.Return(h.Context(), now, subscribers.Request{Address: subscribers.Address(address), Newsletter: "course", Detail: "by telephone"}, vouched)
		}
		for _, address := range []string{"ana@example.com", "ben@example.com", "dead@example.com", "gone@example.com"} {
			added := h.request(now, subscribers.Request{Address: subscribers.Address(address), Newsletter: "course", Consent: subscribers.Vouched})
			if _, err := back(address, true); !errors.Is(err, membership.ErrNeverLeft) {
				h.Errorf("%s: %v", address, err)
			}
			h.leave(now, added.Subscription)
		}
		h.suppress("dead@example.com")
		if err := h.service.Erase(h.Context(), now, h.find("gone@example.com").ID); err != nil {
			h.Fatal(err)
		}
		if added, err := back("ana@example.com", true); err != nil || added.State != subscribers.Active || h.state("ana@example.com", "course") != subscribers.Active {
			h.Errorf("%+v, %v", added, err)
		}
		h.wantMails()
		for _, address := range []string{"ben@example.com", "gone@example.com"} {
			if added, err := back(address, false); err != nil || h.state(address, "course") != subscribers.Pending {
				h.Errorf("%s: %+v, %v", address, added, err)
			}
		}
		h.wantMails("confirm ben@example.com ", "confirm gone@example.com ")
		if added, err := back("dead@example.com", true); err != nil || added.Result != subscribers.Barred {
			h.Errorf("%+v, %v", added, err)
		}
		if _, err := back("nobody@example.com", false); !errors.Is(err, membership.ErrNeverLeft) {
			h.Error(err)
		}
		// Nobody is brought back without being asked, or vouched for.
		if added := h.request(now, subscribers.Request{Address: "ben@example.com", Newsletter: "course", Consent: subscribers.Vouched}); added.Result != subscribers.Left {
			h.Errorf("%+v", added)
		}
	})
}
