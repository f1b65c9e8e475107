package main

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"

	"dailytip/scheduler"
	"dailytip/subscribers"
	"dailytip/web/site"
)

func (c *command) printPlan(ctx context.Context, a *app, n *scheduler.Newsletter, start scheduler.Date, days int, format string) error {
	now := time.Now()
	lines, calendar, err := a.scheduler.Plan(ctx, now, n, start, days, format != "ics")
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
	over, header := 0, table.Row{"Date", "", "Tip", "Why", "Faults", "Languages"}
	if n.Approve {
		header = append(header, "Waits for an approval")
	}
	for _, line := range lines {
		if line.Over {
			over++
			line.Reason += ", not sent"
		}
		faults := ""
		if len(line.Faults) > 0 {
			faults = fmt.Sprint(len(line.Faults))
		}
		row := table.Row{line.Date, line.Weekday, short(line.Title, 60), line.Reason, faults, strings.Join(line.Languages, " ")}
		if n.Approve {
			row = append(row, short(line.WaitingTitle, 60))
		}
		rows = append(rows, row)
	}
	c.table(header, rows, 5)
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
func (a *app) calendarFile(now time.Time, n *scheduler.Newsletter, lines []scheduler.Line) []byte {
	f := scheduler.File{Newsletter: n.ID, Title: a.newsletter(n.ID).Title, Host: "localhost"}
	if u, err := url.Parse(a.config.BaseURL); err == nil && u.Hostname() != "" {
		f.Host = u.Hostname()
	}
	for _, line := range lines {
		e := scheduler.Entry{Date: line.Choice.Date, Title: line.Title, Link: line.Choice.Tip.Link}
		switch line.Reason {
		case scheduler.Skipped:
			e.Title, e.Exclude = "No tip: skipped", true
		case scheduler.Empty:
			e.Title, e.Exclude = "No tip: the library is used up", true
		case scheduler.Unapproved:
			e.Title, e.Exclude = "No tip: none is approved", true
		default:
			e.Text = fmt.Sprintf("Why: %s\nLanguages: %s\nTip: %s\n", line.Reason, strings.Join(line.Languages, ", "), line.Tip)
		}
		if line.Waiting != "" {
			e.Text += fmt.Sprintf("Waits for an approval: %s (%s)\n", line.WaitingTitle, line.Waiting)
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
	lines, _, err := a.scheduler.Plan(ctx, now, n, n.Today(now).Add(-calendarBack), calendarDays, false)
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
