package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/spf13/cobra"

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
		c.planChange(&newsletter, "unpin DATE", "Take back a pin or a skip that somebody has set", cobra.ExactArgs(1)),
		c.planChange(&newsletter, "skip DATE", "Send nothing on a date", cobra.ExactArgs(1)),
		c.planChange(&newsletter, "unskip DATE", "Take back a skip that somebody has set", cobra.ExactArgs(1)),
		c.planChange(&newsletter, "swap DATE DATE", "Have two dates change places", cobra.ExactArgs(2)),
		c.planApprove(&newsletter), c.planUnapprove(&newsletter),
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

// planChange is plan pin, unpin, skip, unskip or swap, by its first word.
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
			now, dates := time.Now(), []scheduler.Date{date}
			switch cmd.Name() {
			case "pin":
				err = a.scheduler.Pin(cmd.Context(), now, n, date, args[1], nil)
			case "skip":
				err = a.scheduler.Skip(cmd.Context(), now, n, date, nil)
			case "unpin":
				err = a.scheduler.Unpin(cmd.Context(), n, date, nil)
			case "unskip":
				err = a.scheduler.Unskip(cmd.Context(), n, date, nil)
			case "swap":
				other, wrong := scheduler.ParseDate(args[1])
				if wrong != nil {
					return exit{codeUsage, wrong}
				}
				dates = append(dates, other)
				_, err = a.scheduler.Swap(cmd.Context(), now, n, date, other, nil)
			}
			for _, date := range dates {
				if err == nil {
					err = c.answerPlan(cmd.Context(), a, n, now, date)
				}
			}
			return refused(err)
		},
	}
}

// answerPlan says what a date gets now.
func (c *command) answerPlan(ctx context.Context, a *app, n *scheduler.Newsletter, now time.Time, date scheduler.Date) error {
	if n.Order == scheduler.CourseOrder { // each reader's own
		return nil
	}
	lines, _, err := a.scheduler.Plan(ctx, now, n, date, 1, true)
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
			c.printf("%s of %s: nothing goes out (%s)%s\n", line.Date, n.ID, line.Reason, waits(line))
		default:
			c.printf("%s of %s: %s (%s)%s\n", line.Date, n.ID, line.Title, line.Reason, waits(line))
		}
	}
	return nil
}

// waits says which tip of a date waits for an approval.
func waits(line scheduler.Line) string {
	if line.Waiting == "" {
		return ""
	}
	return fmt.Sprintf("; %s waits for an approval", line.WaitingTitle)
}

// refused gives a change of the plan that wasn't made, or has no effect, its exit code, and
// says which command helps.
func refused(err error) error {
	var r scheduler.Refused
	if errors.As(err, &r) && r.Command != "" {
		err = fmt.Errorf("%w; %s", err, r.Command)
	}
	switch {
	case errors.As(err, &r) && r.Nothing:
		return exit{codeNothing, err}
	case errors.As(err, &r):
		return exit{codeFailed, err}
	}
	return err
}
