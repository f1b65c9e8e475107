package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// SQLite has one write lock for all processes, and no queue for it. Whoever finds it
// taken asks again later, by SQLite's own habit up to a tenth of a second later; and
// between two transactions of a long command it's free for microseconds. So that nobody
// waits for as long as such a command takes, we ask every millisecond, and whoever has
// held the lock for ten leaves it free for two.
const (
	askAgain  = time.Millisecond
	longHeld  = 10 * time.Millisecond
	leaveFree = 2 * time.Millisecond

	// busyTimeout is how long we wait for another process's lock.
	busyTimeout = 15 * time.Second
)

// waitsItself has SQLite wait for a lock, in pools that are used without untilFree.
var waitsItself = fmt.Sprintf("busy_timeout(%d)", busyTimeout.Milliseconds())

// untilFree repeats what another process's lock keeps from being done.
func untilFree(ctx context.Context, f func() error) error {
	err := f()
	for began := time.Now(); isBusy(err) && time.Since(began) < busyTimeout; err = f() { //nolint:forbidigo // a duration is measured, no instant is read
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", ctx.Err(), err)
		case <-time.After(askAgain):
		}
	}
	return err
}

// isBusy tells whether it's another process's lock that an error is about.
func isBusy(err error) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && e.Code()&0xff == sqlite3.SQLITE_BUSY // the low byte is the primary result code
}

// contended tells whether other processes may wait for the write lock: PostgreSQL has
// none, and a scratch file is its process's alone. Both have one pool for all.
func (db *DB) contended() bool { return db.write != db.read }

// transactContended is transact for a file that other processes write to. It has the one
// connection from before the lock until others could take that, so that no goroutine of
// this process is quicker.
func (db *DB) transactContended(ctx context.Context, f func(tx *sql.Tx) error) error {
	var conn *sql.Conn
	err := untilFree(ctx, func() (err error) {
		conn, err = db.write.Conn(ctx)
		return err
	})
	if err != nil {
		return fmt.Errorf("begin: %w", Explain(err))
	}
	defer func() { _ = conn.Close() }() // it goes back to its pool
	var began time.Time
	err = inTransaction(f, func() (tx *sql.Tx, err error) {
		err = untilFree(ctx, func() error {
			tx, err = conn.BeginTx(ctx, nil)
			return err
		})
		began = time.Now() //nolint:forbidigo // a duration is measured, no instant is read
		return tx, err
	})
	if time.Since(began) >= longHeld {
		time.Sleep(leaveFree)
	}
	return err
}
