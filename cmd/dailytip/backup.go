package main

import (
	"context"
	"errors"
	"io/fs"

	"github.com/spf13/cobra"

	"dailytip/config"
	"dailytip/pgurl"
	"dailytip/store"
)

func (c *command) backup() *cobra.Command {
	return &cobra.Command{
		Use:   "backup FILE",
		Short: "Copy the SQLite database, also while the daemon runs",
		Long: `backup copies the database into a new file, as it is at one instant, checks the copy
and says what it made. The daemon goes on meanwhile. The file must not be there yet; only
its owner can read it. It holds all that dailytip knows, the keys of the links in mails
included, but neither config.yaml, tips, templates nor DKIM keys.

A database on PostgreSQL is backed up by pg_dump.`,
		Example: `  dailytip backup /var/backups/dailytip-$(date +%F).db`,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.backUp(cmd.Context(), args[0])
		},
	}
}

func (c *command) backUp(ctx context.Context, file string) error {
	cfg, err := config.LoadToLook(c.configPath())
	if err != nil {
		return err
	}
	name := cfg.Database.Reveal()
	if pgurl.Is(name) {
		return exitf(codeUsage, "the database is on PostgreSQL, whose own program backs it up while daemons run: pg_dump --format=custom --file=%s '%s'", file, cfg.Database)
	}
	made, err := store.BackUp(ctx, name, file)
	switch {
	case errors.Is(err, store.ErrExists):
		return exitf(codeFailed, "%w; a backup replaces nothing: choose another name", err)
	case errors.Is(err, fs.ErrNotExist):
		return exitf(codeFailed, "%w; is database: in %s right, and is there the folder of %s?", err, c.configPath(), file)
	case err != nil:
		return err
	}
	if c.json {
		return c.printJSON(map[string]any{"file": file, "bytes": made.Bytes, "version": made.Version})
	}
	c.printf("%s is a copy of %s as it was when this began: %.1f MB, checked\n", file, name, float64(made.Bytes)/1e6)
	return nil
}
