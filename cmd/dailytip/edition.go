package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/user"
	"time"

	"github.com/spf13/cobra"

	"dailytip/editions"
	"dailytip/ledger"
	"dailytip/scheduler"
	"dailytip/subscribers"
)

// editionCommand is what the edition's commands share.
type editionCommand struct {
	*command
	newsletter, date string
}

// target is the edition that a command line means.
type target struct {
	*app
	n       *scheduler.Newsletter
	edition editions.Edition
	counts  ledger.Counts
}

func (c *command) edition() *cobra.Command {
	e := &editionCommand{command: c}
	cmd := &cobra.Command{
		Use:   "edition",
		Short: "Show an edition; pause, resume or cancel it, send again what failed",
		Long: `edition shows what became of a date's edition (default: today's), for what reasons
mails failed, and what was done to it by command. Its commands act while the daemon
runs, also on another machine: it sees them within a second. What is on the wire
finishes.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return e.with(cmd.Context(), func(t *target) error { return c.showEdition(cmd.Context(), t) })
		},
	}
	flags := cmd.PersistentFlags()
	flags.StringVar(&e.newsletter, "newsletter", "", "the newsletter's `id` (default: the only one)")
	flags.StringVar(&e.date, "date", "", "the edition's `date` (default: today in the newsletter's default zone)")
	cmd.AddCommand(e.deliveries(), e.pause(), e.resume(), e.cancel(), e.retryFailed(), e.resendInDoubt(), e.settleInDoubt())
	return cmd
}

// with opens the program and finds the edition.
func (e *editionCommand) with(ctx context.Context, f func(*target) error) error {
	a, err := e.open(ctx, slog.LevelWarn)
	if err != nil {
		return err
	}
	defer a.close()
	n, date, err := a.editionFlags(e.newsletter, e.date)
	if err != nil {
		return err
	}
	edition, err := a.editions.Edition(ctx, a.db.Read(), n.ID, date.String())
	if errors.Is(err, editions.ErrNoEdition) {
		return exitf(codeNothing, "there is no edition of %s on %s yet; dailytip plan skip %s keeps one from being opened", n.ID, date, date)
	}
	if err != nil {
		return err
	}
	counts, err := a.ledger.Count(ctx, a.db.Read(), edition)
	if err != nil {
		return err
	}
	return f(&target{a, n, edition, counts})
}

// change is a command that changes the edition.
func (e *editionCommand) change(use, short, long string, f func(ctx context.Context, t *target, args []string) error) *cobra.Command {
	return &cobra.Command{
		Use: use, Short: short, Long: long, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			return e.with(cmd.Context(), func(t *target) error {
				err := f(cmd.Context(), t, args)
				if errors.Is(err, editions.ErrPruned) {
					return errPruned(t.edition)
				}
				if errors.Is(err, editions.ErrCancelled) {
					return exitf(codeNothing, "the edition of %s was cancelled; that can't be undone", t.edition.LocalDate)
				}
				return err
			})
		},
	}
}

// waiting is how much of the edition is still to be sent.
func (t *target) waiting() int64 { return t.counts.Pending + t.counts.Retry }

func (e *editionCommand) pause() *cobra.Command {
	return e.change("pause", "Hold what the edition has still to send", `pause keeps the daemon from taking more of the edition's mails; those on the wire
finish. Readers of later zones wait too. What isn't out by its time (give_up_after)
expires, paused or not.`,
		func(ctx context.Context, t *target, _ []string) error {
			changed, err := t.ledger.PauseEdition(ctx, time.Now(), t.edition, who())
			if err != nil {
				return err
			}
			if !changed {
				return exitf(codeNothing, "the edition of %s is paused already; dailytip edition resume ends that", t.edition.LocalDate)
			}
			return e.report(t, 0, "paused: %d of %d are sent, %d wait; what isn't out %s after it was due expires",
				t.counts.Sent, t.counts.Due, t.waiting(), t.n.GiveUpAfter)
		})
}

func (e *editionCommand) resume() *cobra.Command {
	return e.change("resume", "End an edition's pause", `resume ends a pause that was made by dailytip edition pause. What dailytip paused by
itself, because a relay takes no mail, ends by itself or by dailytip resume.`,
		func(ctx context.Context, t *target, _ []string) error {
			changed, err := t.ledger.ResumeEdition(ctx, time.Now(), t.edition, who())
			if err != nil {
				return err
			}
			if !changed {
				return exitf(codeNothing, "the edition of %s isn't paused", t.edition.LocalDate)
			}
			if t.counts.Expired > 0 && t.edition.PrunedAt.IsZero() {
				e.say("%d have expired; dailytip edition retry-failed --expired sends them all the same", t.counts.Expired)
			}
			return e.report(t, t.waiting(), "resumed: %d of %d are sent, %d wait", t.counts.Sent, t.counts.Due, t.waiting())
		})
}

func (e *editionCommand) cancel() *cobra.Command {
	var yes bool
	cmd := e.change("cancel", "End an edition for good: whoever hasn't got it won't", `cancel withdraws what waits; what is on the wire finishes, and readers of later zones
get nothing. The archive and the feeds don't show the edition any more. It can't be
undone. To stop for a while, use pause.`,
		func(ctx context.Context, t *target, _ []string) error {
			if t.edition.State == editions.Cancelled {
				return editions.ErrCancelled
			}
			if !yes {
				return exitf(codeUsage, "%d of %s the edition of %s already; %s and won't get it, nor will later zones. It can't be undone: repeat with --yes",
					t.counts.Sent, count(t.counts.Due, "reader has", "readers have"), t.edition.LocalDate, count(t.waiting(), "waits", "wait"))
			}
			withdrawn, err := t.ledger.CancelEdition(ctx, time.Now(), t.edition, who())
			if err != nil {
				return err
			}
			return e.report(t, withdrawn, "cancelled: %d of %d had been sent, %d are withdrawn", t.counts.Sent, t.counts.Due, withdrawn)
		})
	cmd.Flags().BoolVar(&yes, "yes", false, "do it: it can't be undone")
	return cmd
}

// report says what was done; with --json, as an object.
func (e *editionCommand) report(t *target, deliveries int64, format string, args ...any) error {
	if e.json {
		after, err := t.editions.Edition(context.Background(), t.db.Read(), t.edition.Newsletter, t.edition.LocalDate)
		if err != nil {
			return err
		}
		return e.printJSON(map[string]any{
			"newsletter": after.Newsletter, "local_date": after.LocalDate, "state": after.State, "deliveries": deliveries,
		})
	}
	e.printf("%s of %s "+format+"\n", append([]any{t.edition.LocalDate, t.edition.Newsletter}, args...)...)
	return nil
}

// who is the person at the keyboard, for the record.
func who() string {
	name := os.Getenv("SUDO_USER")
	if u, err := user.Current(); name == "" && err == nil {
		name = u.Username
	}
	host, _ := os.Hostname() // only a name
	return fmt.Sprintf("%s@%s", name, host)
}

// readers finds the subscribers that a command line names.
func (a *app) readers(ctx context.Context, addresses []string) ([]int64, error) {
	var ids []int64
	for _, text := range addresses {
		address, err := subscribers.ParseAddress(text)
		if err != nil {
			return nil, exitf(codeUsage, "--to: %w", err)
		}
		s, err := a.list.Find(ctx, a.db.Read(), address)
		if errors.Is(err, subscribers.ErrUnknown) {
			return nil, exitf(codeFailed, "--to: nobody has the address %s; dailytip subscribers list shows who is there", address)
		}
		if err != nil {
			return nil, err
		}
		ids = append(ids, s.ID)
	}
	return ids, nil
}
