package ledger_test

import (
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"dailytip/editions"
	"dailytip/ledger"
)

// published lists what is public, as "date choice".
func (h *harness) published(since time.Time) []string {
	h.Helper()
	all, err := h.editions.SentSince(h.Context(), since)
	if err != nil {
		h.Fatal(err)
	}
	var list []string
	for _, s := range all {
		list = append(list, s.LocalDate+" "+s.Choice)
	}
	return list
}

func (h *harness) opening(date, choice string, tips ...string) ledger.Opening {
	o := ledger.Opening{
		Newsletter: "management", LocalDate: date, Slot: h.slot(), DueAt: now, ExpiresAt: now.Add(12 * time.Hour), Choice: choice, Reason: "next",
	}
	for _, tip := range tips {
		o.Items = append(o.Items, editions.Item{Tip: tip, Body: []byte(`{"id":"` + tip + `"}`)})
	}
	return o
}

func (h *harness) mustOpen(o ledger.Opening) {
	h.Helper()
	if n, err := h.ledger.Open(h.Context(), now, o); err != nil || n == 0 {
		h.Fatalf("%d deliveries, %v", n, err)
	}
}

// sendAll sends whatever waits.
func (h *harness) sendAll(at time.Time) {
	h.Helper()
	for _, j := range h.exchange(at, claim) {
		h.exchange(at, ledger.Claiming{Owner: claim.Owner}, ledger.Outcome{Job: j, State: ledger.Sent})
	}
}

func TestOnlyWhatWasAcceptedIsPublic(t *testing.T) {
	each(t, 4, func(h *harness) {
		h.open("tip")
		if got := h.published(time.Time{}); got != nil {
			h.Fatalf("public although nobody has it: %v", got)
		}
		jobs := h.exchange(now, claim)
		for i, state := range []ledger.State{ledger.Failed, ledger.Retry, ledger.InDoubt} {
			h.exchange(now, ledger.Claiming{Owner: claim.Owner}, ledger.Outcome{Job: jobs[i], State: state, NextAt: now.Add(time.Hour)})
		}
		if got := h.published(time.Time{}); got != nil {
			h.Fatalf("public although nothing was accepted: %v", got)
		}
		at := now.Add(time.Minute)
		h.exchange(at, ledger.Claiming{Owner: claim.Owner}, ledger.Outcome{Job: jobs[3], State: ledger.Sent})
		h.sendAll(at.Add(2 * time.Hour))
		all, err := h.editions.SentSince(h.Context(), at)
		if err != nil || len(all) != 1 || !all[0].At.Equal(at) || all[0].Choice != editions.Daily || all[0].Newsletter != "management" {
			h.Fatalf("%+v, %v; want the first acceptance", all, err)
		}
		if got := h.published(at.Add(time.Millisecond)); got != nil {
			h.Errorf("later: %v", got)
		}
		items, err := h.editions.FirstItems(h.Context(), []int64{all[0].Content, 12345})
		if err != nil || len(items) != 1 || items[all[0].Content].Tip != "tip" || string(items[all[0].Content].Body) != `{"ID":"tip"}` {
			h.Errorf("%+v, %v", items, err)
		}

		h.write(func(tx *sql.Tx) error {
			_, err := tx.ExecContext(h.Context(), "UPDATE editions SET state = 'cancelled'")
			return err
		})
		gone, err := h.editions.AllCancelled(h.Context())
		if got := h.published(time.Time{}); got != nil || err != nil || !gone[all[0].Edition] {
			h.Errorf("cancelled, and public all the same: %v, %v, %v", got, gone, err)
		}
	})
}

// A week's mail publishes the tips that are in it, and no others.
func TestAWeekPublishesItsDays(t *testing.T) {
	each(t, 1, func(h *harness) {
		for i, tip := range []string{"before", "a", "b", "left out", "c"} {
			date := []string{"2026-11-16", "2026-11-17", "2026-11-18", "2026-11-19", "2026-11-23"}[i]
			o := h.opening(date, editions.Daily, tip)
			if _, err := h.editions.WriteDown(h.Context(), now, o.Newsletter, date, "next", o.Items); err != nil {
				h.Fatal(err)
			}
		}
		h.mustOpen(h.opening("2026-11-23", editions.Weekly, "before", "a", "b", "c"))
		h.sendAll(now)
		got := h.published(time.Time{})
		slices.Sort(got)
		if want := []string{"2026-11-17 daily", "2026-11-18 daily", "2026-11-23 daily"}; !slices.Equal(got, want) {
			h.Errorf("%v, want %v", got, want)
		}
	})
}

// A tip of a course is public once somebody has got that far, by delivery or by
// request.
func TestACourseIsPublicAsFarAsItWasSent(t *testing.T) {
	each(t, 1, func(h *harness) {
		h.mustOpen(h.opening("2026-11-22", editions.Course("one"), "one"))
		h.sendAll(now)
		h.mustOpen(h.opening("2026-11-23", editions.Course("two"), "two"))
		e, err := h.editions.Edition(h.Context(), h.db.Read(), "management", "2026-11-23")
		if err != nil {
			h.Fatal(err)
		}
		c, err := h.editions.ChoiceOf(h.Context(), e, editions.Course("two"))
		if err != nil {
			h.Fatal(err)
		}
		if got := h.published(time.Time{}); !slices.Equal(got, []string{"2026-11-22 course:one"}) {
			h.Errorf("%v", got)
		}
		h.write(func(tx *sql.Tx) error {
			return h.ledger.Enqueue(h.Context(), tx, now, ledger.Notice{Kind: ledger.Resend, Newsletter: "management", Email: "r0@example.com", Content: c.ID})
		})
		one := claim
		one.Limit = 1 // notices come first
		for _, j := range h.exchange(now, one) {
			h.exchange(now, ledger.Claiming{Owner: claim.Owner}, ledger.Outcome{Job: j, State: ledger.Sent})
		}
		if got := h.published(time.Time{}); len(got) != 2 || got[1] != "2026-11-23 course:two" {
			h.Errorf("%v", got)
		}
	})
}

func TestVotes(t *testing.T) {
	each(t, 3, func(h *harness) {
		h.open("tip")
		jobs := h.exchange(now, claim)
		for _, j := range jobs {
			h.exchange(now, ledger.Claiming{Owner: claim.Owner}, ledger.Outcome{Job: j, State: ledger.Sent})
		}
		edition := jobs[0].Key.Edition
		vote := func(reader int, useful bool) (changed bool) {
			h.Helper()
			h.write(func(tx *sql.Tx) (err error) {
				changed, err = h.editions.Vote(h.Context(), tx, now, editions.Vote{Edition: edition, Tip: "tip", Subscriber: jobs[reader].Key.Subscriber, Useful: useful})
				return err
			})
			return changed
		}
		tally := func(useful, useless int64) {
			h.Helper()
			want := editions.Tally{Useful: useful, Useless: useless}
			all, err := h.editions.Tallies(h.Context(), []string{"management", "other"})
			if err != nil || all["tip"] != want {
				h.Errorf("%+v, %v; want %+v", all, err, want)
			}
			if c := h.counts(); c.Votes != want {
				h.Errorf("the edition has %+v, want %+v", c.Votes, want)
			}
		}
		for _, step := range []struct {
			reader          int
			useful, changed bool
			yes, no         int64
		}{
			{0, true, true, 1, 0},
			{0, true, false, 1, 0},
			{1, false, true, 1, 1},
			{0, false, true, 0, 2},
			{0, true, true, 1, 1},
			{1, true, true, 2, 0},
			{1, true, false, 2, 0},
			{2, false, true, 2, 1},
		} {
			if got := vote(step.reader, step.useful); got != step.changed {
				h.Errorf("%+v: changed %t", step, got)
			}
			tally(step.yes, step.no)
		}
		reader := jobs[2].Key.Subscriber
		if useful, voted, err := h.editions.VoteOf(h.Context(), h.db.Read(), edition, reader, "tip"); useful || !voted || err != nil {
			h.Errorf("%t %t %v", useful, voted, err)
		}
		person, err := h.list.Get(h.Context(), h.db.Read(), reader)
		if err != nil {
			h.Fatal(err)
		}
		h.write(func(tx *sql.Tx) error { return editions.EraseVoter(h.Context(), tx, person.ID) })
		tally(2, 1)
		if _, voted, err := h.editions.VoteOf(h.Context(), h.db.Read(), edition, reader, "tip"); voted || err != nil {
			h.Errorf("an erased reader's vote is kept: %v", err)
		}
		if none, err := h.editions.Tallies(h.Context(), []string{"other"}); err != nil || len(none) != 0 {
			h.Errorf("%v %v", none, err)
		}
	})
}

func TestWhatAVoteIsAbout(t *testing.T) {
	each(t, 1, func(h *harness) {
		o := h.opening("2026-11-23", editions.Daily, "daily")
		if _, err := h.editions.WriteDown(h.Context(), now, o.Newsletter, o.LocalDate, "next", o.Items); err != nil {
			h.Fatal(err)
		}
		h.mustOpen(h.opening("2026-11-23", editions.Weekly, "a", "b"))
		jobs := h.exchange(now, claim)
		about := func(edition, reader int64) string {
			h.Helper()
			newsletter, c, err := h.ledger.VotedOn(h.Context(), h.db.Read(), edition, reader)
			if err != nil {
				return err.Error()
			}
			return fmt.Sprint(newsletter, " ", c.LocalDate, " ", c.Choice, " ", len(c.Items), " ", c.Items[0].Tip)
		}
		edition := jobs[0].Key.Edition
		for got, want := range map[string]string{
			about(edition, jobs[0].Key.Subscriber): "management 2026-11-23 weekly 2 a",
			about(edition, 7):                      "management 2026-11-23 daily 1 daily", // got it on request
			about(edition+1, 7):                    editions.ErrNotSent.Error(),
		} {
			if got != want {
				h.Errorf("%q, want %q", got, want)
			}
		}
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
		_, err := h.editions.Latest(h.Context(), read, "management", "")
		none("before anything was sent", err)
		jobs := h.exchange(now, claim)
		h.exchange(now, claim, ledger.Outcome{Job: jobs[0], State: ledger.Sent})
		got, err := h.editions.Latest(h.Context(), read, "management", "")
		if err != nil || got.LocalDate != "2026-11-23" || len(got.Items) != 1 || got.Items[0].Tip != "own-the-mistake" {
			h.Errorf("%+v, %v", got, err)
		}
		_, err = h.editions.Latest(h.Context(), read, "management", "2026-11-23")
		none("before its own date", err)
		_, err = h.editions.Latest(h.Context(), read, "other", "")
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

// Readers of one edition get the same links, whatever is accepted meanwhile.
func TestPagesStayWhileAnEditionIsSent(t *testing.T) {
	each(t, 1, func(h *harness) {
		h.mustOpen(h.opening("2026-11-16", editions.Daily, "early"))
		h.sendAll(now)
		h.mustOpen(h.opening("2026-11-18", editions.Daily, "late"))
		h.mustOpen(h.opening("2026-11-20", editions.Daily, "today's"))
		h.sendAll(now.Add(time.Minute))
		today, err := h.editions.Edition(h.Context(), h.db.Read(), "management", "2026-11-20")
		if err != nil {
			h.Fatal(err)
		}
		for edition, want := range map[int64]map[string]string{
			today.ID: {"early": "2026-11-16"},
			0:        {"early": "2026-11-16", "late": "2026-11-18"},
		} {
			pages, err := h.editions.Pages(h.Context(), "management", "2026-11-20", edition, []string{"early", "late"})
			if err != nil || !maps.Equal(pages, want) {
				h.Errorf("edition %d: %v, %v; want %v", edition, pages, err, want)
			}
		}
	})
}

// Links between tips lead to what was sent before, and to nothing that is still to come.
func TestPagesOfTips(t *testing.T) {
	each(t, 1, func(h *harness) {
		for _, date := range []string{"2026-11-16", "2026-11-18"} { // once more
			h.mustOpen(h.opening(date, editions.Daily, "plan"))
			h.sendAll(now)
		}
		h.mustOpen(h.opening("2026-11-19", editions.Course("one"), "one"))
		h.mustOpen(h.opening("2026-11-20", editions.Daily, "today's"))
		h.sendAll(now)
		h.mustOpen(h.opening("2026-11-17", editions.Daily, "secret"))
		pages, err := h.editions.Pages(h.Context(), "management", "2026-11-20", 0, []string{"plan", "one", "today's", "secret", "unknown"})
		if want := map[string]string{"plan": "2026-11-18", "one": "one"}; err != nil || !maps.Equal(pages, want) {
			h.Errorf("%v, %v; want %v", pages, err, want)
		}
		pages, err = h.editions.Pages(h.Context(), "other", "2026-11-20", 0, []string{"plan"})
		if err != nil || len(pages) > 0 {
			h.Errorf("another newsletter's: %v, %v", pages, err)
		}
		h.write(func(tx *sql.Tx) error {
			for _, date := range []string{"2026-11-18", "2026-11-19"} {
				e, err := h.editions.Edition(h.Context(), tx, "management", date)
				if err != nil {
					return err
				}
				if _, err := editions.SetState(h.Context(), tx, e, editions.Open, editions.Cancelled); err != nil {
					return err
				}
			}
			return nil
		})
		pages, err = h.editions.Pages(h.Context(), "management", "2026-11-20", 0, []string{"plan", "one"})
		if want := map[string]string{"plan": "2026-11-16"}; err != nil || !maps.Equal(pages, want) {
			h.Errorf("some were cancelled: %v, %v; want %v", pages, err, want)
		}
	})
}
