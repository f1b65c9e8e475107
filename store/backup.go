package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/pressly/goose/v3"
)

var (
	// ErrExists means that a file is in the way.
	ErrExists = errors.New("there is a file of that name already")
	// ErrNotOurs means that an SQLite file isn't one of this program's.
	ErrNotOurs = errors.New("this is no database of dailytip's")
)

// Backup is a copy of an SQLite database.
type Backup struct {
	Bytes   int64
	Version int64 // of the schema
}

// BackUp copies an SQLite database of any version into a file that mustn't be
// there yet, as it was at one instant; others may write meanwhile. The copy gets
// its name when it's complete and was checked, and only its owner can read it.
func BackUp(ctx context.Context, from, to string) (b Backup, err error) {
	if b, err = backUp(ctx, from, to); err != nil {
		return Backup{}, fmt.Errorf("back up: %w", Explain(err))
	}
	return b, nil
}

func backUp(ctx context.Context, from, to string) (b Backup, err error) {
	if _, err := os.Stat(from); err != nil {
		return b, err
	}
	if _, err := os.Lstat(to); err == nil {
		return b, fmt.Errorf("%s: %w", to, ErrExists)
	}
	// Its owner's alone from the beginning: it holds the readers' addresses.
	file, err := os.CreateTemp(filepath.Dir(to), ".dailytip-backup-")
	if err != nil {
		return b, err
	}
	defer func() { _ = os.Remove(file.Name()) }() // it has another name by then, or is of no use
	defer func() { _ = file.Close() }()
	if err := vacuumInto(ctx, from, file.Name()); err != nil {
		return b, err
	}
	if b.Version, err = checkBackup(ctx, file.Name()); err != nil {
		return b, err
	}
	if err := file.Sync(); err != nil {
		return b, err
	}
	info, err := file.Stat()
	if err != nil {
		return b, err
	}
	b.Bytes = info.Size()
	return b, giveName(file.Name(), to)
}

// vacuumInto copies what the database holds at the instant at which it begins. It
// reads, so nobody waits for it; the log (WAL) grows until it's done.
func vacuumInto(ctx context.Context, from, to string) error {
	path, err := filepath.Abs(from)
	if err != nil {
		return err
	}
	db, err := openPool(driverName, path, 1, waitsItself)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	_, err = db.ExecContext(ctx, "VACUUM INTO $1", to)
	return err
}

// checkBackup opens a copy as a restore would, and has SQLite look through all of
// it.
func checkBackup(ctx context.Context, name string) (version int64, err error) {
	path, err := filepath.Abs(name)
	if err != nil {
		return 0, err
	}
	db, err := openPool(driverName, path, 1, waitsItself, "query_only(1)")
	if err != nil {
		return 0, err
	}
	defer func() { _ = db.Close() }()
	faults, err := oneColumn(ctx, db, "PRAGMA quick_check")
	if err != nil {
		return 0, err
	}
	if found := strings.Join(faults, "; "); found != "ok" {
		return 0, fmt.Errorf("the copy is damaged: %s", found)
	}
	var ours bool
	if err := db.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = $1)", goose.DefaultTablename).Scan(&ours); err != nil {
		return 0, err
	}
	if !ours {
		return 0, ErrNotOurs
	}
	var v sql.NullInt64
	err = db.QueryRowContext(ctx, "SELECT MAX(version_id) FROM "+goose.DefaultTablename).Scan(&v)
	return v.Int64, err
}

// giveName names a file without replacing another, also one that has come
// meanwhile.
func giveName(name, to string) error {
	switch err := os.Link(name, to); {
	case errors.Is(err, fs.ErrExist):
		return fmt.Errorf("%s: %w", to, ErrExists)
	case err != nil: // some file systems have no links
		if err := os.Rename(name, to); err != nil {
			return err
		}
	}
	dir, err := os.Open(filepath.Dir(to))
	if err != nil {
		return err
	}
	defer func() { _ = dir.Close() }()
	return dir.Sync() // so that a power cut doesn't take the name
}
