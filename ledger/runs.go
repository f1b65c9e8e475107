package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"dailytip/store"
	"dailytip/subscribers"
)

// The states of a [Run].
const (
	RunOpened  = "opened"
	RunSkipped = "skipped"
)

// Run says how a slot's due instant was dealt with. After a long outage one Run stands
// for several instants: LocalDate is the date of the first, and DueAt is the last.
type Run struct {
	Newsletter string
	LocalDate  string
	Slot       int64
	DueAt      time.Time
	State      string // RunOpened, RunSkipped
	Reason     string
	Deliveries int64 // RunSkipped: the readers who were due, at the last instant
}

// FinishRun notes what became of a slot's due instant and that it has been
// dealt with, in one transaction.
func (l *Ledger) FinishRun(ctx context.Context, now time.Time, r Run) error {
	return l.db.Write(ctx, func(tx *sql.Tx) error { return l.finishRun(ctx, tx, now, r) })
}

func (l *Ledger) finishRun(ctx context.Context, tx *sql.Tx, now time.Time, r Run) error {
	if err := l.tellMissed(ctx, tx, now, r); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `
		INSERT INTO runs (newsletter, local_date, slot, due_at, state, reason, deliveries, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (newsletter, local_date, slot) DO UPDATE SET
			due_at = excluded.due_at, state = excluded.state, reason = excluded.reason, deliveries = excluded.deliveries, at = excluded.at
		WHERE runs.state = 'skipped' AND excluded.state = 'opened'`, // a clock that was ahead had missed it
		r.Newsletter, r.LocalDate, r.Slot, store.Millis(r.DueAt), r.State, r.Reason, r.Deliveries, store.Millis(now))
	if err != nil {
		return fmt.Errorf("record run: %w", err)
	}
	return subscribers.FinishSlot(ctx, tx, r.Slot, r.DueAt)
}

// SkipReason returns why the readers of a slot got nothing on a date that was due
// at an instant, or "" when nothing is recorded of it.
func (l *Ledger) SkipReason(ctx context.Context, newsletter, date string, slot int64, due time.Time) (reason string, err error) {
	err = l.db.Read().QueryRowContext(ctx, `
		SELECT reason FROM runs WHERE newsletter = $1 AND local_date <= $2 AND slot = $3 AND state = 'skipped' AND due_at >= $4
		ORDER BY local_date DESC LIMIT 1`,
		newsletter, date, slot, store.Millis(due)).Scan(&reason)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("read skipped run: %w", err)
	}
	return reason, nil
}

// Skipped returns the newest dates on which readers who were due got nothing, newest
// first: one Run for each newsletter and date, with the readers of all its slots. Slot
// is 0 and DueAt the earliest instant.
func (l *Ledger) Skipped(ctx context.Context, limit int) ([]Run, error) {
	rows, err := l.db.Read().QueryContext(ctx, `
		SELECT newsletter, local_date, MIN(due_at), MAX(reason), SUM(deliveries) FROM runs
		WHERE state = 'skipped' AND deliveries > 0 GROUP BY newsletter, local_date ORDER BY local_date DESC, newsletter LIMIT $1`, limit)
	runs, err := store.Collect(rows, err, func(rows *sql.Rows) (r Run, err error) {
		r = Run{State: RunSkipped}
		var due int64
		err = rows.Scan(&r.Newsletter, &r.LocalDate, &due, &r.Reason, &r.Deliveries)
		r.DueAt = store.Time(due)
		return r, err
	})
	if err != nil {
		return nil, fmt.Errorf("read skipped runs: %w", err)
	}
	return runs, nil
}
