package ledger_test

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"dailytip/editions"
	"dailytip/ledger"
	"dailytip/subscribers"
)

// signUp has somebody sign up by the form, and returns what came of it.
func (h *harness) signUp(at time.Time, address, newsletter string) (added subscribers.Added) {
	h.Helper()
	h.write(func(tx *sql.Tx) (err error) {
		added, err = h.ledger.SignUp(h.Context(), tx, at, subscribers.Request{
			Address: subscribers.Address(address), Newsletter: newsletter, Consent: subscribers.ByReader, Detail: "form",
			Preferences: subscribers.Preferences{Language: "ar"},
		})
		return err
	})
	return added
}

// mails lists the notices, oldest first, as "kind address language".
func (h *harness) mails() (all []string) {
	h.Helper()
	rows, err := h.db.Read().QueryContext(h.Context(), "SELECT kind || ' ' || email || ' ' || language FROM notices ORDER BY opened_at, id")
	if err != nil {
		h.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var mail string
		if err := rows.Scan(&mail); err != nil {
			h.Fatal(err)
		}
		all = append(all, mail)
	}
	if err := rows.Err(); err != nil {
		h.Fatal(err)
	}
	return all
}

func (h *harness) wantMails(want ...string) {
	h.Helper()
	if got := h.mails(); !slices.Equal(got, want) {
		h.Errorf("mails %q, want %q", got, want)
	}
}

const day = 24 * time.Hour

func TestAnAddressIsAskedOnceADayAndThreeTimesAMonth(t *testing.T) {
	each(t, 0, func(h *harness) {
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
		ana, err := h.list.Find(h.Context(), h.db.Read(), "ana@example.com")
		if err != nil {
			h.Fatal(err)
		}
		h.write(func(tx *sql.Tx) error { return h.list.Erase(h.Context(), tx, now.Add(29*day), ana) })
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
	each(t, 0, func(h *harness) {
		at := now
		for range 5 {
			at = at.Add(2 * day)
			added := h.signUp(at, "ana@example.com", "management")
			h.write(func(tx *sql.Tx) error {
				if _, err := h.list.Confirm(h.Context(), tx, at, added.Subscription, "button"); err != nil {
					return err
				}
				_, err := h.list.Unsubscribe(h.Context(), tx, at, added.Subscription, "button")
				return err
			})
		}
		if got := len(h.mails()); got != 5 {
			h.Errorf("%d mails, want 5: each was answered", got)
		}
	})
}

func TestWhoIsThereIsToldSo(t *testing.T) {
	each(t, 0, func(h *harness) {
		added := h.signUp(now, "ana@example.com", "management")
		h.write(func(tx *sql.Tx) error {
			_, err := h.list.Confirm(h.Context(), tx, now, added.Subscription, "button")
			return err
		})
		h.signUp(now.Add(time.Hour), "ana@example.com", "management") // on the day of the first mail
		h.wantMails("confirm ana@example.com ar")
		h.signUp(now.Add(2*day), "ana@example.com", "management")
		h.signUp(now.Add(2*day+time.Hour), "ana@example.com", "management")
		h.wantMails("confirm ana@example.com ar", "known ana@example.com ar")
	})
}

// The page says that a mail comes: it does, also to who is suppressed, for
// whatever reason. Only what it asks for brings them back.
func TestASuppressedReaderSignsUpAgain(t *testing.T) {
	each(t, 0, func(h *harness) {
		for _, reason := range []string{"550 5.1.1 no such user", "they complained"} {
			address := "ana" + reason[:1] + "@example.com"
			added := h.signUp(now, address, "management")
			confirm := func(at time.Time) (changed bool) {
				h.write(func(tx *sql.Tx) (err error) {
					changed, err = h.list.Confirm(h.Context(), tx, at, added.Subscription, "button")
					return err
				})
				return changed
			}
			confirm(now)
			before := len(h.mails())
			h.write(func(tx *sql.Tx) error { return h.list.Suppress(h.Context(), tx, now, added.Subscriber, reason) })
			if confirm(now.Add(day)) {
				h.Error("an old link brought somebody back who is suppressed")
			}
			if got := h.signUp(now.Add(2*day), address, "management"); got.State != subscribers.Pending {
				h.Errorf("%s: sign-up: %+v", reason, got)
			}
			if got := len(h.mails()) - before; got != 1 {
				h.Fatalf("%s: %d mails, want one that asks to confirm: %q", reason, got, h.mails())
			}
			if !confirm(now.Add(3 * day)) {
				h.Errorf("%s: confirming changed nothing", reason)
			}
			ana, err := h.list.Find(h.Context(), h.db.Read(), subscribers.Address(address))
			if err != nil || !ana.SuppressedAt.IsZero() || ana.Subscriptions[0].State != subscribers.Active {
				h.Errorf("%s: %+v, %v", reason, ana, err)
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
	each(t, 0, func(h *harness) {
		for i, state := range []subscribers.State{subscribers.Active, subscribers.Pending, subscribers.Paused, subscribers.Unsubscribed, subscribers.Suppressed} {
			for _, consent := range []subscribers.Consent{subscribers.Vouched, subscribers.ByOperator} {
				h.write(func(tx *sql.Tx) error {
					added, err := h.ledger.SignUp(h.Context(), tx, now, subscribers.Request{
						Address: subscribers.Address(fmt.Sprintf("r%d-%d@example.com", i, consent)), Newsletter: "management", Consent: consent,
						Past: subscribers.Past{State: state},
					})
					if consent == subscribers.Vouched && added.State != state {
						h.Errorf("%s became %s", state, added.State)
					}
					return err
				})
			}
		}
		// Without the operator's word they are asked, but for who is out.
		h.wantMails("confirm r0-0@example.com ", "confirm r1-0@example.com ", "confirm r2-0@example.com ")
	})
}

// While nobody has confirmed, the newest sign-up says who they are.
func TestTheNewestSignUpWinsUntilOneIsConfirmed(t *testing.T) {
	each(t, 0, func(h *harness) {
		signUp := func(newsletter string, p subscribers.Preferences) (added subscribers.Added) {
			h.write(func(tx *sql.Tx) (err error) {
				added, err = h.ledger.SignUp(h.Context(), tx, now, subscribers.Request{
					Address: "ana@example.com", Newsletter: newsletter, Consent: subscribers.ByReader, Preferences: p,
				})
				return err
			})
			return added
		}
		is := func(name, zone string) {
			h.Helper()
			ana, err := h.list.Find(h.Context(), h.db.Read(), "ana@example.com")
			if err != nil || ana.Name != name || ana.Timezone != zone {
				h.Fatalf("%+v, %v; want %q in %q", ana, err, name, zone)
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
		h.write(func(tx *sql.Tx) error {
			_, err := h.list.Confirm(h.Context(), tx, now, added.Subscription, "button")
			return err
		})
		signUp("other", stranger)
		signUp("management", stranger)
		is("Ana", "Europe/Madrid")
		// Not even once they have left.
		h.write(func(tx *sql.Tx) error {
			_, err := h.list.Unsubscribe(h.Context(), tx, now, added.Subscription, "button")
			return err
		})
		signUp("management", stranger)
		is("Ana", "Europe/Madrid")
	})
}

// A mail that has to wait isn't claimed before its time, and has a day from then.
func TestAMailThatHasToWait(t *testing.T) {
	each(t, 0, func(h *harness) {
		asked := 0
		for range 2 { // the second causes none, and asks for no place in line
			h.write(func(tx *sql.Tx) error {
				_, err := h.ledger.SignUpLater(h.Context(), tx, now, subscribers.Request{
					Address: "ana@example.com", Newsletter: "management", Consent: subscribers.ByReader,
				}, func() time.Duration { asked++; return 30 * time.Hour })
				return err
			})
		}
		if asked != 1 {
			t.Errorf("asked %d times for a place", asked)
		}
		at := now.Add(30 * time.Hour)
		for _, step := range []struct {
			at   time.Time
			want int
		}{{now, 0}, {at.Add(-time.Millisecond), 0}, {at, 1}} {
			if jobs := h.exchange(step.at, claim); len(jobs) != step.want {
				t.Errorf("%d mails at %s", len(jobs), step.at)
			} else if step.want == 1 && (!jobs[0].OpenedAt.Equal(at) || !jobs[0].ExpiresAt.Equal(at.Add(day))) {
				t.Errorf("%+v", jobs[0])
			}
		}
	})
}

// A second import of the same list asks nobody again.
func TestImportingTwiceAsksOnce(t *testing.T) {
	each(t, 0, func(h *harness) {
		for i := range 3 {
			h.write(func(tx *sql.Tx) error {
				_, err := h.ledger.SignUp(h.Context(), tx, now.Add(time.Duration(i)*2*day), subscribers.Request{
					Address: "ana@example.com", Newsletter: "management", Consent: subscribers.ByOperator,
				})
				return err
			})
		}
		h.wantMails("confirm ana@example.com ")
	})
}

// A thousand sign-ups for one address, from several connections at once.
func TestSigningUpAnAddressManyTimesAtOnce(t *testing.T) {
	each(t, 0, func(h *harness) {
		const total = 1000
		var group sync.WaitGroup
		for range 8 {
			group.Go(func() {
				for range total / 8 {
					err := h.db.Write(h.Context(), func(tx *sql.Tx) error {
						_, err := h.ledger.SignUp(h.Context(), tx, now, subscribers.Request{
							Address: "ana@example.com", Newsletter: "management", Consent: subscribers.ByReader,
						})
						return err
					})
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

func TestLatest(t *testing.T) {
	each(t, 2, func(h *harness) {
		none := func(what string, err error) {
			h.Helper()
			if !errors.Is(err, editions.ErrNoEdition) {
				h.Errorf("%s: %v, want ErrNoEdition", what, err)
			}
		}
		read := h.db.Read()
		h.open("own-the-mistake")
		_, err := h.ledger.Editions().Latest(h.Context(), read, "management", "")
		none("before anything was sent", err)
		jobs := h.exchange(now, claim)
		h.exchange(now, claim, ledger.Outcome{Job: jobs[0], State: ledger.Sent})
		got, err := h.ledger.Editions().Latest(h.Context(), read, "management", "")
		if err != nil || got.LocalDate != "2026-11-23" || len(got.Items) != 1 || got.Items[0].Tip != "own-the-mistake" {
			h.Errorf("%+v, %v", got, err)
		}
		_, err = h.ledger.Editions().Latest(h.Context(), read, "management", "2026-11-23")
		none("before its own date", err)
		_, err = h.ledger.Editions().Latest(h.Context(), read, "other", "")
		none("of another newsletter", err)
		last, err := h.ledger.LastOf(h.Context(), read, "management", jobs[0].Key.Subscriber)
		if err != nil || last.ID != got.ID {
			h.Errorf("last of a reader: %+v, %v", last, err)
		}
		_, err = h.ledger.LastOf(h.Context(), read, "management", jobs[1].Key.Subscriber)
		none("of a reader whose mail is under way", err)
		for date, want := range map[string]bool{"2026-11-23": true, "2026-11-24": false} {
			if has, err := h.ledger.HasDelivery(h.Context(), read, "management", date, jobs[1].Key.Subscriber); err != nil || has != want {
				h.Errorf("%s: %t, %v", date, has, err)
			}
		}
	})
}

func TestHeldOn(t *testing.T) {
	each(t, 1, func(h *harness) {
		h.open("own-the-mistake")
		job := h.exchange(now, claim)[0]
		h.exchange(now, claim, ledger.Outcome{Job: job, State: ledger.Sent, Answer: ledger.Answer{Code: 250, Text: "taken"}})
		h.write(func(tx *sql.Tx) error {
			err := h.ledger.Enqueue(h.Context(), tx, now, ledger.Notice{
				Kind: ledger.Welcome, Newsletter: "management", Subscriber: job.Key.Subscriber, Email: "r0@example.com",
			})
			if err != nil {
				return err
			}
			_, err = h.ledger.Editions().Vote(h.Context(), tx, now, editions.Vote{
				Edition: job.Key.Edition, Tip: "own-the-mistake", Subscriber: job.Key.Subscriber, Useful: true,
			})
			return err
		})
		held, err := h.ledger.HeldOn(h.Context(), job.Key.Subscriber)
		if err != nil {
			h.Fatal(err)
		}
		if len(held.Deliveries) != 1 || held.Deliveries[0].Tip != "own-the-mistake" || !strings.Contains(held.Deliveries[0].Answer, "taken") {
			h.Errorf("deliveries %+v", held.Deliveries)
		}
		if len(held.Notices) != 1 || held.Notices[0].Kind != ledger.Welcome || held.Notices[0].Email != "r0@example.com" {
			h.Errorf("notices %+v", held.Notices)
		}
		if len(held.Votes) != 1 || !held.Votes[0].Useful || held.Votes[0].Date != "2026-11-23" {
			h.Errorf("votes %+v", held.Votes)
		}
		nobody, err := h.ledger.HeldOn(h.Context(), 1)
		if err != nil || len(nobody.Deliveries)+len(nobody.Notices)+len(nobody.Votes) != 0 {
			h.Errorf("of somebody else: %+v, %v", nobody, err)
		}
	})
}
