package main

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"dailytip/editions"
	"dailytip/scheduler"
)

func (c *command) plan() *cobra.Command {
	var newsletter, from, format string
	var days int
	var link bool
	cmd := &cobra.Command{
		Use:   "plan",
		Short: "Show what goes out when, and how long the library lasts",
		Long: `plan names the tip of each date, and why it's that one: it was sent, it is pinned, it's
the next in the order, or it comes again. Of the dates that are over it shows those
that were sent. With --format ics it prints a calendar file; --link prints a secret
address at which the daemon serves the same to calendar programs.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if c.json {
				format = "json"
			}
			if !slices.Contains([]string{"table", "json", "ics"}, format) {
				return exitf(codeUsage, "--format %q is unknown; write table, json or ics", format)
			}
			if days < 1 || days > 3660 {
				return exitf(codeUsage, "--days %d: write a number from 1 to 3660", days)
			}
			a, err := c.open(cmd.Context(), slog.LevelWarn)
			if err != nil {
				return err
			}
			defer a.close()
			n, start, err := a.dateFlag("--from", newsletter, from)
			if err != nil {
				return err
			}
			if n.Order == scheduler.CourseOrder {
				return exitf(codeNothing, "newsletter %s is a course: each reader has a plan of their own; see dailytip subscribers show", n.ID)
			}
			if link {
				return c.printCalendarLink(a, n)
			}
			return c.printPlan(cmd.Context(), a, n, start, days, format)
		},
	}
	cmd.PersistentFlags().StringVar(&newsletter, "newsletter", "", "the newsletter's `id` (default: the only one)")
	flags := cmd.Flags()
	flags.StringVar(&from, "from", "", "the first `date` (default: today)")
	flags.IntVar(&days, "days", 14, "how many days")
	flags.StringVar(&format, "format", "table", "table, json, or ics (a calendar file)")
	flags.BoolVar(&link, "link", false, "print the secret address of the calendar that the daemon serves")
	cmd.AddCommand(
		c.planChange(&newsletter, "pin DATE TIP", "Give a date a tip of your choice", cobra.ExactArgs(2)),
		c.planChange(&newsletter, "unpin DATE", "Take back a pin or a skip that was set by command", cobra.ExactArgs(1)),
		c.planChange(&newsletter, "skip DATE", "Send nothing on a date", cobra.ExactArgs(1)),
		c.planChange(&newsletter, "unskip DATE", "Take back a skip that was set by command", cobra.ExactArgs(1)),
	)
	return cmd
}

// runwayText says how long the library lasts.
func runwayText(r scheduler.Runway) string {
	switch {
	case r.Tips == 0:
		return "The library has no tip that can be sent; add some."
	case r.First.IsZero():
		return fmt.Sprintf("The library of %s lasts for more than ten years.", count(r.Tips, "tip"))
	case r.Reason == scheduler.Empty:
		return fmt.Sprintf("The library of %s lasts until %s; nothing is sent from %s on (when_empty: stop).", count(r.Tips, "tip"), lastText(r), r.First)
	}
	return fmt.Sprintf("The library of %s lasts until %s; first repeat on %s.", count(r.Tips, "tip"), lastText(r), r.First)
}

func lastText(r scheduler.Runway) string {
	if r.Last.IsZero() {
		return "now"
	}
	return r.Last.String()
}

// planChange is plan pin, unpin, skip or unskip, by its first word.
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
			n, date, err := a.dateFlag("DATE", *newsletter, args[0])
			if err != nil {
				return err
			}
			now := time.Now()
			switch cmd.Name() {
			case "pin":
				if err := pinnable(n, date, args[1]); err != nil {
					return err
				}
				err = a.editions.Pin(cmd.Context(), now, n.ID, date.String(), args[1])
			case "skip":
				err = a.editions.Pin(cmd.Context(), now, n.ID, date.String(), "")
			case "unpin":
				var there bool
				if there, err = a.editions.Unpin(cmd.Context(), n.ID, date.String()); err == nil && !there {
					return exitf(codeNothing, "%s has no pin and no skip that was set by command", date)
				}
			case "unskip":
				err = a.unskip(cmd.Context(), n, date)
			}
			if err != nil {
				return err
			}
			return c.answerPlan(cmd.Context(), a, n, now, date)
		},
	}
}

// answerPlan says what a date gets now.
func (c *command) answerPlan(ctx context.Context, a *app, n *scheduler.Newsletter, now time.Time, date scheduler.Date) error {
	if n.Order == scheduler.CourseOrder { // each reader's own
		return nil
	}
	lines, _, err := a.plan(ctx, now, n, date, 1, true)
	if err != nil {
		return err
	}
	for _, line := range lines {
		switch {
		case c.json:
			if err := c.printJSON(line); err != nil {
				return err
			}
		case line.Tip == "":
			c.printf("%s of %s: nothing goes out (%s)\n", line.Date, n.ID, line.Reason)
		default:
			c.printf("%s of %s: %s (%s)\n", line.Date, n.ID, line.Title, line.Reason)
		}
	}
	return nil
}

// pinnable refuses a pin that would have no effect.
func pinnable(n *scheduler.Newsletter, date scheduler.Date, id string) error {
	t, ok := n.Library.Tip(id)
	switch {
	case !ok:
		return exitf(codeFailed, "there is no tip %q in the library; dailytip tips list shows them", id)
	case t.NeverRendered:
		return exitf(codeFailed, "tip %q is a part of other pages by its front matter (build: or headless:); take that out of it first", id)
	case t.Draft:
		return exitf(codeFailed, "tip %q is a draft; take draft: true out of it first", id)
	case n.WhyNot(&t, date) != "":
		return exitf(codeFailed, "tip %q can't be sent on %s: it %s", id, date, n.WhyNot(&t, date))
	case !n.Rule.Matches(date):
		return exitf(codeFailed, "%s is no day of newsletter %s; its schedule passes over it", date, n.ID)
	}
	for _, other := range n.Library.Tips() {
		if other.ID != id && !other.Draft && cmp.Or(other.Pin, other.Date) == date.String() {
			return exitf(codeFailed, "%s belongs to %s by its own date: or pin: line, which comes before a pin", date, other.ID)
		}
	}
	return nil
}

// unskip takes back a skip, and nothing else: a pin stays, and what the
// configuration skips can only be changed there or by a pin.
func (a *app) unskip(ctx context.Context, n *scheduler.Newsletter, date scheduler.Date) error {
	pins, err := a.editions.Pins(ctx, n.ID)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(pins, func(p editions.Choice) bool { return p.LocalDate == date.String() })
	skipped := slices.ContainsFunc(n.Skips, func(s scheduler.Skip) bool { return s.Takes(date) })
	switch {
	case i >= 0 && pins[i].Tip != "":
		return exitf(codeNothing, "%s isn't skipped: %s is pinned to it; plan unpin takes that back", date, pins[i].Tip)
	case i >= 0:
		_, err := a.editions.Unpin(ctx, n.ID, date.String())
		if err == nil && skipped {
			return exitf(codeFailed, "%s stays without an edition: skip: in the configuration takes it too; plan pin %s TIP sends one all the same", date, date)
		}
		return err
	case skipped:
		return exitf(codeNothing, "%s is skipped by skip: in the configuration; change it there, or send a tip all the same: plan pin %s TIP", date, date)
	}
	return exitf(codeNothing, "%s isn't skipped", date)
}
