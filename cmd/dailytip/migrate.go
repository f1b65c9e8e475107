package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"dailytip/config"
	"dailytip/ledger"
	"dailytip/pgurl"
	"dailytip/store"
)

type migrateFlags struct {
	from, to string
	force    bool
}

func (c *command) migrate() *cobra.Command {
	var f migrateFlags
	cmd := &cobra.Command{
		Use:   "migrate",
		Short: "Bring the database up to date, or move it to another one",
		Long: `migrate makes the database when it isn't there and brings it up to date. All other
commands do so too; this one is for doing it ahead of time, or with rights that the
daemon hasn't.

With --to it copies everything into another database, from SQLite to PostgreSQL or
back, and reads it back to compare. The target must be empty and the daemon stopped.
Links in mails that were sent before go on working. The source stays as it is; name
the new database in config.yaml afterwards. When it's cut off, the target is empty
still: begin again.`,
		Example: `  dailytip migrate
  dailytip migrate --from dailytip.db --to postgres://dailytip@localhost/dailytip`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case f.to != "":
				return c.move(cmd.Context(), f)
			case f.from != "" || f.force:
				return exitf(codeUsage, "--from and --force go with --to, the database to move to")
			}
			return c.bringUpToDate(cmd.Context())
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.from, "from", "", "the `database` to move from (default: the configuration's)")
	flags.StringVar(&f.to, "to", "", "the `database` to move to: an SQLite file or postgres://…")
	flags.BoolVar(&f.force, "force", false, "move although a daemon uses the source: what it does meanwhile is lost")
	return cmd
}

func (c *command) bringUpToDate(ctx context.Context) error {
	cfg, err := config.LoadToLook(c.configPath())
	if err != nil {
		return err
	}
	db, err := store.Open(ctx, cfg.Database.Reveal())
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	version, err := db.Migrate(ctx)
	if err != nil {
		return err
	}
	if c.json {
		return c.printJSON(map[string]any{"database": cfg.Database.String(), "version": version})
	}
	c.printf("%s is at version %d\n", cfg.Database, version)
	return nil
}

// move copies a whole installation from one database to another.
func (c *command) move(ctx context.Context, f migrateFlags) error {
	if f.from == "" {
		cfg, err := config.LoadToLook(c.configPath())
		if err != nil {
			return err
		}
		f.from = cfg.Database.Reveal()
	}
	for flag, name := range map[string]string{"--from": f.from, "--to": f.to} {
		if strings.Contains(name, "://") && !pgurl.Is(name) || pgurl.IsKeywords(name) {
			return exitf(codeUsage, "%s %s is neither a file nor a URL of PostgreSQL; write an SQLite file, or postgres://user@host:5432/database", flag, pgurl.Redact(name))
		}
	}
	if f.from == f.to {
		return exitf(codeUsage, "--from and --to name the same database")
	}
	from, err := store.OpenToRead(ctx, f.from)
	if errors.Is(err, fs.ErrNotExist) {
		return exitf(codeFailed, "there is no database %s to move from", pgurl.Redact(f.from))
	}
	if err != nil {
		return fmt.Errorf("source %s: %w", pgurl.Redact(f.from), err)
	}
	defer func() { _ = from.Close() }()
	release, err := c.standStill(ctx, from, "source "+pgurl.Redact(f.from), f.force)
	if err != nil {
		return err
	}
	defer release()
	to, err := store.Open(ctx, f.to)
	if err != nil {
		return fmt.Errorf("target %s: %w", pgurl.Redact(f.to), err)
	}
	defer func() { _ = to.Close() }()
	if _, err := to.Migrate(ctx); err != nil {
		return fmt.Errorf("target %s: %w", pgurl.Redact(f.to), err)
	}
	released, err := c.standStill(ctx, to, "target "+pgurl.Redact(f.to), false)
	if err != nil {
		return err
	}
	defer released()
	moved, err := c.moveShowing(ctx, from, to)
	if err != nil {
		return err
	}
	return c.reportMoved(moved, f)
}

// standStill makes sure that no daemon sends from a database, and that none
// begins to. On PostgreSQL it can only look at who was alive a moment ago.
func (c *command) standStill(ctx context.Context, db *store.DB, what string, force bool) (release func(), err error) {
	sender, err := db.LockSender()
	if err == nil && db.Postgres() {
		var nodes int64
		nodes, err = ledger.New(db, nil).Nodes(ctx, time.Now().Add(-aliveFor))
		if err == nil && nodes > 0 {
			err = store.ErrSenderRunning
		}
	}
	switch {
	case err == nil:
		return func() { _ = sender.Release() }, nil
	case !errors.Is(err, store.ErrSenderRunning):
		return nil, fmt.Errorf("%s: %w", what, err)
	case force:
		c.say("a daemon uses the %s: what it does from now on isn't moved", what)
		return func() {}, nil
	}
	return nil, exitf(codeFailed, "a daemon uses the %s; stop it first, on every machine (one that was killed counts for a minute)", what)
}

// aliveFor is how long after a daemon was last seen it may still be there.
const aliveFor = time.Minute

// moveShowing moves, and shows how far it is.
func (c *command) moveShowing(ctx context.Context, from, to *store.DB) ([]store.Moved, error) {
	bar := c.progress("Moving")
	defer bar.done()
	total, last, before := int64(0), "", int64(0)
	return store.Move(ctx, from, to, func(table string, rows int64) {
		if table != last {
			last, before = table, 0
		}
		total += rows - before
		before = rows
		bar.show(total, 0)
	})
}

func (c *command) reportMoved(moved []store.Moved, f migrateFlags) error {
	var rows []table.Row
	total := int64(0)
	for _, m := range moved {
		if c.json {
			err := c.printJSON(map[string]any{"table": m.Table, "rows": m.Rows, "sha256": m.Sum, "repaired": m.Repaired})
			if err != nil {
				return err
			}
		}
		if m.Repaired > 0 {
			c.say("%s: %s characters that PostgreSQL doesn't take (U+0000 or invalid UTF-8); those were left out", m.Table, count(m.Repaired, "text held", "texts held"))
		}
		total += m.Rows
		rows = append(rows, table.Row{m.Table, m.Rows, m.Sum[:16]})
	}
	if c.json {
		return nil
	}
	c.table(table.Row{"Table", "Rows", "Checksum"}, rows, 2)
	c.printf("\n%s in %s, and equal to what is in %s. Now set database: in the configuration and start the daemon.\n", count(total, "row is", "rows are"), pgurl.Redact(f.to), pgurl.Redact(f.from))
	return nil
}
