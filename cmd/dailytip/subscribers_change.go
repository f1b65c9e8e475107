package main

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"dailytip/subscribers"
)

// byOperator is how a change by command came about, for a person's history.
const byOperator = "by the operator"

func (c *command) subscribersSet() *cobra.Command {
	var newsletter string
	var prefs preferenceFlags
	cmd := &cobra.Command{
		Use:   "set EMAIL",
		Short: "Change somebody's preferences",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.with(cmd.Context(), args[0], func(a *app, s *subscribers.Subscriber) error {
				sub, err := pickSubscription(s, newsletter)
				if err != nil {
					return err
				}
				p, err := prefs.over(cmd, s.PreferencesIn(sub))
				if err != nil {
					return err
				}
				err = a.db.Write(cmd.Context(), func(tx *sql.Tx) error {
					return a.list.Set(cmd.Context(), tx, time.Now(), s, sub, p)
				})
				if err != nil {
					return err
				}
				return c.answerChange(cmd.Context(), a, s.ID, sub.Newsletter)
			})
		},
	}
	prefs.register(cmd)
	cmd.Flags().StringVar(&newsletter, "newsletter", "", "the newsletter's `id` (default: the only one they have)")
	return cmd
}

func pickSubscription(s *subscribers.Subscriber, newsletter string) (subscribers.Subscription, error) {
	ids := make([]string, len(s.Subscriptions))
	for i, sub := range s.Subscriptions {
		ids[i] = sub.Newsletter
	}
	id, err := subscribers.PickNewsletter(newsletter, ids)
	if err != nil {
		return subscribers.Subscription{}, exit{codeUsage, err}
	}
	return s.Subscriptions[slices.Index(ids, id)], nil
}

// change runs something for one subscription, or for all of a person's when no
// newsletter is named, and says whether it changed any.
func (c *command) change(use, help string, flags func(*cobra.Command), f func(ctx context.Context, a *app, chosen []subscribers.Subscription) (changed int, err error)) *cobra.Command {
	var newsletter string
	cmd := &cobra.Command{
		Use:   use,
		Short: help,
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.with(cmd.Context(), args[0], func(a *app, s *subscribers.Subscriber) error {
				chosen := s.Subscriptions
				if newsletter != "" {
					sub, err := pickSubscription(s, newsletter)
					if err != nil {
						return err
					}
					chosen = []subscribers.Subscription{sub}
				}
				changed, err := f(cmd.Context(), a, chosen)
				if err == nil && changed == 0 {
					return exitf(codeNothing, "nothing to change: see dailytip subscribers show %s", s.Email)
				}
				if err != nil {
					return err
				}
				names := make([]string, len(chosen))
				for i, sub := range chosen {
					names[i] = sub.Newsletter
				}
				return c.answerChange(cmd.Context(), a, s.ID, names...)
			})
		},
	}
	cmd.Flags().StringVar(&newsletter, "newsletter", "", "only in this newsletter, by its `id` (default: in all they have)")
	if flags != nil {
		flags(cmd)
	}
	return cmd
}

// forEach changes each of some subscriptions in one transaction, and returns how
// many were changed.
func (a *app) forEach(ctx context.Context, chosen []subscribers.Subscription, f func(tx *sql.Tx, sub subscribers.Subscription) (bool, error)) (changed int, err error) {
	err = a.db.Write(ctx, func(tx *sql.Tx) error {
		changed = 0
		for _, sub := range chosen {
			did, err := f(tx, sub)
			if err != nil {
				return err
			}
			if did {
				changed++
			}
		}
		return nil
	})
	return changed, err
}

func (c *command) subscribersPause() *cobra.Command {
	var until string
	return c.change("pause EMAIL", "Hold somebody's mail for a while",
		func(cmd *cobra.Command) {
			cmd.Flags().StringVar(&until, "until", "", "resume on this `date` by itself (default: when resumed by hand)")
		},
		func(ctx context.Context, a *app, chosen []subscribers.Subscription) (int, error) {
			return a.forEach(ctx, chosen, func(tx *sql.Tx, sub subscribers.Subscription) (bool, error) {
				end, err := a.scheduler.PauseEnd(sub, until)
				if err != nil {
					return false, exitf(codeUsage, "--until: %w", err)
				}
				return a.list.Pause(ctx, tx, time.Now(), end, sub.ID, byOperator)
			})
		})
}

func (c *command) subscribersResume() *cobra.Command {
	return c.change("resume EMAIL", "End somebody's pause", nil,
		func(ctx context.Context, a *app, chosen []subscribers.Subscription) (int, error) {
			return a.forEach(ctx, chosen, func(tx *sql.Tx, sub subscribers.Subscription) (bool, error) {
				return a.list.Resume(ctx, tx, time.Now(), sub.ID, byOperator)
			})
		})
}

func (c *command) subscribersUnsubscribe() *cobra.Command {
	return c.change("unsubscribe EMAIL", "End somebody's subscription", nil,
		func(ctx context.Context, a *app, chosen []subscribers.Subscription) (int, error) {
			ids := make([]int64, len(chosen))
			for i, sub := range chosen {
				ids[i] = sub.ID
			}
			return a.membership.Leave(ctx, time.Now(), byOperator, ids...)
		})
}

func (c *command) subscribersErase() *cobra.Command {
	return &cobra.Command{
		Use:   "erase EMAIL",
		Short: "Forget a person: address, name, preferences, history",
		Long: `erase removes all that is personal, from the database's files too. What stays is a
keyed hash of the address, so that no import brings the person back, and the bare
numbers of what was sent.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.with(cmd.Context(), args[0], func(a *app, s *subscribers.Subscriber) error {
				if err := a.membership.Erase(cmd.Context(), time.Now(), s.ID); err != nil {
					return err
				}
				if err := a.list.Scrub(cmd.Context()); err != nil { // if somebody reads just now, the daemon does it in a while
					return err
				}
				if c.json {
					return c.printJSON(map[string]string{"email": string(s.Email), "result": "erased"})
				}
				c.printf("%s is forgotten; no import brings the address back, only they themselves can\n", s.Email)
				return nil
			})
		},
	}
}
