package scheduler

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"dailytip/editions"
	"dailytip/tips"
)

// Why a date gets its tip, or none.
const (
	Sent    = "sent" // written down: it stands
	Pinned  = "pinned"
	Next    = "next"   // never sent before
	Repeat  = "repeat" // sent before, longest ago
	Skipped = "skipped"
	Empty   = "empty" // nothing is left
	Waits   = "waits" // the next tip of a course isn't to be sent yet
	// Unapproved: there are tips, and none of them is approved.
	Unapproved = "unapproved"
)

// Choice is what a date gets.
type Choice struct {
	Date   Date
	Tip    tips.Tip // its ID is "" when there is none
	Reason string
	// Note says which tip is pinned to the date and why another takes its place; ""
	// when none is pinned, or the pinned one goes out. Astray is the pinned tip's id,
	// or its file where that pins it.
	Note, Astray string
	// Waiting is the tip that the date would get if all were approved, when it isn't;
	// its ID is "" when the date waits for none.
	Waiting tips.Tip
}

// Calendar names the tip of each date: a pure function of library, pins, approvals,
// history and the instant, which it holds as they were when [Scheduler.Calendar] read
// them. Whether a tip may be sent on a date is judged at the date's own instant in
// the newsletter's zone, so that a plan and the run say the same; on a date that
// is over, at the instant of now.
type Calendar struct {
	newsletter *Newsletter
	library    []tips.Tip        // whatever it holds
	broken     []tips.Broken     // what it can't use
	tips       []*tips.Tip       // that may be chosen, in the newsletter's order
	place      map[string]int    // id → index in tips
	byDate     map[string]int    // front matter's day, YYYY-MM-DD or MM-DD → index
	pins       map[string]string // the operator's, by date → id; "" for a skip
	sent       map[string]string // what is written down: date → id
	lastDue    Date              // the last date whose instant has come
	approvals  *approvals        // nil: nothing needs one

	// By index, as numbers: rotating looks at each tip for each date.
	rota     []int       // the tips that have no pin: of their own
	reserved []dayNumber // the last date that the operator pinned it to
	last     []dayNumber // the last date in sent
	window   []window
}

// dayNumber is a date as days since 1970; 0: none.
type dayNumber int32

func number(day string) dayNumber {
	date, err := ParseDate(day)
	if err != nil {
		return 0 // not written by us
	}
	return dayNumber(date.t.Unix() / (24 * 60 * 60))
}

func newCalendar(n *Newsletter, now time.Time, library []tips.Tip, history, pins []editions.Choice) *Calendar {
	c := &Calendar{
		newsletter: n, library: library, tips: choosable(library, n.Tags, n.Order, n.ID, n.Withhold), lastDue: n.lastDue(now),
		place: map[string]int{}, byDate: map[string]int{}, pins: map[string]string{}, sent: map[string]string{},
	}
	c.last, c.reserved, c.window = make([]dayNumber, len(c.tips)), make([]dayNumber, len(c.tips)), make([]window, len(c.tips))
	for i, t := range c.tips {
		c.place[t.ID], c.window[i] = i, n.windowOf(t)
		if t.Pin == "" {
			c.rota = append(c.rota, i)
		}
		// Of two tips for one date the first by id gets it, whatever the order.
		day := cmp.Or(t.Pin, t.Date)
		if other, taken := c.byDate[day]; day != "" && (!taken || t.ID < c.tips[other].ID) {
			c.byDate[day] = i
		}
	}
	for _, h := range history {
		c.note(h.LocalDate, h.Tip)
	}
	for _, p := range pins {
		c.pins[p.LocalDate] = p.Tip
		if i, ok := c.place[p.Tip]; ok {
			c.reserved[i] = max(c.reserved[i], number(p.LocalDate))
		}
	}
	return c
}

// note makes a date's tip part of the history.
func (c *Calendar) note(day, id string) {
	c.sent[day] = id
	if i, ok := c.place[id]; ok {
		c.last[i] = max(c.last[i], number(day))
	}
}

// Plan names the tips of all dates that the newsletter's rule takes, from one on
// for some days. What one date gets counts as sent for those after it. What is
// really going to be sent it names from [Newsletter.Upcoming] on.
func (c *Calendar) Plan(from Date, days int) []Choice {
	planner := c.planner()
	var plan []Choice
	for i := range days {
		if date := from.Add(i); c.newsletter.Rule.Matches(date) {
			plan = append(plan, planner.step(date))
		}
	}
	return plan
}

// Ahead names the tip of one date, whether the rule takes it or not, as [Calendar.Plan]
// does: the tips of the dates before it, beginning with from, are used up by then.
func (c *Calendar) Ahead(from, date Date) Choice {
	planner := c.planner()
	for before := from; date.After(before); before = before.Add(1) {
		if c.newsletter.Rule.Matches(before) {
			planner.step(before)
		}
	}
	return planner.step(date)
}

func (c *Calendar) copy() *Calendar {
	walk := *c
	walk.sent, walk.last = maps.Clone(c.sent), slices.Clone(c.last)
	return &walk
}

func (c *Calendar) step(date Date) Choice {
	choice := c.Choose(date)
	if choice.Tip.ID != "" {
		c.note(date.String(), choice.Tip.ID)
	}
	return choice
}

// Begun tells whether the newsletter has sent anything.
func (c *Calendar) Begun() bool { return len(c.sent) > 0 }

// Choose names the tip of one date, whether the rule takes it or not, as if it
// were the next to be sent.
func (c *Calendar) Choose(date Date) Choice {
	day := date.String()
	if id, ok := c.sent[day]; ok {
		t := tips.Tip{ID: id, Title: id} // when it has left the library since
		if i, found := c.place[id]; found {
			t = *c.tips[i]
		}
		return Choice{Date: date, Tip: t, Reason: Sent}
	}
	if c.skipped(date) {
		return Choice{Date: date, Reason: Skipped}
	}
	if i, ok := c.own(date); ok {
		return c.choice(date, i, Pinned)
	}
	pin := c.pins[day]
	if i, ok := c.place[pin]; ok && c.window[i].holds(c.judged(date)) && c.approved(i, date) {
		return c.choice(date, i, Pinned)
	}
	choice := c.turn(date)
	if choice.Astray, choice.Note = c.missing(date, pin); choice.Note != "" && choice.Tip.ID != "" {
		choice.Note += "; another takes its place"
	}
	return choice
}

// own is the tip that is bound to a date by its own file, in that year or in every year,
// if it may be sent then. It comes before the operator's pin.
func (c *Calendar) own(date Date) (i int, ok bool) {
	day := date.String()
	for _, key := range []string{day, day[len("2026-"):]} {
		if i, ok := c.byDate[key]; ok && c.window[i].holds(c.judged(date)) && c.approved(i, date) {
			return i, true
		}
	}
	return 0, false
}

// choice gives a date the tip at an index, with the translations that may be
// read by then.
func (c *Calendar) choice(date Date, i int, reason string) Choice {
	return Choice{Date: date, Tip: c.tips[i].At(c.newsletter.instant(c.judgedDate(date))), Reason: reason}
}

// skipped tells whether a date has no edition. What the operator chose for it counts
// more than the configuration: a pin brings an edition on a day that skip: takes out.
func (c *Calendar) skipped(date Date) bool {
	if pin, ok := c.pins[date.String()]; ok {
		return pin == ""
	}
	return slices.ContainsFunc(c.newsletter.Skips, func(s Skip) bool { return s.Takes(date) })
}

// rotate takes a tip that was never sent, else the one sent longest ago. Tips that
// front matter pins to a day take no part, nor do those that mustn't be sent then. One
// that the operator has pinned to a later date is taken when no other is left, unless
// the newsletter stops there.
func (c *Calendar) rotate(date Date, among func(i int, date Date) bool) Choice {
	today, judged := number(date.String()), c.judged(date)
	oldest := func(reserved bool) int {
		found := -1
		for _, i := range c.rota {
			if c.reserved[i] > today != reserved || found >= 0 && c.last[i] >= c.last[found] || !c.window[i].rotates(judged) || !among(i, date) {
				continue
			}
			if found = i; c.last[i] == 0 {
				break
			}
		}
		return found
	}
	i := oldest(false)
	if i < 0 && !c.newsletter.Stop {
		i = oldest(true)
	}
	switch {
	case i < 0:
		return Choice{Date: date, Reason: Empty}
	case c.last[i] == 0:
		return c.choice(date, i, Next)
	case c.newsletter.Stop && time.Duration(today-c.last[i])*24*time.Hour < c.newsletter.RepeatAfter:
		return Choice{Date: date, Reason: Empty}
	}
	return c.choice(date, i, Repeat)
}

// NextInCourse names the tip that follows one in a course on a date, for a
// reader's own sequence, in [CourseOrder]; after is "" at its beginning. What has
// expired is passed over. When the next tip isn't to be sent yet, or isn't approved,
// there is none and the reader waits: a tip that was passed over would never come. At
// the end the course begins again, or there is none when the newsletter stops.
func (c *Calendar) NextInCourse(date Date, after string) (tips.Tip, bool) {
	choice := c.inCourse(date, after)
	return choice.Tip, choice.Tip.ID != ""
}

// inCourse is [Calendar.NextInCourse], with why there is none.
func (c *Calendar) inCourse(date Date, after string) Choice {
	// By id and not by place: the tip that the reader stands at may be gone.
	from, found := slices.BinarySearchFunc(c.tips, after, func(t *tips.Tip, id string) int { return strings.Compare(t.ID, id) })
	if found {
		from++
	}
	judged := c.judged(date)
	for step := range len(c.tips) {
		i := from + step
		if i >= len(c.tips) {
			if c.newsletter.Stop {
				break
			}
			i -= len(c.tips)
		}
		switch w := c.window[i]; {
		case w.holds(judged) && !c.approved(i, date):
			return Choice{Date: date, Reason: Unapproved, Waiting: c.choice(date, i, Next).Tip}
		case w.holds(judged):
			return c.choice(date, i, Next)
		case judged < w.first && w.first <= w.last:
			return Choice{Date: date, Reason: Waits}
		}
	}
	return Choice{Date: date, Reason: Empty}
}
