package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"dailytip/scheduler"
)

// pinsAhead is how many days ahead pins are looked at: each yearly one once.
const pinsAhead = 366

// checkPins says which pinned tips won't go out on their days, and why.
func checkPins(ctx context.Context, a *app) []finding {
	var findings []finding
	now := time.Now()
	for i := range a.scheduler.Newsletters {
		n := &a.scheduler.Newsletters[i]
		if n.Order == scheduler.CourseOrder {
			continue
		}
		name := "pins of " + n.ID
		calendar, err := a.scheduler.Calendar(ctx, n, now)
		if err != nil {
			findings = append(findings, finding{name, "failed", err.Error()})
			continue
		}
		var notes []string
		for _, choice := range calendar.Plan(n.Upcoming(now), pinsAhead) {
			if choice.Note != "" {
				notes = append(notes, fmt.Sprintf("%s: %s", choice.Date, choice.Note))
			}
		}
		f := finding{name, "ok", fmt.Sprintf("every pinned tip of the next %d days goes out", pinsAhead)}
		if len(notes) > 0 {
			f.Result, f.Detail = "warning", strings.Join(notes, "; ")
		}
		findings = append(findings, f)
	}
	return findings
}
