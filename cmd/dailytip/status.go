package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"dailytip/editions"
	"dailytip/ledger"
	"dailytip/mailer"
)

func (c *command) status() *cobra.Command {
	var limit int
	var watch bool
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Say what was sent, what waits, what failed, and when the next run is",
		Long: `status prints the newest editions with their deliveries by state: how fast those under
way go out, how long the rest takes, and for what reasons mails failed; and what came back
in the last 30 and 7 days. With --json it prints one object a line for each edition and
nothing else; that of a newsletter's newest edition has what came back of the newsletter
in "bounces". --watch prints it anew each second, until it's interrupted.`,
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
			if watch {
				return c.watchStatus(cmd.Context(), a, limit)
			}
			if err := c.printEditions(cmd.Context(), a, limit); err != nil || c.json {
				return err
			}
			return c.printOutlook(cmd.Context(), a)
		},
	}
	cmd.Flags().IntVar(&limit, "editions", 10, "how many editions")
	cmd.Flags().BoolVar(&watch, "watch", false, "print it anew each second")
	return cmd
}

// watchStatus prints the editions each second, on a terminal over the last ones.
func (c *command) watchStatus(ctx context.Context, a *app, limit int) error {
	again := time.NewTicker(time.Second)
	defer again.Stop()
	for {
		if !c.json && isTerminal(c.out) {
			_, _ = io.WriteString(c.out, "\x1b[H\x1b[2J") // ECMA-48: cursor home, erase in page
		}
		err := c.printEditions(ctx, a, limit)
		if err == nil && !c.json {
			err = c.printPauses(ctx, a)
		}
		if err != nil && ctx.Err() == nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-again.C:
		}
	}
}

func (c *command) printEditions(ctx context.Context, a *app, limit int) error {
	recent, err := a.ledger.Recent(ctx, limit)
	if err != nil {
		return err
	}
	var rows []table.Row
	var notes []statusLine
	var pruned string
	now := time.Now()
	var returns map[string]*bounceLines
	if c.json {
		if returns, err = a.returns(ctx, now); err != nil {
			return err
		}
	}
	for i, e := range recent {
		line, err := a.statusLine(ctx, now, e)
		if err != nil {
			return err
		}
		if c.json {
			line.Bounces = returns[e.Edition.Newsletter] // with the newest only
			delete(returns, e.Edition.Newsletter)
			if err := c.printJSON(line); err != nil {
				return err
			}
			continue
		}
		if line.underWay() || i == 0 && line.Failed+line.InDoubt+line.Expired > 0 {
			notes = append(notes, line)
		}
		if line.PrunedAt != "" {
			pruned = max(pruned, line.LocalDate)
		}
		rows = append(rows, table.Row{
			line.LocalDate, line.Newsletter, short(line.Tip, 40), line.State, line.Due, line.Sent, line.Pending, line.Retry,
			line.Failed, line.InDoubt, line.ResentInDoubt, line.Expired, line.Withdrawn,
			voteText(editions.Tally{Useful: line.Useful, Useless: line.NotUseful}),
		})
	}
	if c.json {
		return nil
	}
	if len(rows) > 0 {
		c.table(table.Row{"Date", "Newsletter", "Tip", "State", "Due", "Sent", "Waiting", "Retry", "Failed", "In doubt", "Resent", "Expired", "Withdrawn", "Useful"},
			rows, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14)
		c.printf("\n")
		if pruned != "" {
			c.printf("deliveries up to %s are kept no longer: those editions can't be sent again, their counts stay\n", pruned)
		}
		for _, line := range notes {
			c.printf("%s of %s: %s\n", line.LocalDate, line.Newsletter, line.text())
			c.printReasons(line)
		}
	} else {
		c.printf("no edition has been sent yet\n\n")
	}
	return nil
}

// printPauses says what stands in the way.
func (c *command) printPauses(ctx context.Context, a *app) error {
	pauses, err := a.ledger.AllPauses(ctx)
	if err != nil {
		return err
	}
	for _, p := range pauses {
		next := "; next try " + instant(p.ProbeAt)
		if p.Held() {
			next = "\n        dailytip resume goes on with it, when the cause is mended"
		}
		c.printf("paused: %s, since %s: %s%s%s\n", scopeText(p.Newsletter), instant(p.Since), p.Reason, said(p), next)
	}
	return nil
}

// said puts the reply that caused a pause on a line of its own.
func said(p ledger.PauseInfo) string {
	if p.Held() && p.Reply.Text != "" {
		return "\n        a server said: " + p.Reply.Text
	}
	if text := mailer.Said(p.Reply); text != "" {
		return "\n        " + text
	}
	return ""
}

// printOutlook says what comes next and what stands in the way.
func (c *command) printOutlook(ctx context.Context, a *app) error {
	if err := c.printPauses(ctx, a); err != nil {
		return err
	}
	if err := c.printFailingDoors(ctx, a); err != nil {
		return err
	}
	if err := c.printReturns(ctx, a); err != nil {
		return err
	}
	if err := c.printResting(ctx, a); err != nil {
		return err
	}
	waiting, err := a.ledger.NoticesWaiting(ctx)
	if err != nil {
		return err
	}
	if waiting > 0 {
		c.printf("%s (confirmations and such)\n", count(waiting, "notice waits", "notices wait"))
	}
	if skipped, err := a.ledger.Skipped(ctx, 5); err != nil {
		return err
	} else if len(skipped) > 0 {
		for _, r := range skipped {
			c.printf("missed: %s of %s for %s: %s\n", r.LocalDate, r.Newsletter, count(r.Deliveries, "reader"), r.Reason)
		}
	}
	now := time.Now()
	for i := range a.scheduler.Newsletters {
		n := &a.scheduler.Newsletters[i]
		prospect, err := a.scheduler.Prospect(ctx, n, now)
		if err != nil {
			return err
		}
		when := "no run is ahead"
		if next := prospect.Next; !next.IsZero() {
			when = fmt.Sprintf("next run %s (in %s)", instant(next), next.Sub(now).Round(time.Minute))
		}
		calendar, err := a.scheduler.Calendar(ctx, n, now)
		if err != nil {
			return err
		}
		c.printWarnings(n, calendar, now)
		c.printf("%s: %s; %s\n  %s\n", n.ID, count(prospect.Readers, "active reader"), when, runwayText(calendar.Runway(n.Upcoming(now))))
	}
	return nil
}

// scopeText names what a pause holds.
func scopeText(scope string) string {
	newsletter, notices := ledger.InScope(scope)
	switch {
	case scope == ledger.Relay:
		return "everything"
	case notices:
		return "confirmations and other notices of newsletter " + newsletter
	}
	return "newsletter " + newsletter
}
