package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// SQLite has one write lock for all processes, and no queue for it. Whoever finds it
// taken asks again later, by SQLite's own habit up to a tenth of a second later; and
// between two transactions of a long command it's free for microseconds. So that nobody
// waits for as long as such a command takes, we ask every millisecond, and who has held
// the lock for long leaves it free for two.
const (
	askAgain  = time.Millisecond
	longHeld  = 10 * time.Millisecond
	leaveFree = 2 * time.Millisecond

	// busyTimeout is how long we wait for another process's lock.
	busyTimeout = 15 * time.Second
)

// waitsItself has SQLite wait for a lock, at its own pace, where nobody asks often.
var waitsItself = fmt.Sprintf("busy_timeout(%d)", busyTimeout.Milliseconds())

// untilFree repeats what another process's lock keeps from being done.
func untilFree(ctx context.Context, f func() error) error {
	for began := time.Now(); ; { //nolint:forbidigo // a duration is measured, no instant is read
		err := f()
		if !isBusy(err) || time.Since(began) >= busyTimeout {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(askAgain):
		}
	}
}

// isBusy tells whether it's another process's lock that an error is about.
func isBusy(err error) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && e.Code()&0xff == sqlite3.SQLITE_BUSY // the low byte is the primary result code
}

// giveWay lets another process have the write lock that was held for so long.
func giveWay(held time.Duration) {
	if held >= longHeld {
		time.Sleep(leaveFree)
	}
}
