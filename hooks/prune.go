package hooks

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"dailytip/store"
)

// Keep is how long events and attempts are kept, whether they were taken or not.
const Keep = 30 * 24 * time.Hour

// pruneStep is how many rows one step of [Queue.Prune] forgets at most.
const pruneStep = 500

// Prune forgets what is older than [Keep], in a small step, and returns how many of
// the events had still waited. more says that there is more to forget.
func (q *Queue) Prune(ctx context.Context, now time.Time) (lost int, more bool, err error) {
	before := store.Millis(now.Add(-Keep))
	var due bool // mostly not: then nobody waits for the right to write
	err = q.db.Read().QueryRowContext(ctx,
		"SELECT EXISTS (SELECT 1 FROM hook_events WHERE at <= $1) OR EXISTS (SELECT 1 FROM hook_attempts WHERE at <= $1)", before).Scan(&due)
	if err != nil || !due {
		return 0, false, err
	}
	err = q.db.Write(ctx, func(tx *sql.Tx) error {
		events, waiting, err := forgetEvents(ctx, tx, before)
		if err != nil {
			return err
		}
		res, err := tx.ExecContext(ctx, "DELETE FROM hook_attempts WHERE id IN (SELECT id FROM hook_attempts WHERE at <= $1 ORDER BY at LIMIT $2)", before, pruneStep)
		if err != nil {
			return err
		}
		attempts, err := res.RowsAffected()
		lost, more = waiting, max(events, attempts) == pruneStep
		return err
	})
	if err != nil {
		return 0, false, fmt.Errorf("forget old events: %w", err)
	}
	return lost, more, nil
}

// forgetEvents forgets some old events, and counts them and those of them that waited.
func forgetEvents(ctx context.Context, tx *sql.Tx, before int64) (all int64, waiting int, err error) {
	rows, err := tx.QueryContext(ctx, `
		DELETE FROM hook_events WHERE (id, endpoint) IN (SELECT id, endpoint FROM hook_events WHERE at <= $1 ORDER BY at LIMIT $2) RETURNING done_at`, before, pruneStep)
	gone, err := store.Collect(rows, err, store.Column[int64])
	for _, done := range gone {
		if done == 0 {
			waiting++
		}
	}
	return int64(len(gone)), waiting, err
}
