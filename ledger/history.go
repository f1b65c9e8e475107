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

// Choice is the tip that a date got, or the operator chose for it.
type Choice struct {
	LocalDate string
	Tip       string // "" : no edition on that date (a skip), or nothing was left to send
	Reason    string
}

// History returns the tips of a newsletter's editions that all its readers
// share, by date. What a course reader got isn't in it.
func (l *Ledger) History(ctx context.Context, newsletter string) ([]Choice, error) {
	return l.choices(ctx, `
		SELECT e.local_date, t.tip, c.reason FROM editions e
		JOIN contents c ON c.edition = e.id AND c.choice = 'daily'
		JOIN content_tips t ON t.content = c.id
		WHERE e.newsletter = $1 ORDER BY e.local_date`, newsletter)
}

// Pins returns what the operator chose for a newsletter's dates by command: a
// tip, or with the reason "skip" no edition.
func (l *Ledger) Pins(ctx context.Context, newsletter string) ([]Choice, error) {
	return l.choices(ctx, "SELECT local_date, tip, action FROM pins WHERE newsletter = $1 ORDER BY local_date", newsletter)
}

func (l *Ledger) choices(ctx context.Context, query, newsletter string) ([]Choice, error) {
	rows, err := l.db.Read().QueryContext(ctx, query, newsletter)
	if err != nil {
		return nil, fmt.Errorf("read choices: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var choices []Choice
	for rows.Next() {
		var c Choice
		if err := rows.Scan(&c.LocalDate, &c.Tip, &c.Reason); err != nil {
			return nil, fmt.Errorf("read choices: %w", err)
		}
		choices = append(choices, c)
	}
	return choices, rows.Err()
}

// ErrOpened means that an edition has been opened, and its tip stands.
var ErrOpened = errors.New("the edition of that date has been opened; what it sends can't be changed any more")

// Pin sets what a date gets: a tip, or no edition when tip is "". It replaces
// an earlier choice, and refuses with [ErrOpened] once the edition is there.
func (l *Ledger) Pin(ctx context.Context, now time.Time, newsletter, date, tip string) error {
	return l.db.Write(ctx, func(tx *sql.Tx) error {
		if _, err := l.Edition(ctx, tx, newsletter, date); !errors.Is(err, ErrNoEdition) {
			return errors.Join(err, ErrOpened)
		}
		action := "pin"
		if tip == "" {
			action = "skip"
		}
		_, err := tx.ExecContext(ctx, `
			INSERT INTO pins (newsletter, local_date, action, tip, created_at) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (newsletter, local_date) DO UPDATE SET action = excluded.action, tip = excluded.tip`,
			newsletter, date, action, tip, store.Millis(now))
		if err != nil {
			return fmt.Errorf("pin: %w", err)
		}
		return nil
	})
}

// Unpin takes the operator's choice for a date back. It reports whether there
// was one.
func (l *Ledger) Unpin(ctx context.Context, newsletter, date string) (there bool, err error) {
	err = l.db.Write(ctx, func(tx *sql.Tx) error {
		n, err := affected(tx.ExecContext(ctx, "DELETE FROM pins WHERE newsletter = $1 AND local_date = $2", newsletter, date))
		there = n > 0
		return err
	})
	return there, err
}

// Run is what became of a slot's due instant, or of all from that of LocalDate to
// DueAt.
type Run struct {
	Newsletter string
	LocalDate  string
	Slot       int64
	DueAt      time.Time
	State      string // opened, skipped
	Reason     string
	Deliveries int64 // skipped: the readers who were due, at the last instant
}

// FinishRun notes what became of a slot's due instant and that it has been
// dealt with, in one transaction.
func (l *Ledger) FinishRun(ctx context.Context, now time.Time, r Run) error {
	return l.db.Write(ctx, func(tx *sql.Tx) error { return finishRun(ctx, tx, now, r) })
}

func finishRun(ctx context.Context, tx *sql.Tx, now time.Time, r Run) error {
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

// Skipped returns the newest runs that were skipped although somebody was due,
// newest first.
func (l *Ledger) Skipped(ctx context.Context, limit int) ([]Run, error) {
	rows, err := l.db.Read().QueryContext(ctx, `
		SELECT newsletter, local_date, MIN(due_at), MAX(reason), SUM(deliveries) FROM runs
		WHERE state = 'skipped' AND deliveries > 0 GROUP BY newsletter, local_date ORDER BY local_date DESC, newsletter LIMIT $1`, limit)
	if err != nil {
		return nil, fmt.Errorf("read skipped runs: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var runs []Run
	for rows.Next() {
		r := Run{State: "skipped"}
		var due int64
		if err := rows.Scan(&r.Newsletter, &r.LocalDate, &due, &r.Reason, &r.Deliveries); err != nil {
			return nil, fmt.Errorf("read skipped runs: %w", err)
		}
		r.DueAt = store.Time(due)
		runs = append(runs, r)
	}
	return runs, rows.Err()
}
