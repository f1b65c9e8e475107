package main

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"dailytip/config"
	"dailytip/pgurl"
	"dailytip/store"
)

func (c *command) restore() *cobra.Command {
	return &cobra.Command{
		Use:   "restore FILE",
		Short: "Put a backup in the SQLite database's place",
		Long: `restore copies a file that backup has made to where the configuration has its database,
checks the copy, and only then gives it the database's name. A database that is there is
kept beside it under another name. The daemon must be stopped.

Who signed up since the backup isn't in it, and who left since is back. What was sent
since goes out again, under the same Message-ID, while its time (give_up_after) isn't
over: edition cancel, before the daemon starts, keeps it from that.

A database on PostgreSQL is restored by pg_restore.`,
		Example: `  dailytip restore /var/backups/dailytip-2026-11-23.db`,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.putBack(cmd.Context(), args[0])
		},
	}
}

func (c *command) putBack(ctx context.Context, file string) error {
	cfg, err := config.LoadToLook(c.configPath())
	if err != nil {
		return err
	}
	name := cfg.Database.Reveal()
	if pgurl.Is(name) {
		return exitf(codeUsage, "the database is on PostgreSQL, whose own program restores it: pg_restore --clean --dbname='%s' FILE", cfg.Database)
	}
	restored, err := store.Restore(ctx, file, name, ".old-"+time.Now().UTC().Format("20060102-150405"))
	switch {
	case errors.Is(err, store.ErrSenderRunning):
		return exitf(codeFailed, "%w; stop the daemon first", err)
	case errors.Is(err, fs.ErrNotExist):
		return exitf(codeFailed, "%w; is there the file %s, and the folder of %s?", err, file, name)
	case err != nil:
		return err
	}
	if err := handOver(filepath.Dir(name), filepath.Base(name)+"*"); err != nil {
		return err
	}
	if c.json {
		return c.printJSON(map[string]any{"database": name, "bytes": restored.Bytes, "version": restored.Version, "old": restored.Old})
	}
	c.printf("%s is what %s holds: %.1f MB, checked\n", name, file, float64(restored.Bytes)/1e6)
	if restored.Old != "" {
		c.printf("%s is the database that was there; remove it when you don't need it any more\n", restored.Old)
	}
	return nil
}
