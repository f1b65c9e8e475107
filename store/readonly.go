package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/jackc/pgx/v5/stdlib"

	"dailytip/pgurl"
)

// ErrOtherVersion means that a database has another schema than this program.
var ErrOtherVersion = errors.New("the database's tables are those of another version; run dailytip migrate first")

// OpenToRead opens a database for reading only; a daemon may be using it. Its schema
// must be this program's ([ErrOtherVersion]). A missing SQLite file isn't made: the
// error is fs.ErrNotExist.
func OpenToRead(ctx context.Context, name string) (*DB, error) {
	db, err := openToRead(name)
	if err != nil {
		return nil, fmt.Errorf("open database to read: %w", err)
	}
	provider, err := db.provider()
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	if err := db.read.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open database to read: %w", Explain(err)), db.Close())
	}
	if db.version(ctx) != latest(provider) {
		return nil, errors.Join(ErrOtherVersion, db.Close())
	}
	return db, nil
}

func openToRead(name string) (*DB, error) {
	if pgurl.Is(name) {
		config, err := postgresConfig(name)
		if err != nil {
			return nil, err
		}
		config.RuntimeParams["default_transaction_read_only"] = "on"
		pool := stdlib.OpenDB(*config)
		return &DB{write: pool, read: pool}, nil
	}
	path, err := filepath.Abs(name)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(path); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("%s: %w", name, fs.ErrNotExist)
		}
		return nil, err
	}
	// Not mode=ro, with which SQLite couldn't remove the log (WAL) that it has to
	// open, and would leave it beside the file.
	pool, err := openPool(driverName, path, 0, waitsItself, "query_only(1)") // 0: as many as it takes
	if err != nil {
		return nil, err
	}
	return &DB{write: pool, read: pool, path: path}, nil
}
