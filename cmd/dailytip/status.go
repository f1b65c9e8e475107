package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"dailytip/ledger"
)

// statusLine is what status prints of an edition.
type statusLine struct {
	Newsletter    string `json:"newsletter"`
	LocalDate     string `json:"local_date"`
	Tip           string `json:"tip"`
	Due           int64  `json:"due"`
	Pending       int64  `json:"pending"`
	Sent          int64  `json:"sent"`
	Retry         int64  `json:"retry"`
	Failed        int64  `json:"failed"`
	InDoubt       int64  `json:"in_doubt"`
	ResentInDoubt int64  `json:"resent_in_doubt"`
	Expired       int64  `json:"expired"`
	Withdrawn     int64  `json:"withdrawn"`
}

func (c *command) status() *cobra.Command {
	var limit int
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Say what was sent, what waits, what failed, and when the next run is",
		Long: `status prints the newest editions with their deliveries by state. With --json it
prints one object a line for each edition and nothing else.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if limit < 1 {
				return exitf(codeUsage, "--editions %d: write a number from 1", limit)
			}
			a, err := c.open(cmd.Context(), slog.LevelWarn)
			if err != nil {
				return err
			}
			defer a.close()
			return c.printStatus(cmd.Context(), a, limit)
		},
	}
	cmd.Flags().IntVar(&limit, "editions", 10, "how many editions")
	return cmd
}

func (c *command) printStatus(ctx context.Context, a *app, limit int) error {
	recent, err := a.ledger.Recent(ctx, limit)
	if err != nil {
		return err
	}
	var rows []table.Row
	for _, e := range recent {
		line := statusLine{
			Newsletter: e.Edition.Newsletter, LocalDate: e.Edition.LocalDate, Tip: e.Tip, Due: e.Due, Pending: e.Pending, Sent: e.Sent,
			Retry: e.Retry, Failed: e.Failed, InDoubt: e.InDoubt, ResentInDoubt: e.ResentInDoubt, Expired: e.Expired, Withdrawn: e.Withdrawn,
		}
		if c.json {
			if err := c.printJSON(line); err != nil {
				return err
			}
			continue
		}
		rows = append(rows, table.Row{
			line.LocalDate, line.Newsletter, short(line.Tip, 40), line.Due, line.Sent, line.Pending, line.Retry,
			line.Failed, line.InDoubt, line.ResentInDoubt, line.Expired, line.Withdrawn,
		})
	}
	if c.json {
		return nil
	}
	if len(rows) > 0 {
		c.table(table.Row{"Date", "Newsletter", "Tip", "Due", "Sent", "Waiting", "Retry", "Failed", "In doubt", "Resent", "Expired", "Left first"},
			rows, 4, 5, 6, 7, 8, 9, 10, 11, 12)
		c.printf("\n")
	} else {
		c.printf("no edition has been sent yet\n\n")
	}
	return c.printOutlook(ctx, a)
}

// printOutlook says what comes next and what stands in the way.
func (c *command) printOutlook(ctx context.Context, a *app) error {
	pauses, err := a.ledger.AllPauses(ctx)
	if err != nil {
		return err
	}
	for _, p := range pauses {
		what := "newsletter " + p.Newsletter
		if p.Newsletter == ledger.Relay {
			what = "everything"
		}
		c.printf("paused: %s, since %s: %s\n        the relay said: %s; next try %s\n", what, instant(p.Since), p.Reason, p.Answer, instant(p.ProbeAt))
	}
	waiting, err := a.ledger.NoticesWaiting(ctx)
	if err != nil {
		return err
	}
	if waiting > 0 {
		c.printf("%d notices wait (confirmations and such)\n", waiting)
	}
	if skipped, err := a.ledger.Skipped(ctx, 5); err != nil {
		return err
	} else if len(skipped) > 0 {
		for _, r := range skipped {
			c.printf("missed: %s of %s for %d readers: %s\n", r.LocalDate, r.Newsletter, r.Deliveries, r.Reason)
		}
	}
	now := time.Now()
	for i := range a.scheduler.Newsletters {
		n := &a.scheduler.Newsletters[i]
		next, readers, err := a.scheduler.Outlook(ctx, n, now)
		if err != nil {
			return err
		}
		when := "no run is ahead"
		if !next.IsZero() {
			when = fmt.Sprintf("next run %s (in %s)", instant(next), next.Sub(now).Round(time.Minute))
		}
		calendar, err := a.scheduler.Calendar(ctx, n)
		if err != nil {
			return err
		}
		c.printf("%s: %d active readers; %s\n  %s\n", n.ID, readers, when, runwayText(calendar.Runway(n.Upcoming(now))))
	}
	return nil
}
