package membership_test

import (
	"errors"
	"testing"
	"time"

	"dailytip/membership"
	"dailytip/subscribers"
)

func TestConfirmingWelcomesOnce(t *testing.T) {
	each(t, func(h *harness) {
		added := h.signUp(now, "ana@example.com", "management")
		name := "Ana"
		press := membership.Confirmation{Subscription: added.Subscription, Name: &name, Detail: "button"}
		if done := h.confirm(now, press); !done.Active || done.CameBack {
			h.Errorf("%+v", done)
		}
		if got := h.find("ana@example.com").Name; got != name {
			h.Errorf("the name is %q", got)
		}
		// Later the name is theirs to change on the page of settings, not here.
		other := "Somebody"
		press.Name = &other
		if done := h.confirm(now.Add(time.Hour), press); done.Active {
			h.Error("the second press changed something")
		}
		if got := h.find("ana@example.com").Name; got != name {
			h.Errorf("the second press made the name %q", got)
		}
		h.wantMails("confirm ana@example.com ar", "welcome ana@example.com ar")
	})
}

// The button of an old page brings nobody back who has left, and the one to
// subscribe again does.
func TestComingBackByTheLink(t *testing.T) {
	each(t, func(h *harness) {
		added := h.active(now, "ana@example.com", "management")
		h.leave(now, added.Subscription)
		press := membership.Confirmation{Subscription: added.Subscription, Detail: "button"}
		if done := h.confirm(now, press); done.Active || h.state("ana@example.com", "management") != subscribers.Unsubscribed {
			h.Errorf("an old button: %+v", done)
		}
		press.Again = true
		if done := h.confirm(now, press); !done.Active || !done.CameBack {
			h.Errorf("the button to come back: %+v", done)
		}
		h.wantMails("confirm ana@example.com ar", "welcome ana@example.com ar", "welcome ana@example.com ar")
		// Nobody who is suppressed comes back by it: mail to them fails.
		h.leave(now, added.Subscription)
		h.suppress("ana@example.com")
		if done := h.confirm(now, press); done.Active || done.CameBack {
			h.Errorf("who is suppressed: %+v", done)
		}
	})
}

func TestConfirmingForSomebodyWhoWasErased(t *testing.T) {
	each(t, func(h *harness) {
		added := h.signUp(now, "ana@example.com", "management")
		if err := h.service.Erase(h.Context(), now, added.Subscriber); err != nil {
			h.Fatal(err)
		}
		_, err := h.service.Confirm(h.Context(), now, membership.Confirmation{Subscription: added.Subscription})
		if !errors.Is(err, subscribers.ErrUnknown) {
			h.Errorf("%v, want ErrUnknown", err)
		}
		h.wantMails()
	})
}

func TestJoiningAnotherNewsletter(t *testing.T) {
	each(t, func(h *harness) {
		h.active(now, "ana@example.com", "management")
		for range 2 {
			if err := h.service.Join(h.Context(), now, "ana@example.com", "other", "account page"); err != nil {
				h.Fatal(err)
			}
		}
		if got := h.state("ana@example.com", "other"); got != subscribers.Active {
			h.Errorf("%s, want active", got)
		}
		h.wantMails("confirm ana@example.com ar", "welcome ana@example.com ar") // no mail: the page says it
	})
}

func TestLeavingSeveralAtOnce(t *testing.T) {
	each(t, func(h *harness) {
		first := h.active(now, "ana@example.com", "management")
		second := h.active(now.Add(2*day), "ana@example.com", "other")
		if n := h.leave(now, first.Subscription); n != 1 {
			h.Errorf("%d changed, want 1", n)
		}
		if n := h.leave(now, first.Subscription, second.Subscription); n != 1 {
			h.Errorf("%d changed, want the one that hadn't ended", n)
		}
		// All or nothing.
		third := h.active(now.Add(4*day), "bo@example.com", "management")
		if _, err := h.service.Leave(h.Context(), now, "button", third.Subscription, 12345); !errors.Is(err, subscribers.ErrUnknown) {
			h.Errorf("%v, want ErrUnknown", err)
		}
		if got := h.state("bo@example.com", "management"); got != subscribers.Active {
			h.Errorf("a part of it was done: %s", got)
		}
	})
}

func TestAskingForMailsTooOften(t *testing.T) {
	each(t, func(h *harness) {
		added := h.active(now, "ana@example.com", "management")
		for kind, ask := range map[string]func(at time.Time) error{
			"resend": func(at time.Time) error { return h.service.Resend(h.Context(), at, added.Subscription, 7) },
			"account": func(at time.Time) error {
				return h.service.MailAccount(h.Context(), at, added.Subscription, "management")
			},
		} {
			for i := range 4 {
				var want error
				if i == 3 {
					want = membership.ErrTooOften
				}
				if err := ask(now.Add(time.Duration(i) * time.Hour)); !errors.Is(err, want) {
					h.Errorf("%s, time %d: %v, want %v", kind, i+1, err, want)
				}
			}
			if err := ask(now.Add(25 * time.Hour)); err != nil {
				h.Errorf("%s on the next day: %v", kind, err)
			}
			if got := h.texts("SELECT email || ' ' || language || ' ' || newsletter FROM notices WHERE kind = $1", kind); len(got) != 4 || got[0] != "ana@example.com ar management" {
				h.Errorf("%s: %q", kind, got)
			}
		}
		// Links that have ended are forgotten, so there's the last one.
		if got := h.texts("SELECT CAST(id AS TEXT) FROM accounts WHERE CAST(id AS TEXT) IN (SELECT detail FROM notices WHERE kind = 'account')"); len(got) != 1 {
			h.Errorf("%d links were mailed that work, want 1", len(got))
		}
		if got := h.texts("SELECT CAST(content AS TEXT) FROM notices WHERE kind = 'resend'"); got[0] != "7" {
			h.Errorf("sent again: %q", got)
		}
	})
}
