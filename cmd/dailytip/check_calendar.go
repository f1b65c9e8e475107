package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"dailytip/scheduler"
)

// checkCalendars looks ahead in each newsletter's calendar. A course has none that
// its readers share.
func checkCalendars(ctx context.Context, a *app) []finding {
	var findings []finding
	now := time.Now()
	for i := range a.scheduler.Newsletters {
		n := &a.scheduler.Newsletters[i]
		if n.Order == scheduler.CourseOrder {
			continue
		}
		calendar, err := a.scheduler.Calendar(ctx, n, now)
		if err != nil {
			findings = append(findings, finding{"calendar of " + n.ID, "failed", err.Error()})
			continue
		}
		findings = append(findings, checkRunway(calendar, n, now), checkPins(calendar, n, now))
	}
	return findings
}

// shortRunway is how many days a library should last at least: time enough to
// write more tips.
const shortRunway = 30

// checkRunway says how long a library lasts.
func checkRunway(calendar *scheduler.Calendar, n *scheduler.Newsletter, now time.Time) finding {
	runway := calendar.Runway(n.Upcoming(now))
	f := finding{"runway of " + n.ID, "ok", runwayText(runway)}
	if !runway.First.IsZero() && runway.First.Sub(n.Today(now)) < shortRunway {
		f.Result, f.Detail = "warning", f.Detail+fmt.Sprintf(" That's less than %d days: add tips (dailytip tips new TITLE).", shortRunway)
	}
	return f
}

// pinsAhead is how many days ahead pins are looked at: each yearly one once.
const pinsAhead = 366

// checkPins says which pinned tips won't go out on their days, and why.
func checkPins(calendar *scheduler.Calendar, n *scheduler.Newsletter, now time.Time) finding {
	f := finding{"pins of " + n.ID, "ok", fmt.Sprintf("every pinned tip of the next %d days goes out", pinsAhead)}
	var notes []string
	for _, a := range calendar.Astray(n.Upcoming(now), pinsAhead) {
		notes = append(notes, fmt.Sprintf("%s: %s", a.Date, a.Why))
	}
	if len(notes) > 0 {
		f.Result, f.Detail = "warning", strings.Join(notes, "; ")
	}
	return f
}
