package main

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"dailytip/ledger"
	"dailytip/store"
)

func (c *command) resumeSending() *cobra.Command {
	var newsletter string
	var force bool
	var wait time.Duration
	cmd := &cobra.Command{
		Use:   "resume",
		Short: "Go on with what sending was paused for",
		Long: `dailytip pauses by itself when a fault isn't the readers': a relay that is down or
refuses the sender, a mail that can't be composed. It then tries one mail now and then.
When you have mended the cause, resume has one tried at once; when the relay takes it,
all the rest follows. --force sends the rest without trying one first: for when the mail
that is tried is itself the trouble.

A newsletter whose mails come back for a fault of ours, such as a DMARC policy, stays
paused until resume: the relay takes such mails, so a try would prove nothing. So does
what dailytip pause has paused.

An edition that was paused by command goes on with dailytip edition resume.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := notNegative("--wait", wait); err != nil {
				return err
			}
			a, err := c.open(cmd.Context(), slog.LevelWarn)
			if err != nil {
				return err
			}
			defer a.close()
			if newsletter != "" {
				if _, err := a.scheduler.Find(newsletter); err != nil {
					return exit{codeUsage, err}
				}
			}
			return c.resumeScopes(cmd.Context(), a, newsletter, force, wait)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&newsletter, "newsletter", "", "only what holds this newsletter, by its `id` (default: all that is paused)")
	flags.BoolVar(&force, "force", false, "send all the rest without trying one mail first")
	flags.DurationVar(&wait, "wait", 15*time.Second, "how long to wait for what the try comes to")
	return cmd
}

func (c *command) resumeScopes(ctx context.Context, a *app, newsletter string, force bool, wait time.Duration) error {
	paused, err := a.ledger.ScopesOf(ctx, newsletter)
	if err != nil {
		return err
	}
	if len(paused) == 0 {
		return exitf(codeNothing, "nothing is paused; an edition that was paused by command goes on with dailytip edition resume")
	}
	return c.resumeThese(ctx, a, newsletter, paused, force, wait)
}

// resumeThese resumes what was paused a moment ago.
func (c *command) resumeThese(ctx context.Context, a *app, newsletter string, seen []ledger.PauseInfo, force bool, wait time.Duration) error {
	paused, err := a.ledger.ResumeNow(ctx, time.Now(), seen, !force, who())
	if err != nil {
		return err
	}
	for _, p := range seen {
		if !slices.Contains(paused, p) {
			c.say("%s isn't paused any more, or for another reason meanwhile: nothing was done about it", scopeText(p.Newsletter))
		}
	}
	if len(paused) == 0 {
		return exitf(codeNothing, "nothing was resumed")
	}
	if force {
		what := "all"
		if len(paused) < len(seen) {
			what = "the rest"
		}
		c.say("%s goes out again; when the cause is still there, sending pauses again", what)
		return nil
	}
	paused = slices.DeleteFunc(paused, func(p ledger.PauseInfo) bool {
		switch {
		case p.Held() && p.Newsletter == ledger.Relay:
			c.say("all sending goes on")
		case p.Held():
			c.say("%s goes on; when its mails come back again, it pauses again", scopeText(p.Newsletter))
		}
		return p.Held()
	})
	if len(paused) == 0 {
		return nil
	}
	alone, err := a.nobodySends(ctx)
	if err != nil {
		return err
	}
	if alone {
		c.say("no daemon runs; the next dailytip serve or send tries one mail at once")
		return nil
	}
	return c.awaitTry(ctx, a, newsletter, paused, wait)
}

// nobodySends tells whether no daemon is running that would act on a change of the
// ledger.
func (a *app) nobodySends(ctx context.Context) (bool, error) {
	if a.db.Postgres() {
		nodes, err := a.ledger.Nodes(ctx, time.Now().Add(-aliveFor))
		return nodes == 0, err
	}
	sender, err := a.db.LockSender()
	if errors.Is(err, store.ErrSenderRunning) {
		return false, nil
	}
	return true, errors.Join(err, sender.Release())
}

// awaitTry waits until each pause is over, or until the relay was tried again in vain.
func (c *command) awaitTry(ctx context.Context, a *app, newsletter string, before []ledger.PauseInfo, wait time.Duration) error {
	probes := map[string]int{}
	for _, p := range before {
		probes[p.Newsletter] = p.Probes
	}
	end := time.NewTimer(wait)
	defer end.Stop()
	look := time.NewTicker(200 * time.Millisecond)
	defer look.Stop()
	for {
		paused, err := a.ledger.ScopesOf(ctx, newsletter)
		if err != nil {
			return err
		}
		if len(paused) == 0 {
			c.say("the relay took a mail; the rest follows")
			return nil
		}
		tried := 0
		for _, p := range paused {
			if was, known := probes[p.Newsletter]; !known || p.Probes > was {
				tried++
			}
		}
		if tried == len(paused) {
			return stillPaused(paused)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-end.C:
			c.say("no mail was tried yet: perhaps none waits; the next one is")
			return stillPaused(paused)
		case <-look.C:
		}
	}
}

func stillPaused(paused []ledger.PauseInfo) error {
	var faults []error
	for _, p := range paused {
		faults = append(faults, exitf(codeFailed, "%s still paused: %s%s", scopeText(p.Newsletter), p.Reason, said(p)))
	}
	return exit{codeFailed, errors.Join(faults...)}
}
