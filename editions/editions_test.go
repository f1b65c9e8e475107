package editions_test

import (
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"dailytip/editions"
	"dailytip/store"
	"dailytip/store/storetest"
)

var now = time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC)

type harness struct {
	*testing.T
	db       *store.DB
	editions *editions.Editions
}

// each runs f on both engines.
func each(t *testing.T, f func(h *harness)) {
	storetest.Each(t, func(t *testing.T, db *store.DB) { f(&harness{t, db, editions.New(db)}) })
}

func (h *harness) write(f func(tx *sql.Tx) error) {
	h.Helper()
	if err := h.db.Write(h.Context(), f); err != nil {
		h.Fatal(err)
	}
}

// down writes down what readers of a choice get on a date: tips of these names.
func (h *harness) down(date, choice string, tips ...string) (c editions.Content) {
	h.Helper()
	h.write(func(tx *sql.Tx) (err error) {
		o := editions.Choosing{Newsletter: "management", LocalDate: date, Choice: choice, Reason: "next"}
		for _, tip := range tips {
			o.Items = append(o.Items, editions.Item{Tip: tip, Body: []byte(`{"ID":"` + tip + `"}`)})
		}
		c, err = h.editions.ContentFor(h.Context(), tx, now, o)
		return err
	})
	return c
}

// publish has a content reach somebody, and tells whether it's of a course.
func (h *harness) publish(at time.Time, content int64) (course bool) {
	h.Helper()
	h.write(func(tx *sql.Tx) (err error) {
		course, err = editions.Publish(h.Context(), tx, at, content)
		return err
	})
	return course
}

func (h *harness) edition(date string) editions.Edition {
	h.Helper()
	e, err := h.editions.Edition(h.Context(), h.db.Read(), "management", date)
	if err != nil {
		h.Fatal(err)
	}
	return e
}

// same compares what was found with what was wanted, a word for each.
func same[T any](h *harness, what string, all []T, err error, word func(T) string, want ...string) {
	h.Helper()
	var got []string
	for _, one := range all {
		got = append(got, word(one))
	}
	if err != nil || strings.Join(got, " ") != strings.Join(want, " ") {
		h.Errorf("%s: %q, %v; want %q", what, got, err, want)
	}
}

// The first content that is written down stands, whatever another zone, a retry or
// another node would choose.
func TestWhatIsWrittenDownStands(t *testing.T) {
	each(t, func(h *harness) {
		first := h.down("2026-11-23", editions.Daily, "one")
		again, err := h.editions.WriteDown(h.Context(), now.Add(time.Hour), "management", "2026-11-23", "repeat", []editions.Item{{Tip: "two", Body: []byte("{}")}})
		if err != nil || again.ID != first.ID || again.Reason != "next" || len(again.Items) != 1 || again.Items[0].Tip != "one" {
			h.Errorf("the second choice is %+v, %v; want the first, %+v", again, err, first)
		}
		read, err := h.editions.ReadContent(h.Context(), first.ID)
		if err != nil || read.LocalDate != "2026-11-23" || string(read.Items[0].Body) != `{"ID":"one"}` {
			h.Errorf("read %+v, %v", read, err)
		}
		if _, err := h.editions.WrittenDown(h.Context(), "management", "2026-11-24", editions.Daily); !errors.Is(err, editions.ErrNotWritten) {
			h.Errorf("a date of which nothing is written down: %v", err)
		}
		h.down("2026-11-23", editions.Weekly, "one", "zero")
		week, err := h.editions.WrittenDown(h.Context(), "management", "2026-11-23", editions.Weekly)
		if err != nil || week.Edition != first.Edition || len(week.Items) != 2 || week.Items[1].Tip != "zero" {
			h.Errorf("the week's mail is %+v, %v; want one of the same edition with two tips in their order", week, err)
		}
	})
}

// Without tips nothing is written down, not even the edition.
func TestNothingIsWrittenDownWithoutTips(t *testing.T) {
	each(t, func(h *harness) {
		err := h.db.Write(h.Context(), func(tx *sql.Tx) error {
			_, err := h.editions.ContentFor(h.Context(), tx, now, editions.Choosing{Newsletter: "management", LocalDate: "2026-11-23", Choice: editions.Daily})
			return err
		})
		if !errors.Is(err, editions.ErrNotWritten) {
			h.Errorf("error %v", err)
		}
		if _, err := h.editions.Edition(h.Context(), h.db.Read(), "management", "2026-11-23"); !errors.Is(err, editions.ErrNoEdition) {
			h.Errorf("the edition: %v", err)
		}
	})
}

// The history is what all readers share; weeks and courses aren't in it.
func TestHistory(t *testing.T) {
	each(t, func(h *harness) {
		h.down("2026-11-24", editions.Daily, "two")
		h.down("2026-11-23", editions.Daily, "one")
		h.down("2026-11-24", editions.Weekly, "one", "two")
		h.down("2026-11-25", editions.Course("three"), "three")
		word := func(c editions.Choice) string { return c.LocalDate + ":" + c.Tip + ":" + c.Reason }
		all, err := h.editions.History(h.Context(), "management")
		same(h, "history", all, err, word, "2026-11-23:one:next", "2026-11-24:two:next")
		all, err = h.editions.History(h.Context(), "other")
		same(h, "another newsletter's", all, err, word)
	})
}

// The operator's choice can be changed until the edition is there.
func TestPins(t *testing.T) {
	each(t, func(h *harness) {
		pin := func(date, tip string) error { return h.editions.Pin(h.Context(), now, "management", date, tip, nil) }
		if err := errors.Join(pin("2026-12-25", "gift"), pin("2026-12-24", "eve"), pin("2026-12-24", "")); err != nil {
			h.Fatal(err)
		}
		word := func(c editions.Choice) string { return c.LocalDate + ":" + c.Tip + ":" + c.Reason }
		all, err := h.editions.Pins(h.Context(), "management")
		same(h, "pins", all, err, word, "2026-12-24::skip", "2026-12-25:gift:pin")
		h.down("2026-12-25", editions.Daily, "gift")
		if err := pin("2026-12-25", "other"); !errors.Is(err, editions.ErrOpened) {
			h.Errorf("a pin of an edition that is there: %v", err)
		}
		if there, err := h.editions.Unpin(h.Context(), "management", "2026-12-25", nil); !errors.Is(err, editions.ErrOpened) || there {
			h.Errorf("taken back from an edition that is there: %t, %v", there, err)
		}
		for want := range 2 { // the second time there's none
			there, err := h.editions.Unpin(h.Context(), "management", "2026-12-24", nil)
			if err != nil || there != (want == 0) {
				h.Errorf("unpinned: %t, %v", there, err)
			}
		}
	})
}

// Who goes by what they saw changes nothing that somebody else has changed meanwhile.
func TestPinsThatWereChangedMeanwhile(t *testing.T) {
	each(t, func(h *harness) {
		const date = "2026-12-24"
		pin := func(tip string, seen editions.Choice) error {
			return h.editions.Pin(h.Context(), now, "management", date, tip, &seen)
		}
		unpin := func(seen editions.Choice) error {
			there, err := h.editions.Unpin(h.Context(), "management", date, &seen)
			if there != (err == nil && seen.Reason != "") {
				h.Errorf("unpinned %+v: %t, %v", seen, there, err)
			}
			return err
		}
		var none editions.Choice
		one, skip := editions.Choice{Tip: "one", Reason: "pin"}, editions.Choice{Reason: "skip"}
		for i, step := range []struct {
			err  error
			want error
		}{
			{pin("one", one), editions.ErrChanged},
			{unpin(skip), editions.ErrChanged},
			{unpin(none), nil},
			{pin("one", none), nil},
			{pin("two", none), editions.ErrChanged},
			{pin("two", skip), editions.ErrChanged},
			{unpin(none), editions.ErrChanged},
			{pin("", one), nil},
			{unpin(one), editions.ErrChanged},
			{unpin(skip), nil},
			{unpin(skip), editions.ErrChanged},
		} {
			if !errors.Is(step.err, step.want) {
				h.Errorf("step %d: %v, want %v", i, step.err, step.want)
			}
		}
		if left, err := h.editions.Pins(h.Context(), "management"); err != nil || len(left) > 0 {
			h.Errorf("left are %+v, %v", left, err)
		}
	})
}

// The latest is the newest date that somebody was sent and nobody cancelled.
func TestLatest(t *testing.T) {
	each(t, func(h *harness) {
		latest := func(before, want string) {
			h.Helper()
			c, err := h.editions.Latest(h.Context(), h.db.Read(), "management", before)
			if want == "" && !errors.Is(err, editions.ErrNoEdition) || want != "" && (err != nil || c.LocalDate != want || len(c.Items) != 1) {
				h.Errorf("before %q: %+v, %v; want %q", before, c, err, want)
			}
		}
		first := h.down("2026-11-22", editions.Daily, "one")
		second := h.down("2026-11-23", editions.Daily, "two")
		h.down("2026-11-24", editions.Daily, "three")
		latest("", "")
		h.publish(now, first.ID)
		h.publish(now, second.ID)
		latest("", "2026-11-23")
		latest("2026-11-23", "2026-11-22")
		h.write(func(tx *sql.Tx) error { return editions.Cancel(h.Context(), tx, h.edition("2026-11-23")) })
		latest("", "2026-11-22")
		latest("2026-11-22", "")
	})
}

// A content is public from the instant at which it first reached somebody. A week's
// mail publishes the dates whose tips it brings, and isn't an entry itself.
func TestPublish(t *testing.T) {
	each(t, func(h *harness) {
		h.down("2026-11-16", editions.Daily, "old") // seven days before: of the week before
		day := h.down("2026-11-22", editions.Daily, "one")
		h.down("2026-11-21", editions.Daily, "other") // isn't in the week's mail
		week := h.down("2026-11-23", editions.Weekly, "old", "one")
		course := h.down("2026-11-23", editions.Course("two"), "two")
		word := func(p editions.Publication) string { return p.LocalDate + ":" + p.Choice }
		if h.publish(now, week.ID) || !h.publish(now.Add(time.Minute), course.ID) || h.publish(now.Add(time.Hour), day.ID) {
			h.Error("a week or a day belongs to a course, or the course doesn't")
		}
		all, err := h.editions.SentSince(h.Context(), time.Time{})
		same(h, "sent", all, err, word, "2026-11-22:daily", "2026-11-23:course:two")
		if len(all) == 2 && !all[0].At.Equal(now) {
			h.Errorf("published at %s, want the first time, %s", all[0].At, now)
		}
		all, err = h.editions.SentSince(h.Context(), now.Add(time.Minute))
		same(h, "sent later", all, err, word, "2026-11-23:course:two")
		items, err := h.editions.FirstItems(h.Context(), []int64{week.ID, course.ID, 12345})
		if err != nil || len(items) != 2 || items[week.ID].Tip != "old" || items[course.ID].Tip != "two" {
			h.Errorf("first tips %v, %v", items, err)
		}
		if h.publish(now, 12345) {
			h.Error("a content that there isn't belongs to a course")
		}
	})
}

// Nothing leads out of cancelled.
func TestStates(t *testing.T) {
	each(t, func(h *harness) {
		h.down("2026-11-23", editions.Daily, "one")
		h.down("2026-11-22", editions.Daily, "zero")
		e := h.edition("2026-11-23")
		set := func(from, to string) (changed bool, err error) {
			err = h.db.Write(h.Context(), func(tx *sql.Tx) error {
				changed, err = editions.SetState(h.Context(), tx, e, from, to)
				return err
			})
			return changed, err
		}
		for _, step := range []struct {
			from, to string
			changed  bool
		}{{editions.Paused, editions.Open, false}, {editions.Open, editions.Paused, true}, {editions.Paused, editions.Open, true}} {
			if changed, err := set(step.from, step.to); changed != step.changed || err != nil {
				h.Errorf("from %s to %s: %t, %v", step.from, step.to, changed, err)
			}
		}
		h.write(func(tx *sql.Tx) error { return editions.Cancel(h.Context(), tx, e) })
		if _, err := set(editions.Open, editions.Paused); !errors.Is(err, editions.ErrCancelled) {
			h.Errorf("pausing a cancelled edition: %v", err)
		}
		err := h.db.Write(h.Context(), func(tx *sql.Tx) error { return editions.Cancel(h.Context(), tx, e) })
		if !errors.Is(err, editions.ErrCancelled) {
			h.Errorf("cancelling twice: %v", err)
		}
		gone, err := h.editions.AllCancelled(h.Context())
		if err != nil || len(gone) != 1 || !gone[e.ID] {
			h.Errorf("cancelled: %v, %v", gone, err)
		}
		for date, want := range map[string]bool{"2026-11-23": true, "2026-11-22": false, "2026-11-21": false} {
			if cancelled, err := h.editions.CancelledOn(h.Context(), "management", date); cancelled != want || err != nil {
				h.Errorf("cancelled on %s: %t, %v", date, cancelled, err)
			}
		}
		word := func(e editions.Edition) string { return e.LocalDate }
		all, err := h.editions.Newest(h.Context(), h.db.Read(), 1)
		same(h, "newest", all, err, word, "2026-11-23")
		all, err = h.editions.Since(h.Context(), h.db.Read(), "2026-11-22")
		same(h, "since", all, err, word, "2026-11-23", "2026-11-22")
	})
}

// Of several nodes one begins an edition, and one ends it.
func TestOneNodeBeginsAndEnds(t *testing.T) {
	each(t, func(h *harness) {
		h.down("2026-11-23", editions.Daily, "one")
		id := h.edition("2026-11-23").ID
		at := store.Millis(now)
		var told []string
		h.write(func(tx *sql.Tx) error {
			for _, node := range []string{"a", "b"} {
				began, err := editions.Begin(h.Context(), tx, id, at, 0, 0)
				if err != nil {
					return err
				}
				told = append(told, fmt.Sprintf("%s began %t", node, began))
			}
			for _, node := range []string{"a", "b"} {
				ended, err := editions.End(h.Context(), tx, id, at+1, at)
				if err != nil {
					return err
				}
				told = append(told, fmt.Sprintf("%s ended %t", node, ended))
			}
			return nil
		})
		if got, want := strings.Join(told, ", "), "a began true, b began false, a ended true, b ended false"; got != want {
			h.Errorf("%s; want %s", got, want)
		}
	})
}

// A reader has one vote on a tip of an edition, and the newest counts.
func TestVotes(t *testing.T) {
	each(t, func(h *harness) {
		edition := h.down("2026-11-23", editions.Daily, "one").Edition
		other := h.down("2026-11-24", editions.Daily, "one").Edition
		vote := func(edition, reader int64, useful, want bool) {
			h.Helper()
			h.write(func(tx *sql.Tx) error {
				changed, err := h.editions.Vote(h.Context(), tx, now, editions.Vote{Edition: edition, Tip: "one", Subscriber: reader, Useful: useful})
				if changed != want {
					h.Errorf("reader %d, useful %t: changed %t", reader, useful, changed)
				}
				return err
			})
		}
		vote(edition, 1, true, true)
		vote(edition, 1, true, false)
		vote(edition, 1, false, true)
		vote(edition, 2, true, true)
		vote(other, 1, true, true)
		if useful, voted, err := h.editions.VoteOf(h.Context(), h.db.Read(), edition, 1, "one"); useful || !voted || err != nil {
			h.Errorf("the first reader's vote: %t, %t, %v", useful, voted, err)
		}
		if _, voted, err := h.editions.VoteOf(h.Context(), h.db.Read(), edition, 3, "one"); voted || err != nil {
			h.Errorf("who didn't vote: %t, %v", voted, err)
		}
		each, err := h.editions.TallyEach(h.Context(), h.db.Read(), []int64{edition, other, 77})
		if err != nil || len(each) != 2 || each[edition] != (editions.Tally{Useful: 1, Useless: 1}) || each[other] != (editions.Tally{Useful: 1}) {
			h.Errorf("each edition's: %+v, %v", each, err)
		}
		all, err := h.editions.Tallies(h.Context(), []string{"management", "other"})
		if err != nil || len(all) != 1 || all["one"] != (editions.Tally{Useful: 2, Useless: 1}) {
			h.Errorf("the tip's: %+v, %v", all, err)
		}
		if none, err := h.editions.Tallies(h.Context(), nil); len(none) != 0 || err != nil {
			h.Errorf("of no newsletter: %+v, %v", none, err)
		}
	})
}
