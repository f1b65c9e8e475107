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

func (w waiter) BeginTx(ctx context.Context, opts driver.TxOptions) (tx driver.Tx, err error) {
	err = waitWhileBusy(ctx, func() error {
		tx, err = w.keeper.BeginTx(ctx, opts)
		return err
	})
	return tx, err
}

// Outside of a transaction a statement is one by itself.

func (w waiter) ExecContext(ctx context.Context, text string, args []driver.NamedValue) (res driver.Result, err error) {
	err = waitWhileBusy(ctx, func() error {
		res, err = w.keeper.ExecContext(ctx, text, args)
		return err
	})
	return res, err
}

func (w waiter) QueryContext(ctx context.Context, text string, args []driver.NamedValue) (rows driver.Rows, err error) {
	err = waitWhileBusy(ctx, func() error {
		rows, err = w.keeper.QueryContext(ctx, text, args)
		return err
	})
	return rows, err
}

// waitWhileBusy tries until another process doesn't hold the lock, the context
// ends or patience does.
func waitWhileBusy(ctx context.Context, try func() error) error {
	err := try()
	if !busy(err) {
		return err
	}
	wait, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for busy(err) && wait.Err() == nil {
		sleep(wait, askAgain)
		err = try()
	}
	return err
}

func busy(err error) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && e.Code()&0xff == sqlite3.SQLITE_BUSY // the low byte is the primary result code
}
