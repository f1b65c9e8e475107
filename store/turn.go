package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// SQLite gives the right to write to who happens to ask while it's free, and
// lets the others sleep, for up to 100 ms at a time. Beside a process that writes
// one transaction after the other they would wait for seconds. So who waits here
// asks often, and who writes much gives way in between: see [DB.GiveWay].
const (
	// patience is how long a writer waits for another process's transactions.
	patience = 15 * time.Second
	// askAgain is how long one who waits sleeps.
	askAgain = 500 * time.Microsecond
	// giveWay is longer than anybody who waits here sleeps.
	giveWay = time.Millisecond
)

// GiveWay lets other processes write that wait for it. It's for between two
// transactions of many.
func (db *DB) GiveWay(ctx context.Context) {
	if db.Postgres() {
		return
	}
	sleep(ctx, giveWay)
}

func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// waiter is a connection that waits for the right to write in its own way.
type waiter struct{ *keeper }

func inTurn(ctx context.Context, k *keeper) (driver.Conn, error) {
	// Opening the file has waited as SQLite does.
	if _, err := k.sqliteConn.ExecContext(ctx, "PRAGMA busy_timeout = 0", nil); err != nil {
		return nil, errors.Join(err, k.Close())
	}
	return waiter{k}, nil
}

func (w waiter) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	for wait := (waiting{}); ; {
		tx, err := w.keeper.BeginTx(ctx, opts)
		if !wait.again(ctx, err) {
			return tx, err
		}
	}
}

// Outside of a transaction a statement is one by itself.

func (w waiter) ExecContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Result, error) {
	for wait := (waiting{}); ; {
		res, err := w.keeper.ExecContext(ctx, text, args)
		if !wait.again(ctx, err) {
			return res, err
		}
	}
}

func (w waiter) QueryContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Rows, error) {
	for wait := (waiting{}); ; {
		rows, err := w.keeper.QueryContext(ctx, text, args)
		if !wait.again(ctx, err) {
			return rows, err
		}
	}
}

// waiting is for as long as another process holds the lock.
type waiting struct{ until time.Time }

// again tells whether to try once more, and sleeps before.
func (w *waiting) again(ctx context.Context, err error) bool {
	if err == nil || !busy(err) || ctx.Err() != nil {
		return false
	}
	now := time.Now() //nolint:forbidigo // a duration is measured, no instant is read
	if w.until.IsZero() {
		w.until = now.Add(patience)
	}
	if now.After(w.until) {
		return false
	}
	sleep(ctx, askAgain)
	return true
}

func busy(err error) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && e.Code()&0xff == sqlite3.SQLITE_BUSY // the low byte is the primary result code
}
