package scheduler

import (
	"fmt"

	"dailytip/tips"
)

// Astray is a date to which a tip is pinned that won't go out on it.
type Astray struct {
	Date Date
	Tip  string // its id, or its file where that pins it
	Why  string // which tip, why, and whether another takes its place
}

// Astray returns what is pinned to dates, from one on for some days, and won't go out
// on them. What only waits for its approval isn't astray.
func (c *Calendar) Astray(from Date, days int) []Astray {
	var all []Astray
	walk := c.asIfApproved()
	for i := range days {
		date := from.Add(i)
		why := "which the schedule passes over"
		if c.newsletter.Rule.Matches(date) {
			choice := walk.step(date)
			if choice.Note != "" {
				all = append(all, Astray{date, choice.Astray, choice.Note})
			}
			if choice.Reason != Skipped {
				continue
			}
			why = "which is skipped"
		}
		if name := c.pinnedTo(date); name != "" {
			all = append(all, Astray{date, name, fmt.Sprintf("%s is pinned to this date, %s: nothing goes out", name, why)})
		}
	}
	return all
}

// pinnedTo names the tip that is meant for one date alone; yearly ones have other years.
func (c *Calendar) pinnedTo(date Date) string {
	if pin := c.pins[date.String()]; pin != "" {
		return pin
	}
	if i, ok := c.byDate[date.String()]; ok {
		return c.tips[i].Path
	}
	return ""
}

// Unusable returns the faults that keep files of the newsletter's library from being
// used as they are, one for each file.
func (n *Newsletter) Unusable() []tips.Fault {
	var all []tips.Fault
	for _, f := range n.Library.Faults() { // sorted by place
		if f.Severity == tips.Error && (len(all) == 0 || all[len(all)-1].Path != f.Path) {
			all = append(all, f)
		}
	}
	return all
}
