package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations/*.sql
var migrations embed.FS

// ErrNewer means that a newer program has changed the schema: what this one would
// write that one couldn't read, or the reverse.
var ErrNewer = errors.New("the database belongs to a newer dailytip; run that one, or restore a backup from before it")

// firstSchema is the version of the whole schema. What came before it was never
// released.
const firstSchema = 21

// ErrOlder means that a program from before the first release made the database.
var ErrOlder = errors.New("the database was made before the first release, and this program can't read it; " +
	"export the list with the program that made it (dailytip subscribers export), name another place at the key database, and import it there")

// Migrate brings the schema up to date and returns the version it is at, or
// [ErrNewer] or [ErrOlder]. Two nodes that start together don't disturb each other.
func (db *DB) Migrate(ctx context.Context) (version int64, err error) {
	provider, err := db.provider()
	if err != nil {
		return 0, fmt.Errorf("migrate: %w", err)
	}
	switch version = db.version(ctx); {
	case version == latest(provider):
		return version, nil
	case version > latest(provider):
		return version, fmt.Errorf("migrate: %w: its schema is at %d, this program knows %d", ErrNewer, version, latest(provider))
	case 0 < version && version < firstSchema:
		return version, fmt.Errorf("migrate: %w", ErrOlder)
	}
	err = untilFree(ctx, func() error {
		// A provider that was locked out when it made its table doesn't make it again.
		if provider, err = db.provider(); err != nil {
			return err
		}
		_, err = provider.Up(ctx)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("migrate: %w", Explain(err))
	}
	version, err = provider.GetDBVersion(ctx)
	if err != nil {
		return 0, fmt.Errorf("migrate: %w", Explain(err))
	}
	return version, nil
}

// version reads the schema's version without taking a lock; 0 when there's none.
func (db *DB) version(ctx context.Context) (v int64) {
	// The table is goose's own. Any error means that it has to look itself.
	_ = db.read.QueryRowContext(ctx, "SELECT COALESCE(MAX(version_id), 0) FROM "+goose.DefaultTablename).Scan(&v)
	return v
}

func latest(p *goose.Provider) (v int64) {
	for _, s := range p.ListSources() {
		v = max(v, s.Version)
	}
	return v
}

func (db *DB) provider() (*goose.Provider, error) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	options := []goose.ProviderOption{
		goose.WithDisableGlobalRegistry(true),
		goose.WithGoMigrations(
			goose.NewGoMigration(firstSchema+1, &goose.GoFunc{RunTx: makeKeys}, nil),
			goose.NewGoMigration(addressesByByte, &goose.GoFunc{RunTx: db.compareBytes}, nil),
		),
	}
	dialect := goose.DialectSQLite3
	if db.Postgres() {
		dialect = goose.DialectPostgres
		locker, err := lock.NewPostgresSessionLocker()
		if err != nil {
			return nil, err
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	return goose.NewProvider(dialect, db.write, files, options...)
}

// makeKeys makes the secrets that links and return paths are signed with. They
// live in the database because links in mails sent years ago must go on working
// after a move to another machine.
func makeKeys(ctx context.Context, tx *sql.Tx) error {
	for id, purpose := range map[int]string{1: "link", 2: "return-path"} {
		secret := make([]byte, 32)
		_, _ = rand.Read(secret) // never fails: crypto/rand ends the program instead
		_, err := tx.ExecContext(ctx,
			"INSERT INTO link_keys (id, purpose, secret) VALUES ($1, $2, $3)", id, purpose, hex.EncodeToString(secret))
		if err != nil {
			return fmt.Errorf("make keys: %w", err)
		}
	}
	return nil
}

// addressesByByte is the version from which addresses are in the same order on both
// engines, so that those with the same beginning stand together.
const addressesByByte = 34

// compareBytes has PostgreSQL compare addresses byte by byte, as SQLite always does: a
// language's order passes over dots and hyphens.
func (db *DB) compareBytes(ctx context.Context, tx *sql.Tx) error {
	if !db.Postgres() {
		return nil
	}
	if _, err := tx.ExecContext(ctx, `ALTER TABLE subscribers ALTER COLUMN email_key TYPE TEXT COLLATE "C"`); err != nil {
		return fmt.Errorf("compare addresses by byte: %w", err)
	}
	return nil
}
