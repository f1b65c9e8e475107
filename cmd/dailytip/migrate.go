package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"dailytip/config"
	"dailytip/store"
)

func (c *command) migrate() *cobra.Command {
	return &cobra.Command{
		Use:   "migrate",
		Short: "Bring the database up to date",
		Long: `migrate makes the database when it isn't there and brings it up to date. All other
commands do so too; this one is for doing it ahead of time, or with rights that the
daemon hasn't.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := config.Load(c.configPath())
			if err != nil {
				return err
			}
			db, err := store.Open(cmd.Context(), cfg.Database.Reveal())
			if err != nil {
				return err
			}
			defer func() { _ = db.Close() }()
			version, err := db.Migrate(cmd.Context())
			if err != nil {
				return err
			}
			if c.json {
				return c.printJSON(map[string]any{"database": cfg.Database.String(), "version": version})
			}
			_, err = fmt.Fprintf(c.out, "%s is at version %d\n", cfg.Database, version)
			return err
		},
	}
}
