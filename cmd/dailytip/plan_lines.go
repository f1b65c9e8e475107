package main

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"

	"dailytip/scheduler"
	"dailytip/subscribers"
	"dailytip/tips"
	"dailytip/web/site"
)

// planLine is what plan prints of a date.
type planLine struct {
	Date      string       `json:"date"`
	Weekday   string       `json:"weekday"`
	Tip       string       `json:"tip"` // "": none
	Title     string       `json:"title,omitempty"`
	Reason    string       `json:"reason"`         // sent, pinned, next, repeat, skipped, empty
	Note      string       `json:"note,omitempty"` // why not the tip that is pinned to the date
	Languages []string     `json:"languages,omitempty"`
	Faults    []tips.Fault `json:"faults,omitempty"` // what lint finds in the tip; notes don't count

	// Over: the date is over and nothing was sent on it. The line says what would
	// have gone out, for somebody who asks for a whole year before the first edition.
	Over bool `json:"over,omitempty"`

	choice scheduler.Choice
}

// plan names what goes out on some days from a date on. A date that is over shows what
// was sent; without an edition it shows nothing, since none comes any more. asIf: as
// long as no edition has gone out, the plan is that of a newsletter which began on the
// first of the dates, as a simulation may.
func (a *app) plan(ctx context.Context, now time.Time, n *scheduler.Newsletter, start scheduler.Date, days int, asIf bool) ([]planLine, *scheduler.Calendar, error) {
	calendar, err := a.scheduler.Calendar(ctx, n, now)
	if err != nil {
		return nil, nil, err
	}
	upcoming, end := n.Upcoming(now), start.Add(days)
	ahead := upcoming
	if asIf && !calendar.Begun() && upcoming.After(start) {
		upcoming = start // nothing has gone out yet, so the plan may begin at any time
	}
	var choices []scheduler.Choice
	for date := start; upcoming.After(date) && end.After(date); date = date.Add(1) {
		if choice := calendar.Choose(date); choice.Reason == scheduler.Sent {
			choices = append(choices, choice)
		}
	}
	// What goes out before the first date decides which tip the first date gets.
	for _, choice := range calendar.Plan(upcoming, max(end.Sub(upcoming), 0)) {
		if !start.After(choice.Date) {
			choices = append(choices, choice)
		}
	}
	faults := tips.Lint(n.Library.Tips(), n.Library.Faults(), tips.LintOptions{Today: n.Today(now).String()})
	lines := make([]planLine, len(choices))
	for i, choice := range choices {
		lines[i] = planLine{
			Date: choice.Date.String(), Weekday: choice.Date.Weekday().String()[:3], Tip: choice.Tip.ID,
			Title: strings.TrimSpace(choice.Tip.Emoji + " " + choice.Tip.Title), Reason: choice.Reason, Note: choice.Note, choice: choice,
		}
		lines[i].Over = choice.Reason != scheduler.Sent && ahead.After(choice.Date)
		if choice.Tip.ID == "" {
			continue
		}
		lines[i].Languages = []string{cmp.Or(choice.Tip.Language, a.newsletter(n.ID).Language)}
		for _, tr := range choice.Tip.Translations {
			lines[i].Languages = append(lines[i].Languages, tr.Language)
		}
		for _, f := range tips.FaultsOf(choice.Tip, faults) {
			if f.Severity > tips.Note {
				lines[i].Faults = append(lines[i].Faults, f)
			}
		}
	}
	return lines, calendar, nil
}

func (c *command) printPlan(ctx context.Context, a *app, n *scheduler.Newsletter, start scheduler.Date, days int, format string) error {
	now := time.Now()
	lines, calendar, err := a.plan(ctx, now, n, start, days, format != "ics")
	if err != nil {
		return err
	}
	switch format {
	case "json":
		for _, line := range lines {
			if err := c.printJSON(line); err != nil {
				return err
			}
		}
		return nil
	case "ics":
		_, err := c.data().Write(a.calendarFile(now, n, lines))
		return err
	}
	var rows []table.Row
	over := 0
	for _, line := range lines {
		if line.Over {
			over++
			line.Reason += ", not sent"
		}
		faults := ""
		if len(line.Faults) > 0 {
			faults = fmt.Sprint(len(line.Faults))
		}
		rows = append(rows, table.Row{line.Date, line.Weekday, short(line.Title, 60), line.Reason, faults, strings.Join(line.Languages, " ")})
	}
	c.table(table.Row{"Date", "", "Tip", "Why", "Faults", "Languages"}, rows, 5)
	upcoming := n.Upcoming(now)
	if start.After(upcoming) {
		upcoming = start
	}
	for _, a := range calendar.Astray(upcoming, max(start.Add(days).Sub(upcoming), 0)) {
		c.printf("\n%s: %s\n", a.Date, a.Why)
	}
	c.printUnusable(n)
	if over > 0 {
		c.printf("\nNothing has been sent yet: this is the plan as if the newsletter had begun on %s. %s over.\n", start, count(over, "date is", "dates are"))
	}
	c.printf("\n%s\n", runwayText(calendar.Runway(n.Upcoming(now))))
	return nil
}

// calendarFile is a plan as a calendar file.
func (a *app) calendarFile(now time.Time, n *scheduler.Newsletter, lines []planLine) []byte {
	f := scheduler.File{Newsletter: n.ID, Title: a.newsletter(n.ID).Title, Host: "localhost"}
	if u, err := url.Parse(a.config.BaseURL); err == nil && u.Hostname() != "" {
		f.Host = u.Hostname()
	}
	for _, line := range lines {
		e := scheduler.Entry{Date: line.choice.Date, Title: line.Title, Link: line.choice.Tip.Link}
		switch line.Reason {
		case scheduler.Skipped:
			e.Title, e.Exclude = "No tip: skipped", true
		case scheduler.Empty:
			e.Title, e.Exclude = "No tip: the library is used up", true
		default:
			e.Text = fmt.Sprintf("Why: %s\nLanguages: %s\nTip: %s\n", line.Reason, strings.Join(line.Languages, ", "), line.Tip)
		}
		if line.Note != "" {
			e.Text += "Note: " + line.Note + "\n"
		}
		for _, fault := range line.Faults {
			e.Text += "Fault: " + fault.String() + "\n"
		}
		f.Entries = append(f.Entries, e)
	}
	return f.ICalendar(now)
}

// The calendar that the daemon serves reaches back so that calendar programs
// don't lose yesterday's event, and as far ahead as anybody plans.
const calendarBack, calendarDays = 30, 30 + 120

// servedCalendar is the calendar file behind a newsletter's secret link.
func (a *app) servedCalendar(ctx context.Context, now time.Time, id string) ([]byte, error) {
	n, err := a.scheduler.Find(id)
	if err != nil {
		return nil, err
	}
	if n.Order == scheduler.CourseOrder {
		return nil, site.ErrNoCalendar
	}
	lines, _, err := a.plan(ctx, now, n, n.Today(now).Add(-calendarBack), calendarDays, false)
	if err != nil {
		return nil, err
	}
	return a.calendarFile(now, n, lines), nil
}

func (c *command) printCalendarLink(a *app, n *scheduler.Newsletter) error {
	link := a.config.BaseURL + "/calendar/" + a.list.Tokens().Make(subscribers.CalendarLink(n.ID), 0) + ".ics"
	if c.json {
		return c.printJSON(map[string]string{"newsletter": n.ID, "link": link})
	}
	c.printf("%s\n", link)
	return nil
}
