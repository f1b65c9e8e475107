package main

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"dailytip/scheduler"
)

func (c *command) plan() *cobra.Command {
	var newsletter, from, format string
	var days int
	cmd := &cobra.Command{
		Use:   "plan",
		Short: "Show what goes out when, and how long the library lasts",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if c.json {
				format = "json"
			}
			if format != "table" && format != "json" {
				return exitf(codeUsage, "--format %q is unknown; write table or json", format)
			}
			if days < 1 || days > 3660 {
				return exitf(codeUsage, "--days %d: write a number from 1 to 3660", days)
			}
			a, err := c.open(cmd.Context(), slog.LevelWarn)
			if err != nil {
				return err
			}
			defer a.close()
			n, start, err := a.editionFlags(newsletter, from)
			if err != nil {
				return err
			}
			return c.printPlan(cmd.Context(), a, n, start, days, format)
		},
	}
	cmd.PersistentFlags().StringVar(&newsletter, "newsletter", "", "the newsletter's `id` (default: the only one)")
	flags := cmd.Flags()
	flags.StringVar(&from, "from", "", "the first `date` (default: today)")
	flags.IntVar(&days, "days", 14, "how many days")
	flags.StringVar(&format, "format", "table", "table or json")
	cmd.AddCommand(
		c.planChange(&newsletter, "pin DATE TIP", "Give a date a tip of your choice", cobra.ExactArgs(2)),
		c.planChange(&newsletter, "unpin DATE", "Take back a pin or a skip", cobra.ExactArgs(1)),
		c.planChange(&newsletter, "skip DATE", "Send nothing on a date", cobra.ExactArgs(1)),
	)
	return cmd
}

// planLine is what plan prints of a date.
type planLine struct {
	Date      string   `json:"date"`
	Weekday   string   `json:"weekday"`
	Tip       string   `json:"tip"` // "": none
	Title     string   `json:"title,omitempty"`
	Reason    string   `json:"reason"` // sent, pinned, next, repeat, skipped, empty
	Languages []string `json:"languages,omitempty"`
}

func (c *command) printPlan(ctx context.Context, a *app, n *scheduler.Newsletter, start scheduler.Date, days int, format string) error {
	if n.Order == scheduler.CourseOrder {
		return exitf(codeNothing, "newsletter %s is a course: each reader has a plan of their own; see dailytip subscribers show", n.ID)
	}
	calendar, err := a.scheduler.Calendar(ctx, n)
	if err != nil {
		return err
	}
	// What is still to go out before the first date decides what it gets.
	upcoming := n.Upcoming(time.Now())
	first := start
	if first.After(upcoming) {
		first = upcoming
	}
	var rows []table.Row
	for _, choice := range calendar.Plan(first, start.Sub(first)+days) {
		if start.After(choice.Date) {
			continue
		}
		line := planLine{
			Date: choice.Date.String(), Weekday: choice.Date.Weekday().String()[:3],
			Tip: choice.Tip.ID, Title: strings.TrimSpace(choice.Tip.Emoji + " " + choice.Tip.Title), Reason: choice.Reason,
		}
		if choice.Tip.ID != "" {
			line.Languages = []string{cmp.Or(choice.Tip.Language, a.newsletter(n.ID).Language)}
			for _, tr := range choice.Tip.Translations {
				line.Languages = append(line.Languages, tr.Language)
			}
		}
		if format == "json" {
			if err := c.printJSON(line); err != nil {
				return err
			}
			continue
		}
		rows = append(rows, table.Row{line.Date, line.Weekday, short(line.Title, 60), line.Reason, strings.Join(line.Languages, " ")})
	}
	if format == "json" {
		return nil
	}
	c.table(table.Row{"Date", "", "Tip", "Why", "Languages"}, rows)
	c.printf("\n%s\n", runwayText(calendar.Runway(upcoming)))
	return nil
}

// runwayText says how long the library lasts.
func runwayText(r scheduler.Runway) string {
	switch {
	case r.Tips == 0:
		return "The library has no tip that can be sent; add some."
	case r.First.IsZero():
		return fmt.Sprintf("The library of %d tips lasts for more than ten years.", r.Tips)
	case r.Reason == scheduler.Empty:
		return fmt.Sprintf("The library of %d tips lasts until %s; nothing is sent from %s on (when_empty: stop).", r.Tips, lastText(r), r.First)
	}
	return fmt.Sprintf("The library of %d tips lasts until %s; first repeat on %s.", r.Tips, lastText(r), r.First)
}

func lastText(r scheduler.Runway) string {
	if r.Last.IsZero() {
		return "now"
	}
	return r.Last.String()
}

// planChange is plan pin, unpin or skip, by its first word.
func (c *command) planChange(newsletter *string, use, help string, args cobra.PositionalArgs) *cobra.Command {
	return &cobra.Command{
		Use:   use,
		Short: help,
		Args:  args,
		RunE: func(cmd *cobra.Command, args []string) error {
			a, err := c.open(cmd.Context(), slog.LevelWarn)
			if err != nil {
				return err
			}
			defer a.close()
			n, date, err := a.editionFlags(*newsletter, args[0])
			if err != nil {
				return err
			}
			now := time.Now()
			switch cmd.Name() {
			case "pin":
				if err := pinnable(n, date, args[1]); err != nil {
					return err
				}
				err = a.ledger.Pin(cmd.Context(), now, n.ID, date.String(), args[1])
			case "skip":
				err = a.ledger.Pin(cmd.Context(), now, n.ID, date.String(), "")
			case "unpin":
				var there bool
				if there, err = a.ledger.Unpin(cmd.Context(), n.ID, date.String()); err == nil && !there {
					return exitf(codeNothing, "%s has no pin and no skip that was set by command", date)
				}
			}
			return err
		},
	}
}

// pinnable refuses a pin that would have no effect.
func pinnable(n *scheduler.Newsletter, date scheduler.Date, id string) error {
	t, ok := n.Library.Tip(id)
	switch {
	case !ok:
		return exitf(codeFailed, "there is no tip %q in the library; dailytip tips list shows them", id)
	case t.Draft:
		return exitf(codeFailed, "tip %q is a draft; take draft: true out of it first", id)
	case !n.Rule.Matches(date):
		return exitf(codeFailed, "%s is no day of newsletter %s; its schedule passes over it", date, n.ID)
	}
	for _, other := range n.Library.Tips() {
		if other.ID != id && !other.Draft && other.Date == date.String() {
			return exitf(codeFailed, "%s belongs to %s by its own date: line, which comes before a pin", date, other.ID)
		}
	}
	return nil
}
