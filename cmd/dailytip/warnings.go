package main

import (
	"time"

	"dailytip/scheduler"
)

// warningsAhead is for how many days status says what will go wrong.
const warningsAhead = 31

// printWarnings says which pinned tips won't go out in the next weeks, and which files
// can't be used.
func (c *command) printWarnings(n *scheduler.Newsletter, calendar *scheduler.Calendar, now time.Time) {
	if n.Order != scheduler.CourseOrder {
		for _, a := range calendar.Astray(n.Upcoming(now), warningsAhead) {
			c.printf("%s on %s: %s\n", n.ID, a.Date, a.Why)
		}
	}
	c.printUnusable(n)
}

// mostUnusable is how many broken files are named; tips lint has all.
const mostUnusable = 3

// printUnusable says which files of a library can't be used.
func (c *command) printUnusable(n *scheduler.Newsletter) {
	faults := n.Unusable()
	for i, f := range faults {
		if i == mostUnusable {
			c.printf("… and %s more can't be used; dailytip tips lint shows them\n", count(len(faults)-i, "file"))
			return
		}
		c.printf("can't be used as it is: %s\n", f)
	}
}
