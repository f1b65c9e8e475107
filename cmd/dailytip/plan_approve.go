package main

import (
	"log/slog"
	"time"

	"github.com/spf13/cobra"

	"dailytip/scheduler"
	"dailytip/tips"
)

// planApprove is plan approve.
func (c *command) planApprove(newsletter *string) *cobra.Command {
	return &cobra.Command{
		Use:   "approve TIP|DATE",
		Short: "Approve a tip, or the one that is meant for a date",
		Long: `In a newsletter with approve: true a tip goes out only when its text is approved, in all
languages that it has. approve takes the text as it is now: an edit ends it.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			a, n, err := c.planned(cmd, *newsletter)
			if err != nil {
				return err
			}
			defer a.close()
			now := time.Now()
			t, date, err := a.scheduler.Approve(cmd.Context(), now, n, args[0], who())
			if err != nil {
				return refused(err)
			}
			if !date.IsZero() {
				return c.answerPlan(cmd.Context(), a, n, now, date)
			}
			return c.answerApproval(n, t, true)
		},
	}
}

// planUnapprove is plan unapprove.
func (c *command) planUnapprove(newsletter *string) *cobra.Command {
	return &cobra.Command{
		Use:   "unapprove TIP|DATE",
		Short: "Take back that a tip is approved",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			a, n, err := c.planned(cmd, *newsletter)
			if err != nil {
				return err
			}
			defer a.close()
			tip, err := a.scheduler.Unapprove(cmd.Context(), time.Now(), n, scheduler.Date{}, args[0], who())
			if err != nil {
				return refused(err)
			}
			return c.answerApproval(n, tips.Tip{ID: tip}, false)
		},
	}
}

// planned opens what the commands that change the plan need.
func (c *command) planned(cmd *cobra.Command, newsletter string) (*app, *scheduler.Newsletter, error) {
	a, err := c.open(cmd.Context(), slog.LevelWarn)
	if err != nil {
		return nil, nil, err
	}
	n, err := a.scheduler.Find(newsletter)
	if err != nil {
		a.close()
		return nil, nil, exit{codeUsage, err}
	}
	return a, n, nil
}

// answerApproval says where a tip stands that no date names.
func (c *command) answerApproval(n *scheduler.Newsletter, t tips.Tip, approved bool) error {
	if c.json {
		return c.printJSON(map[string]any{"newsletter": n.ID, "tip": t.ID, "approved": approved})
	}
	state := "isn't approved any more"
	if approved {
		state = "is approved"
	}
	c.printf("%s of %s %s\n", t.ID, n.ID, state)
	return nil
}
