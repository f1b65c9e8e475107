package main

import (
	"database/sql"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"dailytip/subscribers"
)

func (c *command) subscribersRestore() *cobra.Command {
	var why string
	cmd := &cobra.Command{
		Use:   "restore EMAIL --why TEXT",
		Short: "Undo a suppression: mail to them works again, or they ask for it",
		Long: `restore makes somebody what they were before mail to them failed or they
complained: who was active gets the next edition, and who had left stays away.
--why is kept in their history, with the reason for which they had been suppressed.
Readers can do it themselves: who signs up again and confirms is restored.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if why = strings.Join(strings.Fields(why), " "); why == "" {
				return exitf(codeUsage, "--why is missing; write how you know that they can get mail again, and want it")
			}
			return c.with(cmd.Context(), args[0], func(a *app, s *subscribers.Subscriber) error {
				restored := false
				err := a.db.Write(cmd.Context(), func(tx *sql.Tx) (err error) {
					restored, err = a.list.Restore(cmd.Context(), tx, time.Now(), s.ID, why)
					return err
				})
				if err != nil {
					return err
				}
				if !restored {
					return exitf(codeNothing, "%s isn't suppressed", s.Email)
				}
				return c.answerChange(cmd.Context(), a, s.ID)
			})
		},
	}
	cmd.Flags().StringVar(&why, "why", "", "the reason, as `text` for their history")
	return cmd
}
