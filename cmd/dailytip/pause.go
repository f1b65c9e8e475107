package main

import (
	"log/slog"
	"time"

	"github.com/spf13/cobra"
)

func (c *command) pauseSending() *cobra.Command {
	return &cobra.Command{
		Use:   "pause",
		Short: "Hold all that waits to be sent",
		Long: `pause keeps the daemons of this database from taking more mails, confirmations too;
those on the wire finish. It lasts until dailytip resume, whatever is restarted
meanwhile. Editions are opened as planned, and what isn't out by its time
(give_up_after) expires.

To hold one edition only, use dailytip edition pause.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			a, err := c.open(cmd.Context(), slog.LevelWarn)
			if err != nil {
				return err
			}
			defer a.close()
			changed, err := a.ledger.PauseAll(cmd.Context(), time.Now(), who())
			if err != nil {
				return err
			}
			if !changed {
				return exitf(codeNothing, "all sending is paused already; dailytip resume ends that")
			}
			c.say("all sending is paused; dailytip resume lets it go on")
			return nil
		},
	}
}
