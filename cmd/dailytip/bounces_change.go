package main

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"dailytip/subscribers"
)

func (c *command) bouncesUndo() *cobra.Command {
	return c.changeBounces("undo", "Take back what was decided: the address gets mail again",
		`undo takes back what bounces did: who was suppressed because of one is what they were
before, and none of them counts any more. Who unsubscribed by mail can only come back
by themselves.`,
		subscribers.Undoable(),
		func(ctx context.Context, a *app, id int64) (subscribers.Decision, error) {
			return subscribers.Undone, a.intake.Undo(ctx, time.Now(), id, "")
		})
}

func (c *command) bouncesRetry() *cobra.Command {
	return c.changeBounces("retry", "Decide anew, also what was held back or undone",
		`retry decides anew: from the message as this version reads it, where it's still kept
(the first 256 KB), and whatever others of the domain heard. So what was held back takes effect when you
know that the addresses are dead.`,
		[]subscribers.Decision{subscribers.HeldBack},
		func(ctx context.Context, a *app, id int64) (subscribers.Decision, error) {
			return a.intake.Retry(ctx, time.Now(), id, "")
		})
}

// changeBounces makes a command that changes some, by their numbers or by their domain;
// of a domain only those with certain decisions.
func (c *command) changeBounces(name, help, long string, of []subscribers.Decision, f func(ctx context.Context, a *app, id int64) (subscribers.Decision, error)) *cobra.Command {
	var domain string
	cmd := &cobra.Command{
		Use:   name + " NUMBER…",
		Short: help,
		Long:  long,
		RunE: func(cmd *cobra.Command, args []string) error {
			if (len(args) > 0) == (domain != "") {
				return exitf(codeUsage, "write the numbers of bounces, or --domain; dailytip bounces list shows both")
			}
			a, err := c.open(cmd.Context(), slog.LevelWarn)
			if err != nil {
				return err
			}
			defer a.close()
			chosen, err := chooseBounces(cmd.Context(), a, args, domain, of)
			if err != nil {
				return err
			}
			return c.eachBounce(cmd.Context(), a, chosen, f)
		},
	}
	cmd.Flags().StringVar(&domain, "domain", "", "all of a `domain` in the last 30 days, in place of numbers")
	return cmd
}

func chooseBounces(ctx context.Context, a *app, args []string, domain string, of []subscribers.Decision) (chosen []subscribers.BounceRecord, err error) {
	for _, arg := range args {
		id, err := bounceNumber(arg)
		if err != nil {
			return nil, err
		}
		b, err := a.list.Bounce(ctx, a.db.Read(), id)
		if errors.Is(err, subscribers.ErrNoBounce) {
			return nil, exitf(codeFailed, "there is no bounce %d; dailytip bounces list shows them", id)
		}
		if err != nil {
			return nil, err
		}
		chosen = append(chosen, b)
	}
	if domain == "" {
		return chosen, nil
	}
	chosen, err = a.list.BouncesOfDomain(ctx, a.db.Read(), strings.ToLower(domain), time.Now().AddDate(0, 0, -30), of...)
	if err == nil && len(chosen) == 0 {
		err = exitf(codeNothing, "nothing of %s waits for that", domain)
	}
	return chosen, err
}

// eachBounce changes them one after the other and says what became of each.
func (c *command) eachBounce(ctx context.Context, a *app, chosen []subscribers.BounceRecord, f func(ctx context.Context, a *app, id int64) (subscribers.Decision, error)) error {
	refused := 0
	for _, b := range chosen {
		decision, err := f(ctx, a, b.ID)
		if errors.Is(err, subscribers.ErrLeft) || errors.Is(err, subscribers.ErrUnknown) {
			refused++
			c.say("%d of %s: %v", b.ID, b.Email, err)
			continue
		}
		if err != nil {
			return err
		}
		if c.json {
			if err := c.printJSON(map[string]any{"id": b.ID, "email": string(b.Email), "decision": string(decision)}); err != nil {
				return err
			}
			continue
		}
		c.printf("%d of %s: %s\n", b.ID, b.Email, decision)
	}
	if refused > 0 {
		return exitf(codePart, "%s as before", count(refused, "bounce stays", "bounces stay"))
	}
	return nil
}
