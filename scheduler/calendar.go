package scheduler

import (
	"cmp"
	"crypto/sha256"
	"slices"
	"strings"
	"time"

	"dailytip/tips"
)

// Order is how a newsletter goes through its library.
type Order string

// The orders.
const (
	Shuffle     Order = "shuffle" // a permutation that is the newsletter's own and stays
	Oldest      Order = "oldest"
	Newest      Order = "newest"
	CourseOrder Order = "course" // by id, each reader from the first
)

// Why a date gets its tip, or none.
const (
	Sent    = "sent" // its edition has been opened
	Pinned  = "pinned"
	Next    = "next"   // never sent before
	Repeat  = "repeat" // sent before, longest ago
	Skipped = "skipped"
	Empty   = "empty" // nothing is left
)

// Choice is what a date gets.
type Choice struct {
	Date   Date
	Tip    tips.Tip // its ID is "" when there is none
	Reason string
}

// Calendar names the tip of each date. It is a pure function of what it holds;
// [Calendar.Plan] walks it forward without changing anything outside.
type Calendar struct {
	Newsletter  string
	Rule        Rule
	Skips       []Skip
	Order       Order
	RepeatAfter time.Duration // whole days; 0: until the library is used up
	Stop        bool          // when nothing is left: send nothing instead of repeating

	tips   []tips.Tip        // in their order
	byDate map[string]string // pins from front matter: YYYY-MM-DD or MM-DD → id
	pins   map[string]string // the operator's pins; "" for a skip
	sent   map[string]string // date → id
	last   map[string]string // id → the last date it was sent
}

// fill brings the library into its order and notes what is pinned.
func (c *Calendar) fill(library []tips.Tip, tags []string) {
	c.byDate = map[string]string{}
	for _, t := range library {
		if t.Draft || len(tags) > 0 && !slices.ContainsFunc(t.Tags, func(tag string) bool {
			return slices.ContainsFunc(tags, func(want string) bool { return strings.EqualFold(tag, want) })
		}) {
			continue
		}
		c.tips = append(c.tips, t)
		if _, taken := c.byDate[t.Date]; t.Date != "" && !taken {
			c.byDate[t.Date] = t.ID
		}
	}
	rank := map[string]string{}
	if c.Order == Shuffle {
		for _, t := range c.tips {
			// By hash: a tip that joins takes a place among the others and
			// leaves their order as it was.
			sum := sha256.Sum256([]byte(c.Newsletter + "\x00" + t.ID))
			rank[t.ID] = string(sum[:])
		}
	}
	slices.SortFunc(c.tips, func(a, b tips.Tip) int {
		var by int
		switch c.Order {
		case Shuffle:
			by = cmp.Compare(rank[a.ID], rank[b.ID])
		case Oldest:
			by = a.Created.Compare(b.Created)
		case Newest:
			by = b.Created.Compare(a.Created)
		}
		return cmp.Or(by, cmp.Compare(a.ID, b.ID))
	})
}

// note makes a date's tip part of the history.
func (c *Calendar) note(date, tip string) {
	c.sent[date] = tip
	if date > c.last[tip] {
		c.last[tip] = date
	}
}

// Plan names the tips of all matching dates from one on, for some days. Each
// choice counts as history for those after it.
func (c *Calendar) Plan(from Date, days int) []Choice {
	walk := *c
	walk.sent, walk.last = map[string]string{}, map[string]string{}
	for date, tip := range c.sent {
		walk.note(date, tip)
	}
	var plan []Choice
	for i := range days {
		date := from.Add(i)
		if !c.Rule.Matches(date) {
			continue
		}
		choice := walk.Choose(date)
		if choice.Tip.ID != "" {
			walk.note(date.String(), choice.Tip.ID)
		}
		plan = append(plan, choice)
	}
	return plan
}

// Choose names the tip of one date, whether the rule takes the date or not.
func (c *Calendar) Choose(date Date) Choice {
	day := date.String()
	if id, ok := c.sent[day]; ok {
		t, found := c.tip(id)
		if !found {
			t = tips.Tip{ID: id, Title: id} // it has left the library since
		}
		return Choice{date, t, Sent}
	}
	pin, pinned := c.pins[day]
	if pinned && pin == "" || !pinned && slices.ContainsFunc(c.Skips, func(s Skip) bool { return s.Takes(date) }) {
		return Choice{Date: date, Reason: Skipped}
	}
	for _, id := range []string{c.byDate[day], c.byDate[day[len("2026-"):]], pin} {
		if t, ok := c.tip(id); id != "" && ok {
			return Choice{date, t, Pinned}
		}
	}
	return c.rotate(date)
}

func (c *Calendar) tip(id string) (tips.Tip, bool) {
	for _, t := range c.tips {
		if t.ID == id {
			return t, true
		}
	}
	return tips.Tip{}, false
}

// rotate takes a tip that was never sent, else the one sent longest ago. What
// is pinned to a day of its own doesn't take part, nor does what the operator
// has pinned to a day to come.
func (c *Calendar) rotate(date Date) Choice {
	ahead := map[string]bool{}
	for day, id := range c.pins {
		if day > date.String() {
			ahead[id] = true
		}
	}
	var oldest *tips.Tip
	for i, t := range c.tips {
		if t.Date != "" || ahead[t.ID] {
			continue
		}
		if c.last[t.ID] == "" {
			return Choice{date, t, Next}
		}
		if oldest == nil || c.last[t.ID] < c.last[oldest.ID] {
			oldest = &c.tips[i]
		}
	}
	if oldest == nil {
		return Choice{Date: date, Reason: Empty}
	}
	last, err := ParseDate(c.last[oldest.ID])
	rested := err == nil && time.Duration(date.Sub(last))*24*time.Hour >= c.RepeatAfter
	if c.Stop && !rested {
		return Choice{Date: date, Reason: Empty}
	}
	return Choice{date, *oldest, Repeat}
}

// NextInCourse names the tip that follows one in a course, for a reader's own
// sequence; after is "" at its beginning. At the end it begins again, or gives
// none when the newsletter stops.
func (c *Calendar) NextInCourse(after string) (tips.Tip, bool) {
	for _, t := range c.tips {
		if t.ID > after {
			return t, true
		}
	}
	if c.Stop || len(c.tips) == 0 {
		return tips.Tip{}, false
	}
	return c.tips[0], true
}
