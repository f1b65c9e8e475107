package ledger

import (
	"context"
	"database/sql"
	"fmt"
)

// Reserve books up to want of the mails that a relay may get on a day of UTC, and
// returns how many it could book. What is reserved counts as used: a process that dies
// leaves less for the day, never more.
func (l *Ledger) Reserve(ctx context.Context, relay, day string, want, limit int) (granted int, err error) {
	err = l.db.Write(ctx, func(tx *sql.Tx) error {
		granted = 0
		_, err := tx.ExecContext(ctx, "INSERT INTO relay_days (relay, day, used) VALUES ($1, $2, 0) ON CONFLICT (relay, day) DO NOTHING", relay, day)
		if err != nil {
			return err
		}
		for done := false; !done; {
			var used int
			err := tx.QueryRowContext(ctx, "SELECT used FROM relay_days WHERE relay = $1 AND day = $2", relay, day).Scan(&used)
			if err != nil {
				return err
			}
			take := max(min(want, limit-used), 0)
			// Another node may have reserved since.
			n, err := affected(tx.ExecContext(ctx, "UPDATE relay_days SET used = used + $3 WHERE relay = $1 AND day = $2 AND used = $4", relay, day, take, used))
			if err != nil {
				return err
			}
			if done = n > 0; done {
				granted = take
			}
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("reserve for relay %s: %w", relay, err)
	}
	return granted, nil
}

// Return frees the mails of a relay's day that were reserved and not sent.
func (l *Ledger) Return(ctx context.Context, relay, day string, n int) error {
	return l.db.Write(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "UPDATE relay_days SET used = used - $3 WHERE relay = $1 AND day = $2", relay, day, n); err != nil {
			return fmt.Errorf("return what relay %s didn't use: %w", relay, err)
		}
		return nil
	})
}
