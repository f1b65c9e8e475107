package scheduler

import "time"

// Runway is how long a library lasts.
type Runway struct {
	Tips   int    // that can be sent, on that date or later
	Last   Date   // the last date with a tip that was never sent; zero: there's none
	First  Date   // the first date that repeats one, or gets none; zero: not within ten years
	Reason string // of First: Repeat or Empty
}

// runwayDays is how far a runway is looked for, at most.
const runwayDays = 3660

// Runway plans from a date on until the first repeat or the first date without
// a tip, as if all were approved: more tips wouldn't help who approves none.
func (c *Calendar) Runway(from Date) Runway {
	c = c.asIfApproved()
	r := Runway{}
	for i, t := range c.tips {
		if c.window[i].last >= c.judged(from) && (len(t.Pin) != len(time.DateOnly) || t.Pin >= from.String()) {
			r.Tips++
		}
	}
	planner := c.planner()
	for i := range runwayDays {
		date := from.Add(i)
		if !c.newsletter.Rule.Matches(date) {
			continue
		}
		switch choice := planner.step(date); choice.Reason {
		case Next, Pinned, Sent:
			r.Last = date
		case Repeat, Empty:
			r.First, r.Reason = date, choice.Reason
			return r
		}
	}
	return r
}
