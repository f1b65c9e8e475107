package main

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"dailytip/editions"
	"dailytip/ledger"
	"dailytip/scheduler"
	"dailytip/store"
)

type sendFlags struct {
	newsletter string
	date       string
	wait       time.Duration
	dryRun     bool
	to         []string
}

func (c *command) send() *cobra.Command {
	var f sendFlags
	cmd := &cobra.Command{
		Use:   "send",
		Short: "Send a date's edition now",
		Long: `send opens a date's edition (default: today's) for everyone who is active now and
whose days include the date, whatever the hour, and waits until it's out. Who has
it already doesn't get it again. Beside a running daemon it leaves the sending to
that one and watches. --to sends a test copy that counts for nothing.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := notNegative("--wait", f.wait); err != nil {
				return err
			}
			a, err := c.open(cmd.Context(), slog.LevelWarn)
			if err != nil {
				return err
			}
			defer a.close()
			n, date, err := a.editionFlags(f.newsletter, f.date)
			if err != nil {
				return err
			}
			if len(f.to) > 0 {
				return c.sendCopies(cmd.Context(), a, n, date, f.to)
			}
			return c.sendEdition(cmd.Context(), a, n, date, f)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.newsletter, "newsletter", "", "the newsletter's `id` (default: the only one)")
	flags.StringVar(&f.date, "date", "", "the edition's `date` (default: today in the newsletter's default zone)")
	flags.DurationVar(&f.wait, "wait", 10*time.Minute, "how long to wait until it's out")
	flags.BoolVar(&f.dryRun, "dry-run", false, "say what would be sent, and send nothing")
	flags.StringSliceVar(&f.to, "to", nil, "send a test copy to these `addresses` and to nobody else")
	cmd.MarkFlagsMutuallyExclusive("to", "dry-run")
	return cmd
}

// editionFlags finds the newsletter and the date that a command line means.
func (a *app) editionFlags(id, date string) (*scheduler.Newsletter, scheduler.Date, error) {
	return a.dateFlag("--date", id, date)
}

// dateFlag is editionFlags for a date that has another name on the command line.
func (a *app) dateFlag(flag, id, date string) (*scheduler.Newsletter, scheduler.Date, error) {
	n, err := a.scheduler.Find(id)
	if err != nil {
		return nil, scheduler.Date{}, exit{codeUsage, err}
	}
	if date == "" {
		return n, n.Today(time.Now()), nil
	}
	d, err := scheduler.ParseDate(date)
	if err != nil {
		return nil, d, exitf(codeUsage, "%s: %w", flag, err)
	}
	return n, d, nil
}

func (c *command) sendEdition(ctx context.Context, a *app, n *scheduler.Newsletter, date scheduler.Date, f sendFlags) error {
	if f.dryRun {
		return c.dryRun(ctx, a, n, date)
	}
	if err := a.sendable(ctx, n, date); err != nil {
		return err
	}
	now := time.Now()
	opened, err := a.scheduler.SendNow(ctx, now, n, date)
	if errors.Is(err, scheduler.ErrNoTip) {
		return exit{codeNothing, err}
	}
	if err != nil {
		return err
	}
	// Who sends by hand may have mended what sending is paused for.
	if err := a.ledger.ProbeNow(ctx, now); err != nil {
		return err
	}
	edition, err := a.editions.Edition(ctx, a.db.Read(), n.ID, date.String())
	if errors.Is(err, editions.ErrNoEdition) {
		return exitf(codeNothing, "nobody is due: %s has no active subscribers whose days include %s", n.ID, date)
	}
	if err != nil {
		return err
	}
	before, err := a.ledger.Count(ctx, a.db.Read(), edition)
	if err != nil {
		return err
	}
	if before.Due == 0 {
		return exitf(codeNothing, "nobody is due: %s has no active subscribers whose days include %s", n.ID, date)
	}
	if opened == 0 && !before.Open() {
		return exitf(codeNothing, "nothing to send: the edition of %s went to its %s already", date, count(before.Due, "reader"))
	}
	if err := c.deliver(ctx, a, edition, f.wait); err != nil {
		return err
	}
	return c.reportEdition(ctx, a, edition, before)
}

// sendable refuses an edition that was stopped by command.
func (a *app) sendable(ctx context.Context, n *scheduler.Newsletter, date scheduler.Date) error {
	edition, err := a.editions.Edition(ctx, a.db.Read(), n.ID, date.String())
	switch {
	case errors.Is(err, editions.ErrNoEdition):
		return nil
	case err != nil:
		return err
	case !edition.PrunedAt.IsZero():
		return errPruned(edition)
	case edition.State == editions.Cancelled:
		return exitf(codeNothing, "the edition of %s was cancelled; that can't be undone", date)
	case edition.State == editions.Paused:
		return exitf(codeFailed, "the edition of %s is paused by command; dailytip edition resume --date %s first", date, date)
	}
	return nil
}

// errPruned says why nothing of an old edition can be sent, nor its mails be listed.
func errPruned(e editions.Edition) error {
	return exitf(codeNothing, "the deliveries of %s are kept no longer, since %s: nobody can tell who has it, so none of it is sent again; its counts stay: dailytip edition --date %[1]s",
		e.LocalDate, e.PrunedAt.Format(time.DateOnly))
}

// deliver has an edition sent, by this process or by the daemon that runs
// beside it, and waits until nothing of it is left or the time is over.
func (c *command) deliver(ctx context.Context, a *app, edition editions.Edition, wait time.Duration) error {
	sender, err := a.db.LockSender()
	if errors.Is(err, store.ErrSenderRunning) {
		c.say("the running daemon sends it")
		return c.watch(ctx, a, edition, wait)
	}
	if err != nil {
		return err
	}
	defer func() { _ = sender.Release() }()
	m, err := a.mailer()
	if err != nil {
		return err
	}
	sending, stop := context.WithCancel(ctx)
	defer stop()
	group, sending := errgroup.WithContext(sending)
	group.Go(func() error { return m.Run(sending) })
	group.Go(func() error {
		defer stop()
		return c.watch(sending, a, edition, wait)
	})
	return group.Wait()
}

// reportEdition prints what became of each delivery and turns the counts into
// an exit code. before are the counts when the command began.
func (c *command) reportEdition(ctx context.Context, a *app, edition editions.Edition, before ledger.Counts) error {
	after, err := a.ledger.Count(ctx, a.db.Read(), edition)
	if err != nil {
		return err
	}
	if c.json || after.Due <= mostRows {
		if err := c.printDeliveries(ctx, a, edition); err != nil {
			return err
		}
	}
	if !c.json {
		line, err := a.statusLine(ctx, time.Now(), after)
		if err != nil {
			return err
		}
		c.printf("\n%s: %s\n", line.LocalDate, line.text())
		c.printReasons(line)
		if after.Due > mostRows {
			c.printf("  dailytip edition deliveries --date %s --json lists them\n", line.LocalDate)
		}
	}
	for _, p := range c.pausesOf(ctx, a) {
		c.say("paused: %s%s", p.Reason, said(p))
	}
	if now, err := a.editions.Edition(ctx, a.db.Read(), edition.Newsletter, edition.LocalDate); err == nil && now.State == editions.Cancelled {
		code := codePart
		if after.Sent == before.Sent {
			code = codeFailed
		}
		return exitf(code, "the edition was cancelled meanwhile: %d of %s it", after.Sent, count(after.Due, "reader has", "readers have"))
	}
	missing := after.Pending + after.Retry + after.Failed + after.InDoubt + after.Expired
	switch {
	case after.Sent == before.Sent && missing > 0:
		return exitf(codeFailed, "nothing went out")
	case missing > 0:
		return exitf(codePart, "%d of %s not out", missing, count(after.Due, "mail is", "mails are"))
	}
	return nil
}

func (c *command) pausesOf(ctx context.Context, a *app) []ledger.PauseInfo {
	pauses, err := a.ledger.AllPauses(ctx)
	if err != nil {
		a.log.Error("reading what is paused", "error", err)
	}
	return pauses
}
