package main

import (
	"log/slog"
	"time"

	"github.com/spf13/cobra"
)

func (c *command) keys() *cobra.Command {
	keys := &cobra.Command{
		Use:   "keys",
		Short: "The keys that links in mails are signed with",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	keys.AddCommand(c.keysRotate())
	return keys
}

func (c *command) keysRotate() *cobra.Command {
	var calendars bool
	cmd := &cobra.Command{
		Use:   "rotate",
		Short: "End the links that are out, but for those to unsubscribe",
		Long: `rotate makes a new key. The links in mails that have been sent end, to settings,
to confirm and to vote, and so do the links to calendars; new mails have new ones.
Links to unsubscribe go on working for ever, and do nothing else. What comes back of
mails that are out is still known by its return path. A running daemon takes the key
into use within seconds, on every node.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			a, err := c.open(cmd.Context(), slog.LevelWarn)
			if err != nil {
				return err
			}
			defer a.close()
			if err := a.list.Rotate(cmd.Context(), time.Now(), calendars); err != nil {
				return err
			}
			if c.json {
				return c.printJSON(map[string]bool{"rotated": true, "calendars_only": calendars})
			}
			if calendars {
				c.printf("The links to calendars have ended; dailytip plan --link prints the new ones.\n")
			} else {
				c.printf("All links have ended but those to unsubscribe. Readers find new ones in their next mail.\n")
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&calendars, "calendars", false, "only end the links to calendars")
	return cmd
}
