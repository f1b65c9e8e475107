package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"dailytip/hooks"
	"dailytip/hooks/posting"
)

func (c *command) webhooksEnable() *cobra.Command {
	var skip bool
	cmd := &cobra.Command{
		Use:   "enable NAME",
		Short: "Post to an endpoint again that was disabled, or failed a moment ago",
		Long: `enable has the daemon post to an endpoint at once, from the first event that waits and
in their order. With --skip that first one is given up: when the endpoint will never
take it.`,
		Args: cobra.ExactArgs(1),
		RunE: c.withEndpoint(func(ctx context.Context, a *app, e hooks.Endpoint, _ []string) error {
			queue := hooks.NewQueue(a.db)
			if skip {
				first, waiting, err := queue.First(ctx, e.Name)
				if err != nil {
					return err
				}
				if !waiting {
					return exitf(codeNothing, "no event waits for %s", e.Name)
				}
				skipped, err := queue.Skip(ctx, e.Name, first.ID, time.Now())
				if err != nil {
					return err
				}
				if !skipped {
					return exitf(codeNothing, "%s has taken %s meanwhile", e.Name, first.MessageID())
				}
				c.printf("%s (%s) is given up\n", first.MessageID(), first.Type)
			}
			changed, err := queue.Enable(ctx, e.Name)
			if err != nil {
				return err
			}
			if !changed && !skip {
				return exitf(codeNothing, "%s isn't disabled, and hasn't failed", e.Name)
			}
			n, _, err := queue.Waiting(ctx, e.Name)
			if err != nil {
				return err
			}
			c.printf("events are posted to %s again; %s\n", e.Name, count(n, "event waits", "events wait"))
			return nil
		}),
	}
	cmd.Flags().BoolVar(&skip, "skip", false, "give up the first event that waits")
	return cmd
}

func (c *command) webhooksReplay() *cobra.Command {
	var since time.Duration
	cmd := &cobra.Command{
		Use:   "replay NAME [EVENT]",
		Short: "Post an event again that an endpoint took or that was given up, or all it took in a time",
		Long: `replay has the daemon post an event again that an endpoint took or that was given up, or
with --since all that it took: for a program that has lost what it was told. They keep
their numbers, and come before those that wait.`,
		Example: "  dailytip webhooks replay crm evt_11823719238\n  dailytip webhooks replay crm --since 24h",
		Args:    cobra.RangeArgs(1, 2),
		RunE: c.withEndpoint(func(ctx context.Context, a *app, e hooks.Endpoint, args []string) error {
			if (len(args) == 1) == (since > 0) {
				return exitf(codeUsage, "write the number of an event, or --since; dailytip webhooks show %s lists them", e.Name)
			}
			queue := hooks.NewQueue(a.db)
			var id int64
			if len(args) == 1 {
				event, err := c.event(ctx, queue, e, args[0])
				if err != nil {
					return err
				}
				id = event.ID
			}
			n, err := queue.Replay(ctx, e.Name, id, time.Now().Add(-since))
			if err != nil {
				return err
			}
			if n == 0 {
				return exitf(codeNothing, "none of these events was taken by %s; what waits is posted anyway", e.Name)
			}
			c.printf("%s again to %s\n", count(n, "event is posted", "events are posted"), e.Name)
			return nil
		}),
	}
	cmd.Flags().DurationVar(&since, "since", 0, "all that it took of what happened in this time, such as 24h")
	return cmd
}

func (c *command) webhooksTest() *cobra.Command {
	return &cobra.Command{
		Use:   "test NAME",
		Short: "Post an event of the type test now, and print the reply",
		Long: `test posts an event of the type test from here, whether the daemon runs or not and
whatever waits, and prints the reply. It's written down nowhere.`,
		Args: cobra.ExactArgs(1),
		RunE: c.withEndpoint(func(ctx context.Context, a *app, e hooks.Endpoint, _ []string) error {
			if err := a.config.Secrets(); err != nil {
				return err
			}
			attempt, err := posting.Try(ctx, time.Now(), e)
			if err != nil {
				return err
			}
			line := attemptLineOf(attempt)
			if c.json {
				err = c.printJSON(line)
			} else {
				c.printf("%s\n", line)
			}
			if err == nil && !attempt.Accepted() {
				err = exitf(codeFailed, "%s didn't take it", e.Name)
			}
			return err
		}),
	}
}
