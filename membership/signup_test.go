package membership_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"dailytip/ledger"
	"dailytip/membership"
	"dailytip/subscribers"
)

func TestAnAddressIsAskedOnceADayAndThreeTimesAMonth(t *testing.T) {
	each(t, func(h *harness) {
		const ask = "confirm ana@example.com ar"
		h.signUp(now, "ana@example.com", "management")
		h.signUp(now.Add(time.Second), "ana@example.com", "management")
		h.signUp(now.Add(day-time.Second), "ana@example.com", "other") // the address counts, not the newsletter
		h.wantMails(ask)
		h.signUp(now.Add(day), "ANA@example.com", "management")
		h.wantMails(ask, "confirm ANA@example.com ar")
		for i := range 27 {
			h.signUp(now.Add(time.Duration(i+2)*day), "ana@example.com", "management")
		}
		h.wantMails(ask, "confirm ANA@example.com ar", ask)
		// Nor does erasing begin a new count.
		ana := h.find("ana@example.com")
		if err := h.service.Erase(h.Context(), now.Add(29*day), ana.ID); err != nil {
			h.Fatal(err)
		}
		h.signUp(now.Add(29*day), "ana@example.com", "management")
		h.wantMails()
		// Whoever it was until now, the owner who asks later is answered.
		h.signUp(now.Add(subscribers.UnconfirmedLife), "ana@example.com", "management")
		h.wantMails(ask)
		for i := range 60 {
			h.signUp(now.Add(subscribers.UnconfirmedLife+time.Duration(i)*12*time.Hour), "ana@example.com", "management")
		}
		h.wantMails(ask, ask, ask)
	})
}

func TestConfirmingBeginsANewCount(t *testing.T) {
	each(t, func(h *harness) {
		at := now
		for range 5 {
			at = at.Add(2 * day)
			added := h.signUp(at, "ana@example.com", "management")
			h.confirm(at, membership.Confirmation{Subscription: added.Subscription, Detail: "button"})
			h.leave(at, added.Subscription)
		}
		if got := h.texts("SELECT kind FROM notices WHERE kind = 'confirm'"); len(got) != 5 {
			h.Errorf("%d mails that ask, want 5: each was answered", len(got))
		}
	})
}

func TestWhoIsThereIsToldSo(t *testing.T) {
	each(t, func(h *harness) {
		h.active(now, "ana@example.com", "management")
		h.signUp(now.Add(time.Hour), "ana@example.com", "management") // on the day of the first mail
		h.wantMails("confirm ana@example.com ar", "welcome ana@example.com ar")
		h.signUp(now.Add(2*day), "ana@example.com", "management")
		h.signUp(now.Add(2*day+time.Hour), "ana@example.com", "management")
		h.wantMails("confirm ana@example.com ar", "welcome ana@example.com ar", "known ana@example.com ar")
	})
}

// The page says that a mail comes: it does, also to who is suppressed, for
// whatever reason. Only what it asks for brings them back.
func TestASuppressedReaderSignsUpAgain(t *testing.T) {
	each(t, func(h *harness) {
		for _, reason := range []string{"550 5.1.1 no such user", "they complained"} {
			address := "ana" + reason[:1] + "@example.com"
			added := h.signUp(now, address, "management")
			confirm := func(at time.Time) bool {
				return h.confirm(at, membership.Confirmation{Subscription: added.Subscription, Detail: "button"}).Active
			}
			confirm(now)
			asked := func() int {
				return len(h.texts("SELECT kind FROM notices WHERE kind = 'confirm' AND email = $1", address))
			}
			before := asked()
			h.write(func(tx *sql.Tx) error { return h.list.Suppress(h.Context(), tx, now, added.Subscriber, reason) })
			if confirm(now.Add(day)) {
				h.Error("an old link brought somebody back who is suppressed")
			}
			if got := h.signUp(now.Add(2*day), address, "management"); got.State != subscribers.Pending {
				h.Errorf("%s: sign-up: %+v", reason, got)
			}
			if got := asked() - before; got != 1 {
				h.Fatalf("%s: %d mails, want one that asks to confirm", reason, got)
			}
			if !confirm(now.Add(3 * day)) {
				h.Errorf("%s: confirming changed nothing", reason)
			}
			ana := h.find(address)
			if !ana.SuppressedAt.IsZero() || ana.Subscriptions[0].State != subscribers.Active {
				h.Errorf("%s: %+v", reason, ana)
			}
			events, err := h.list.Events(h.Context(), h.db.Read(), ana.ID, 99)
			history := fmt.Sprint(events)
			if err != nil || !strings.Contains(history, "suppressed "+reason) || !strings.Contains(history, "restored") {
				h.Errorf("%s: history %s, %v", reason, history, err)
			}
		}
	})
}

// A list that is taken over sends nothing, whatever its people were.
func TestTakingAListOverSendsNothing(t *testing.T) {
	each(t, func(h *harness) {
		for i, state := range []subscribers.State{subscribers.Active, subscribers.Pending, subscribers.Paused, subscribers.Unsubscribed, subscribers.Suppressed} {
			for _, consent := range []subscribers.Consent{subscribers.Vouched, subscribers.ByOperator} {
				added := h.request(now, subscribers.Request{
					Address: subscribers.Address(fmt.Sprintf("r%d-%d@example.com", i, consent)), Newsletter: "management", Consent: consent,
					Imported: subscribers.Imported{State: state},
				})
				if consent == subscribers.Vouched && added.State != state {
					h.Errorf("%s became %s", state, added.State)
				}
			}
		}
		// Without the operator's word they are asked, but for who is out.
		h.wantMails("confirm r0-0@example.com ", "confirm r1-0@example.com ", "confirm r2-0@example.com ")
	})
}

// While nobody has confirmed, the newest sign-up says who they are.
func TestTheNewestSignUpWinsUntilOneIsConfirmed(t *testing.T) {
	each(t, func(h *harness) {
		signUp := func(newsletter string, p subscribers.Preferences) subscribers.Added {
			return h.request(now, subscribers.Request{
				Address: "ana@example.com", Newsletter: newsletter, Consent: subscribers.ByReader, Preferences: p,
			})
		}
		is := func(name, zone string) {
			h.Helper()
			ana := h.find("ana@example.com")
			if ana.Name != name || ana.Timezone != zone {
				h.Fatalf("%+v; want %q in %q", ana, name, zone)
			}
			for _, sub := range ana.Subscriptions {
				if sub.Slot.Timezone != zone {
					h.Errorf("%s is in %+v", sub.Newsletter, sub.Slot)
				}
			}
		}
		stranger := subscribers.Preferences{Name: "Pay me", Language: "xx", Timezone: "Asia/Tokyo", SendAt: "03:00"}
		owner := subscribers.Preferences{Name: "Ana", Language: "es", Timezone: "Europe/Madrid"}
		signUp("management", stranger)
		added := signUp("management", owner)
		is("Ana", "Europe/Madrid")
		signUp("other", stranger)
		is("Pay me", "Asia/Tokyo")
		signUp("management", subscribers.Preferences{})
		is("", "")
		signUp("management", owner)
		h.confirm(now, membership.Confirmation{Subscription: added.Subscription, Detail: "button"})
		signUp("other", stranger)
		signUp("management", stranger)
		is("Ana", "Europe/Madrid")
		// Not even once they have left.
		h.leave(now, added.Subscription)
		signUp("management", stranger)
		is("Ana", "Europe/Madrid")
	})
}

// A mail that has to wait isn't claimed before its time, and has a day from then.
func TestAMailThatHasToWait(t *testing.T) {
	each(t, func(h *harness) {
		asked := 0
		for range 2 { // the second causes none, and asks for no place in line
			_, err := h.service.SignUp(h.Context(), now, subscribers.Request{
				Address: "ana@example.com", Newsletter: "management", Consent: subscribers.ByReader,
			}, membership.Form{Delay: func() time.Duration { asked++; return 30 * time.Hour }})
			if err != nil {
				t.Fatal(err)
			}
		}
		if asked != 1 {
			t.Errorf("asked %d times for a place", asked)
		}
		at := now.Add(30 * time.Hour)
		for _, step := range []struct {
			at   time.Time
			want int
		}{{now, 0}, {at.Add(-time.Millisecond), 0}, {at, 1}} {
			if jobs := h.exchange(step.at); len(jobs) != step.want {
				t.Errorf("%d mails at %s", len(jobs), step.at)
			} else if step.want == 1 && (!jobs[0].OpenedAt.Equal(at) || !jobs[0].ExpiresAt.Equal(at.Add(day))) {
				t.Errorf("%+v", jobs[0])
			}
		}
	})
}

// A second import of the same list asks nobody again.
func TestImportingTwiceAsksOnce(t *testing.T) {
	each(t, func(h *harness) {
		for i := range 3 {
			_, err := h.service.SignUpAll(h.Context(), now.Add(time.Duration(i)*2*day), []subscribers.Request{
				{Address: "ana@example.com", Newsletter: "management", Consent: subscribers.ByOperator},
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		h.wantMails("confirm ana@example.com ")
	})
}

// A thousand sign-ups for one address, from several connections at once.
func TestSigningUpAnAddressManyTimesAtOnce(t *testing.T) {
	each(t, func(h *harness) {
		const total = 1000
		var group sync.WaitGroup
		for range 8 {
			group.Go(func() {
				for range total / 8 {
					_, err := h.service.SignUp(h.Context(), now, subscribers.Request{
						Address: "ana@example.com", Newsletter: "management", Consent: subscribers.ByReader,
					}, membership.Form{})
					if err != nil {
						h.Error(err)
						return
					}
				}
			})
		}
		group.Wait()
		h.wantMails("confirm ana@example.com ")
	})
}

// A sign-up without its mail, or a mail without its sign-up, must never be.
func TestSignUpAndItsNoticeAreOneCommit(t *testing.T) {
	each(t, func(h *harness) {
		ctx, cancel := context.WithCancel(h.Context())
		_, err := h.service.SignUp(ctx, now, subscribers.Request{Address: "ana@example.com", Newsletter: "management"},
			membership.Form{Delay: func() time.Duration { cancel(); return 0 }}) // between the two
		if !errors.Is(err, context.Canceled) {
			h.Fatal(err)
		}
		if _, err := h.list.Find(h.Context(), h.db.Read(), "ana@example.com"); !errors.Is(err, subscribers.ErrUnknown) {
			h.Errorf("a sign-up without its mail: %v", err)
		}
		h.wantMails()
		for range 2 { // asking twice sends one mail
			h.request(now, subscribers.Request{Address: "ana@example.com", Newsletter: "management"})
		}
		jobs := h.exchange(now)
		if len(jobs) != 1 || jobs[0].Kind != ledger.Confirm || jobs[0].Email != "ana@example.com" || jobs[0].Subscription == 0 {
			h.Fatalf("%+v", jobs)
		}
		h.exchange(now, ledger.Outcome{Job: jobs[0], State: ledger.Sent})
		if n, err := h.ledger.NoticesWaiting(h.Context()); n != 0 || err != nil {
			h.Errorf("%d notices wait, %v", n, err)
		}
	})
}

// Of a file's chunk all are taken or none is, and the one that failed is named.
func TestSignUpsThatFailTogether(t *testing.T) {
	each(t, func(h *harness) {
		ok := subscribers.Request{Address: "ana@example.com", Newsletter: "management", Consent: subscribers.Vouched}
		bad := subscribers.Request{Address: "bo@example.com", Newsletter: "man\xffagement", Consent: subscribers.Vouched}
		all, err := h.service.SignUpAll(h.Context(), now, []subscribers.Request{ok, bad, ok})
		if !h.db.Postgres() { // SQLite takes any bytes
			if err != nil || len(all) != 3 {
				h.Fatalf("%d, %v", len(all), err)
			}
			return
		}
		if err == nil || len(all) != 1 {
			h.Fatalf("%d were added before the one that failed, want 1: %v", len(all), err)
		}
		if _, err := h.list.Find(h.Context(), h.db.Read(), "ana@example.com"); !errors.Is(err, subscribers.ErrUnknown) {
			h.Errorf("a part of the chunk was kept: %v", err)
		}
	})
}

// A form's token counts for one address: sent twice it's the same sign-up, and for
// somebody else it counts no more.
func TestAFormTokenCountsOnce(t *testing.T) {
	each(t, func(h *harness) {
		form := membership.Form{Token: h.list.Tokens().NewFormToken(now), TokenLife: time.Hour}
		for i, step := range []struct {
			address subscribers.Address
			want    error
		}{{"ana@example.com", nil}, {"ana@example.com", nil}, {"bo@example.com", membership.ErrFormTokenUsed}} {
			request := subscribers.Request{Address: step.address, Newsletter: "management", Consent: subscribers.ByReader}
			if _, err := h.service.SignUp(h.Context(), now, request, form); !errors.Is(err, step.want) {
				h.Errorf("%d: %v, want %v", i, err, step.want)
			}
		}
		h.wantMails("confirm ana@example.com ")
	})
}
