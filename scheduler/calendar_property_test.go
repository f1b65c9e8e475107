package scheduler

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"dailytip/editions"
	"dailytip/tips"
)

// TestCalendarProperties lives with a newsletter for some weeks: each day the
// operator and the authors may do something, then the day's tip is sent. What
// must hold whatever they do is checked each day.
func TestCalendarProperties(t *testing.T) {
	everyDay, begin := rule(t, "0 7 * * *"), day(t, monday)
	rapid.Check(t, func(t *rapid.T) {
		n := Newsletter{
			ID: "management", Rule: everyDay,
			Order:       rapid.SampledFrom([]Order{Shuffle, Oldest, Newest}).Draw(t, "order"),
			Stop:        rapid.Bool().Draw(t, "stop"),
			RepeatAfter: time.Duration(rapid.IntRange(0, 9).Draw(t, "rest")) * 24 * time.Hour,
		}
		life := life{n: &n, pins: map[string]string{}, joined: 0}
		for range rapid.IntRange(0, 6).Draw(t, "tips") {
			life.join(t)
		}
		for i := range rapid.IntRange(5, 40).Draw(t, "days") {
			date := begin.Add(i)
			if len(life.history) > 0 && rapid.IntRange(0, 3).Draw(t, "something happens") == 0 {
				life.happen(t, date)
			}
			life.day(t, date)
		}
	})
}

// life is a newsletter's library, pins and history as they grow.
type life struct {
	n       *Newsletter
	library []tips.Tip // sorted by id
	pins    map[string]string
	history []editions.Choice
	joined  int
}

func (l *life) join(t *rapid.T) {
	l.joined++
	tip := tips.Tip{
		// Any place in the order of ids; the number keeps them apart.
		ID:      fmt.Sprintf("%c%d", rapid.RuneFrom([]rune("abc")).Draw(t, "place"), l.joined),
		Created: time.Unix(int64(rapid.IntRange(0, 3).Draw(t, "created")), 0),
		Draft:   rapid.IntRange(0, 9).Draw(t, "draft") == 0,
	}
	switch rapid.IntRange(0, 8).Draw(t, "author's word") {
	case 0:
		tip.Pin = rapid.SampledFrom([]string{"2026-11-25", "12-01", "12-24", "2027-01-01"}).Draw(t, "pin")
	case 1:
		tip.Date = rapid.SampledFrom([]string{"2026-11-01", "2026-11-25", "2026-12-10"}).Draw(t, "date")
	case 2:
		tip.NotBefore = rapid.SampledFrom([]tips.Moment{"2026-11-25", "2026-11-30T07:00:00Z", "2026-12-10T09:00:00Z"}).Draw(t, "not before")
	case 3:
		tip.Expires = rapid.SampledFrom([]tips.Moment{"2026-11-25", "2026-11-30T07:00:00Z", "2026-12-10T09:00:00Z"}).Draw(t, "expires")
	}
	i, _ := slices.BinarySearchFunc(l.library, tip, func(a, b tips.Tip) int { return strings.Compare(a.ID, b.ID) })
	l.library = slices.Insert(slices.Clone(l.library), i, tip)
}

// happen changes library or pins, on or after a date.
func (l *life) happen(t *rapid.T, date Date) {
	when := date.Add(rapid.IntRange(0, 5).Draw(t, "in days")).String()
	which := -1
	if len(l.library) > 0 {
		which = rapid.IntRange(0, len(l.library)-1).Draw(t, "which")
	}
	switch what := rapid.SampledFrom([]string{"join", "leave", "rename", "pin", "skip", "unpin"}).Draw(t, "what"); {
	case what == "join":
		l.join(t)
	case what == "skip":
		l.pins[when] = ""
	case what == "unpin":
		delete(l.pins, when)
	case which < 0:
	case what == "pin":
		l.pins[when] = l.library[which].ID
	default:
		l.library = slices.Delete(slices.Clone(l.library), which, which+1)
		if what == "rename" {
			l.join(t)
		}
	}
}

func (l *life) calendar(date Date) *Calendar {
	var pins []editions.Choice
	for date, tip := range l.pins { // in any order
		pins = append(pins, editions.Choice{LocalDate: date, Tip: tip})
	}
	return newCalendar(l.n, date.t, l.library, l.history, pins)
}

// day plans, checks the plan and sends the day's tip.
func (l *life) day(t *rapid.T, date Date) {
	c := l.calendar(date)
	plan := c.Plan(date, 12)
	if len(plan) != 12 {
		t.Fatalf("%d dates planned", len(plan))
	}
	if again := l.calendar(date).Plan(date, 12); !slices.Equal(summary(plan), summary(again)) {
		t.Fatalf("the next start plans otherwise:\n%v\n%v", summary(plan), summary(again))
	}
	got := c.Choose(date)
	if !slices.Equal(summary([]Choice{got}), summary(plan[:1])) {
		t.Fatalf("planned %v, chosen %v", summary(plan[:1]), summary([]Choice{got}))
	}
	l.check(t, date, got)
	// What was planned for the days ahead is still planned when this one is sent.
	if got.Tip.ID != "" {
		l.history = append(l.history, editions.Choice{LocalDate: date.String(), Tip: got.Tip.ID})
	}
	if tomorrow := l.calendar(date.Add(1)).Plan(date.Add(1), 11); !slices.Equal(summary(tomorrow), summary(plan[1:])) {
		t.Fatalf("sending a day's tip changes the plan:\n%v\n%v", summary(plan[1:]), summary(tomorrow))
	}
}

// check holds one choice against the rules, by its own look at the library.
func (l *life) check(t *rapid.T, date Date, got Choice) {
	day := date.String()
	last := map[string]string{}
	for _, h := range l.history {
		last[h.Tip] = h.LocalDate
	}
	pin, pinned := l.pins[day]
	if skipped := pinned && pin == ""; skipped != (got.Reason == Skipped) {
		t.Fatalf("%s: %s", day, got.Reason)
	} else if skipped {
		return
	}
	var free []tips.Tip
	reserved := func(id string) bool {
		for d, p := range l.pins {
			if p == id && d > day {
				return true
			}
		}
		return false
	}
	pinnable := false
	for _, tip := range l.library {
		if tip.Draft || tip.WhyNot(date.t.Add(7*time.Hour)) != "" {
			continue
		}
		if tip.Date == day || tip.Pin == day || tip.Pin == day[5:] || tip.ID == pin {
			pinnable = true
		}
		if tip.Pin == "" && tip.Date < day && !reserved(tip.ID) {
			free = append(free, tip)
		}
	}
	if pinnable != (got.Reason == Pinned) {
		t.Fatalf("%s: %s", day, got.Reason)
	}
	if got.Tip.ID != "" && got.Tip.WhyNot(date.t.Add(7*time.Hour)) != "" {
		t.Fatalf("%s: %s is %s", day, got.Tip.ID, got.Tip.WhyNot(date.t.Add(7*time.Hour)))
	}
	switch got.Reason {
	case Next:
		if last[got.Tip.ID] != "" {
			t.Fatalf("%s: %s was sent on %s", day, got.Tip.ID, last[got.Tip.ID])
		}
	case Repeat:
		for _, tip := range free {
			if last[tip.ID] < last[got.Tip.ID] {
				t.Fatalf("%s: %s comes again, before %s", day, got.Tip.ID, tip.ID)
			}
		}
		if before, err := ParseDate(last[got.Tip.ID]); l.n.Stop && (err != nil || time.Duration(date.Sub(before))*24*time.Hour < l.n.RepeatAfter) {
			t.Fatalf("%s: %s hasn't rested since %s", day, got.Tip.ID, before)
		}
	case Empty:
		for _, tip := range free {
			if last[tip.ID] == "" || !l.n.Stop {
				t.Fatalf("%s: nothing, though %s is left", day, tip.ID)
			}
		}
	}
}
