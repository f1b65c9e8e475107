package scheduler

import (
	"context"
	"strings"
	"time"

	"dailytip/tips"
)

// Line is what a plan says of a date.
type Line struct {
	Date      string       `json:"date"`
	Weekday   string       `json:"weekday"`
	Tip       string       `json:"tip"` // "": none
	Title     string       `json:"title,omitempty"`
	Reason    string       `json:"reason"`         // sent, pinned, next, repeat, skipped, empty, unapproved
	Note      string       `json:"note,omitempty"` // why the date doesn't get the tip that is pinned to it
	Languages []string     `json:"languages,omitempty"`
	Faults    []tips.Fault `json:"faults,omitempty"` // what lint finds in the tip; notes don't count

	// Over: the date is over and nothing was sent on it. The line says what would
	// have gone out, for somebody who asks for a whole year before the first edition.
	Over bool `json:"over,omitempty"`

	// Waiting is the tip that would go out if it were approved: it waits for that, and
	// the line says what goes out as it is. "": the date waits for none.
	Waiting      string `json:"waiting,omitempty"`
	WaitingTitle string `json:"waiting_title,omitempty"`

	Choice Choice `json:"-"`

	// Meant is the tip that waits, else the one that goes out.
	Meant Described `json:"-"`
}

// Described is a tip with what a plan says of it.
type Described struct {
	Tip       tips.Tip // its ID is "" when there is none
	Languages []string
	Faults    []tips.Fault
}

// Plan names what goes out on some days from a date on. A date that is over shows what
// was sent; without an edition it shows nothing, since none comes any more. asIf: as
// long as no edition has gone out, the plan is that of a newsletter which began on the
// first of the dates, as a simulation may.
func (s *Scheduler) Plan(ctx context.Context, now time.Time, n *Newsletter, start Date, days int, asIf bool) ([]Line, *Calendar, error) {
	return s.PlanWith(ctx, now, n, start, days, asIf, n.Library.Lint(n.Today(now).String()))
}

// PlanWith is Plan with the faults of the library that are known already, for callers
// that can't wait until all are found.
func (s *Scheduler) PlanWith(ctx context.Context, now time.Time, n *Newsletter, start Date, days int, asIf bool, faults []tips.Fault) ([]Line, *Calendar, error) {
	calendar, err := s.Calendar(ctx, n, now)
	if err != nil {
		return nil, nil, err
	}
	upcoming, end := n.Upcoming(now), start.Add(days)
	ahead := upcoming
	if asIf && !calendar.Begun() && upcoming.After(start) {
		upcoming = start // nothing has gone out yet, so the plan may begin at any time
	}
	var choices []Choice
	for date := start; upcoming.After(date) && end.After(date); date = date.Add(1) {
		if choice := calendar.Choose(date); choice.Reason == Sent {
			choices = append(choices, choice)
		}
	}
	// What goes out before the first date decides which tip the first date gets.
	for _, choice := range calendar.Plan(upcoming, max(end.Sub(upcoming), 0)) {
		if !start.After(choice.Date) {
			choices = append(choices, choice)
		}
	}
	lines := make([]Line, len(choices))
	for i, choice := range choices {
		lines[i] = n.line(choice, faults)
		lines[i].Over = choice.Reason != Sent && ahead.After(choice.Date)
	}
	return lines, calendar, nil
}

func titleOf(t *tips.Tip) string { return strings.TrimSpace(t.Emoji + " " + t.Title) }

// line is what a plan says of a choice; faults are all of the library's.
func (n *Newsletter) line(choice Choice, faults []tips.Fault) Line {
	line := Line{
		Date: choice.Date.String(), Weekday: choice.Date.Weekday().String()[:3], Tip: choice.Tip.ID,
		Title: titleOf(&choice.Tip), Reason: choice.Reason, Note: choice.Note, Choice: choice,
		Waiting: choice.Waiting.ID, WaitingTitle: titleOf(&choice.Waiting),
	}
	goesOut := n.describe(choice.Tip, faults)
	line.Languages, line.Faults, line.Meant = goesOut.Languages, goesOut.Faults, goesOut
	if choice.Waiting.ID != "" {
		line.Meant = n.describe(choice.Waiting, faults)
	}
	return line
}

func (n *Newsletter) describe(t tips.Tip, faults []tips.Fault) Described {
	d := Described{Tip: t}
	if t.ID == "" {
		return d
	}
	d.Languages = t.Languages(n.Language)
	for _, f := range tips.FaultsOf(t, faults) {
		if f.Severity > tips.Note {
			d.Faults = append(d.Faults, f)
		}
	}
	return d
}
