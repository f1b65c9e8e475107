package subscribers

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"dailytip/store"
)

// Anybody can write anybody's address into a form. These bound what its owner
// gets from that.
const (
	// askAgainAfter is how long after a mail that a sign-up caused the next may
	// follow.
	askAgainAfter = 24 * time.Hour
	// MostUnanswered is how many confirmations an address gets in a while of
	// UnconfirmedLife when nobody answers one. The links of all of them work.
	MostUnanswered = 3
)

// MayAsk counts a mail that a sign-up is about to cause and reports whether it
// may go out. Commit it together with the mail. All ways to write one mailbox
// count together. confirmation: it asks to confirm,
// which only happens so often; else only the time since the last one counts.
func (l *List) MayAsk(ctx context.Context, tx *sql.Tx, now time.Time, a Address, confirmation bool) (bool, error) {
	counts := 0
	if confirmation {
		counts = 1
	}
	var times int
	// One statement, so that of two nodes the second waits for the first.
	err := tx.QueryRowContext(ctx, `
		INSERT INTO asked (email_hash, times, since, last_at) VALUES ($1, $2, $3, $3)
		ON CONFLICT (email_hash) DO UPDATE SET
			times = CASE WHEN asked.since <= $6 THEN excluded.times ELSE asked.times + excluded.times END,
			since = CASE WHEN asked.since <= $6 THEN excluded.since ELSE asked.since END,
			last_at = excluded.last_at
		WHERE asked.last_at <= $4 AND (asked.since <= $6 OR asked.times + excluded.times <= $5)
		RETURNING times`,
		l.hash("asked", a.Mailbox()), counts, store.Millis(now), store.Millis(now.Add(-askAgainAfter)), MostUnanswered,
		store.Millis(now.Add(-UnconfirmedLife))).Scan(&times)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("count the mails to an address: %w", err)
	}
	return true, nil
}

// answered forgets, now that a person has confirmed, how often they were asked,
// and that they had once been erased.
func (l *List) answered(ctx context.Context, tx *sql.Tx, subscriber int64) error {
	var a Address
	if err := tx.QueryRowContext(ctx, "SELECT email FROM subscribers WHERE id = $1", subscriber).Scan(&a); err != nil {
		return fmt.Errorf("confirm: %w", err)
	}
	if _, err := tx.ExecContext(ctx, "UPDATE asked SET times = 0 WHERE email_hash = $1", l.hash("asked", a.Mailbox())); err != nil {
		return fmt.Errorf("confirm: %w", err)
	}
	if _, err := tx.ExecContext(ctx, "DELETE FROM erased WHERE email_hash = $1", l.erasedHash(a)); err != nil {
		return fmt.Errorf("confirm: %w", err)
	}
	return nil
}
