package subscribers

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"dailytip/store"
)

// Erase forgets a person, as far as the list knows them. What stays is a keyed hash
// of the address, so that no import brings them back.
func (l *List) Erase(ctx context.Context, tx *sql.Tx, now time.Time, s *Subscriber) error {
	newsletters, err := l.everIn(ctx, tx, s.ID)
	if err != nil {
		return err
	}
	hash := l.erasedHash(s.Email)
	for _, step := range []struct {
		sql  string
		args []any
	}{
		{"INSERT INTO erased (email_hash, at) VALUES ($1, $2) ON CONFLICT DO NOTHING", []any{hash, store.Millis(now)}},
		{sqlKeepBounces + keepGrowth, []any{s.ID}},
		{"DELETE FROM bounces WHERE subscriber = $1", []any{s.ID}},
		{"DELETE FROM rests WHERE subscriber = $1", []any{s.ID}},
		{sqlKeepEvents + keepGrowth, []any{s.ID}},
		{"DELETE FROM subscription_events WHERE subscriber = $1", []any{s.ID}},
		{"DELETE FROM subscriptions WHERE subscriber = $1", []any{s.ID}},
		{"DELETE FROM subscribers WHERE id = $1", []any{s.ID}},
	} {
		if _, err := tx.ExecContext(ctx, step.sql, step.args...); err != nil {
			return fmt.Errorf("erase: %w", err)
		}
	}
	return l.tellErased(ctx, tx, now, s, newsletters)
}

// Scrub leaves nothing of who was erased in the database's files. While somebody
// reads from them it can't; the next call tries again.
func (l *List) Scrub(ctx context.Context) error {
	var last int64
	if err := l.db.Read().QueryRowContext(ctx, "SELECT COALESCE(MAX(at), 0) FROM erased").Scan(&last); err != nil {
		return fmt.Errorf("look for who was erased: %w", err)
	}
	if last <= l.scrubbed.Load() {
		return nil
	}
	clean, err := l.db.Scrub(ctx)
	if err == nil && clean {
		l.scrubbed.Store(last)
	}
	return err
}
