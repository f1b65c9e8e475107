package subscribers

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"dailytip/store"
)

// NotResting is a condition on subscriptions for SQL: nothing is opened for an address
// that rests at an instant, whose place in the statement is given.
func NotResting(instant string) string {
	return "subscriber NOT IN (SELECT subscriber FROM rests WHERE until > " + instant + ")"
}

// rest keeps all mails from an address until an instant.
func rest(ctx context.Context, tx *sql.Tx, subscriber int64, until time.Time) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO rests (subscriber, until) VALUES ($1, $2)
		ON CONFLICT (subscriber) DO UPDATE SET until = excluded.until, tried = 0`, subscriber, store.Millis(until))
	if err != nil {
		return fmt.Errorf("let an address rest: %w", err)
	}
	return nil
}

// resting tells whether an address gets nothing just now, and no mail is being tried.
func resting(ctx context.Context, q store.Queryer, now time.Time, subscriber int64) (is bool, err error) {
	err = q.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM rests WHERE subscriber = $1 AND until > $2 AND tried = 0)",
		subscriber, store.Millis(now)).Scan(&is)
	if err != nil {
		return false, fmt.Errorf("read rests: %w", err)
	}
	return is, nil
}

// Tried notes that an edition was opened for addresses whose rest is over: until it is
// clear what becomes of that one mail, they get no other. It belongs into the
// transaction that opens it. Rests whose try was accepted and stayed quiet are over for
// good; where it wasn't, or came back for a fault of ours, the next edition is the try.
func Tried(ctx context.Context, tx *sql.Tx, due time.Time, edition int64) error {
	for _, step := range []struct {
		sql  string
		args []any
	}{
		{
			`UPDATE rests SET tried = 0 WHERE until <= $1 AND tried <> 0 AND (
			NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.edition = rests.tried AND d.subscriber = rests.subscriber AND d.state = 'sent')
			OR EXISTS (SELECT 1 FROM bounces b WHERE b.edition = rests.tried AND b.subscriber = rests.subscriber AND b.class = 'ours' AND b.decision <> 'undone'))`,
			[]any{store.Millis(due)},
		},
		{"DELETE FROM rests WHERE until <= $1 AND tried <> 0", []any{store.Millis(due)}},
		{
			`UPDATE rests SET tried = $2, until = $3 WHERE until <= $1 AND tried = 0
			AND EXISTS (SELECT 1 FROM deliveries d WHERE d.edition = $2 AND d.subscriber = rests.subscriber)`,
			[]any{store.Millis(due), edition, store.Millis(due.Add(QuietTime))},
		},
	} {
		if _, err := tx.ExecContext(ctx, step.sql, step.args...); err != nil {
			return fmt.Errorf("note the try after a rest: %w", err)
		}
	}
	return nil
}

func endRest(ctx context.Context, tx *sql.Tx, subscriber int64) error {
	if _, err := tx.ExecContext(ctx, "DELETE FROM rests WHERE subscriber = $1", subscriber); err != nil {
		return fmt.Errorf("end a rest: %w", err)
	}
	return nil
}
