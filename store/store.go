package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"dailytip/pgurl"
)

// DB is an open database. Its methods may be called from several goroutines.
type DB struct {
	write        *sql.DB
	read         *sql.DB
	path         string // the SQLite file, "" on PostgreSQL
	observeWrite func(took time.Duration, err error)
}

// ObserveWrites calls f after each transaction of [DB.Write], with how long it took,
// waiting for the right to write included, and its error. f is called from several
// goroutines; set it before the database is used.
func (db *DB) ObserveWrites(f func(took time.Duration, err error)) { db.observeWrite = f }

// Queryer is what *sql.DB and *sql.Tx share: a function that only reads takes
// it, and works inside and outside a transaction.
type Queryer interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// Open opens the database that a configuration names: a postgres:// URL, or the
// path of an SQLite file, which is made when it's missing. It doesn't migrate.
func Open(ctx context.Context, name string) (*DB, error) {
	if pgurl.Is(name) {
		return openPostgres(ctx, name)
	}
	return OpenThrough(ctx, driverName, name)
}

// driverName is what SQLite's driver is registered as.
const driverName = "sqlite"

// OpenThrough opens an SQLite file through a driver that is registered under another
// name, and does what SQLite's own does.
func OpenThrough(ctx context.Context, driver, name string) (*DB, error) {
	return openSQLite(ctx, driver, name, "synchronous(FULL)")
}

// OpenScratch makes an SQLite file that is of use to this process alone, and of none
// after a crash: writing doesn't wait for the disk. It has one connection, so rows that
// are read must be closed before anything else is done.
func OpenScratch(ctx context.Context, path string) (*DB, error) {
	pool, err := openPool(driverName, path, 1, "synchronous(OFF)", "locking_mode(EXCLUSIVE)", "journal_mode(MEMORY)", "cache_size(-100000)")
	if err != nil {
		return nil, err
	}
	db := &DB{write: pool, read: pool, path: path}
	if err := db.probe(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open database %s: %w", path, err), db.Close())
	}
	return db, nil
}

func openSQLite(ctx context.Context, driver, name string, pragmas ...string) (*DB, error) {
	path, err := resolve(name)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	if dir := filepath.Dir(path); !isDir(dir) {
		return nil, fmt.Errorf("open database %s: there is no folder %s; make it, or name another place at the key database", name, dir)
	}
	// SQLite would let everybody read a file that it makes: it holds the readers'
	// addresses. The files beside it get the same mode.
	if made, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600); err == nil {
		if err := made.Close(); err != nil {
			return nil, fmt.Errorf("make database %s: %w", name, err)
		}
	} // else it's there, or SQLite says why not
	db := &DB{path: path}
	// synchronous=FULL: what the ledger calls sent must survive a power cut.
	// A transaction takes the write lock when it begins (_txlock=immediate), so
	// two writers wait for each other instead of failing at the first write.
	// secure_delete: what is erased is overwritten, and not left in the file's free
	// pages.
	// cache_size, in KiB: the system has the file in memory anyway. With SQLite's own
	// 2,000 for each connection nothing but a transaction of tens of thousands of rows
	// was faster, and the process took six megabytes more.
	if db.write, err = openPool(driver, path, 1, append(pragmas, "cache_size(-1024)", "journal_mode(WAL)", "secure_delete(1)")...); err != nil {
		return nil, err
	}
	if db.read, err = openPool(driver, path, 8, "cache_size(-256)", waitsItself, "query_only(1)"); err != nil {
		return nil, err
	}
	db.read.SetMaxIdleConns(8)
	db.read.SetConnMaxIdleTime(5 * time.Minute)
	if err := db.probe(ctx); err != nil {
		_ = db.Close()
		return nil, fmt.Errorf("open database %s: %w", name, err)
	}
	return db, nil
}

// resolve returns the path of an SQLite file without links: whoever gets to it by another
// way must find the same lock beside it. The file need not be there yet.
func resolve(name string) (string, error) {
	path, err := filepath.Abs(name)
	if err != nil {
		return "", err
	}
	for range 40 { // links, as many as systems follow
		// A link in a linked folder leads on from where the folder is.
		if dir, err := filepath.EvalSymlinks(filepath.Dir(path)); err == nil {
			path = filepath.Join(dir, filepath.Base(path))
		}
		target, err := os.Readlink(path)
		if err != nil {
			break
		}
		if !filepath.IsAbs(target) {
			target = filepath.Join(filepath.Dir(path), target)
		}
		path = target
	}
	return path, nil
}

// probe reads once, so that a file that is no database is told at the start. It
// takes no lock: a command that only reads must not wait for a busy daemon.
func (db *DB) probe(ctx context.Context) error {
	var n int
	return Explain(untilFree(ctx, func() error {
		return db.write.QueryRowContext(ctx, "SELECT COUNT(*) FROM sqlite_schema").Scan(&n)
	}))
}

// openPool opens an SQLite file with so many connections at most.
func openPool(driver, path string, connections int, pragmas ...string) (*sql.DB, error) {
	pool, err := sql.Open(driver, dsn(path, pragmas...))
	if err != nil {
		return nil, fmt.Errorf("open database %s: %w", path, err)
	}
	pool.SetMaxOpenConns(connections)
	return pool, nil
}

func dsn(path string, pragmas ...string) string {
	q := url.Values{"_txlock": {"immediate"}}
	for _, p := range append([]string{"foreign_keys(1)"}, pragmas...) {
		q.Add("_pragma", p)
	}
	return (&url.URL{Scheme: "file", Path: path, RawQuery: q.Encode()}).String()
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// Close closes all connections.
func (db *DB) Close() error {
	if db.read == db.write {
		return db.write.Close()
	}
	return errors.Join(db.read.Close(), db.write.Close())
}

// Read returns the pool for reading. On SQLite it refuses to write.
func (db *DB) Read() *sql.DB { return db.read }

// Postgres tells whether several processes may write at once.
func (db *DB) Postgres() bool { return db.path == "" }

// Path returns the SQLite file, or "" on PostgreSQL.
func (db *DB) Path() string { return db.path }

// Write runs f in one transaction and commits it when f returns nil. f must use
// nothing but tx: on SQLite there's one connection for writing.
func (db *DB) Write(ctx context.Context, f func(tx *sql.Tx) error) error {
	if db.observeWrite == nil {
		return db.transact(ctx, f)
	}
	began := time.Now() //nolint:forbidigo // a duration is measured, no instant is read
	err := db.transact(ctx, f)
	db.observeWrite(time.Since(began), err)
	return err
}

func (db *DB) transact(ctx context.Context, f func(tx *sql.Tx) error) error {
	if db.contended() {
		return db.transactContended(ctx, f)
	}
	return inTransaction(f, func() (*sql.Tx, error) { return db.write.BeginTx(ctx, nil) })
}

func inTransaction(f func(tx *sql.Tx) error, begin func() (*sql.Tx, error)) error {
	tx, err := begin()
	if err != nil {
		return fmt.Errorf("begin: %w", Explain(err))
	}
	defer func() { _ = tx.Rollback() }() // a no-op after Commit
	if err := f(tx); err != nil {
		return Explain(err)
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", Explain(err))
	}
	return nil
}

// SkipLocked is the end of a SELECT that claims rows of a table while other nodes do
// so, too. SQLite has one writer at a time, and no such clause.
func (db *DB) SkipLocked(table string) string {
	if db.Postgres() {
		return " FOR UPDATE OF " + table + " SKIP LOCKED"
	}
	return ""
}

// Prepare compiles a statement that transactions of [DB.Write] run often, by
// tx.StmtContext. It must not be called inside of one.
func (db *DB) Prepare(ctx context.Context, query string) (*sql.Stmt, error) {
	var stmt *sql.Stmt
	err := untilFree(ctx, func() (err error) {
		stmt, err = db.write.PrepareContext(ctx, query) //nolint:sqlclosecheck // it's the caller's
		return err
	})
	return stmt, Explain(err)
}

// Analyze has PostgreSQL look how large a table has become: the plans that it made for
// an empty table are slow on a large one.
func (db *DB) Analyze(ctx context.Context, table string) error {
	if !db.Postgres() {
		return nil
	}
	if _, err := db.write.ExecContext(ctx, "ANALYZE "+table); err != nil {
		return fmt.Errorf("analyze %s: %w", table, Explain(err))
	}
	return nil
}
