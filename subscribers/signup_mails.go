package subscribers

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"dailytip/store"
)

// Anybody can write anybody's address into a form. These limits bound how many
// mails its owner gets because of that.
const (
	// askAgainAfter is the least time between two mails that sign-ups cause.
	askAgainAfter = 24 * time.Hour
	// MostUnanswered is how many mails that ask to confirm an address gets within
	// UnconfirmedLife while it answers none. The links of all of them work.
	MostUnanswered = 3
)

// AllowSignUpMail tells whether a mail that a sign-up causes may go out, and counts
// it when it may. It belongs into the transaction that enqueues the mail. All ways to
// write the address of one mailbox count together. confirmation: the mail asks to
// confirm, and MostUnanswered holds for it; else only askAgainAfter does.
func (l *List) AllowSignUpMail(ctx context.Context, tx *sql.Tx, now time.Time, a Address, confirmation bool) (bool, error) {
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

// forgetAsked forgets how often a person was asked to confirm, and that they had once
// been erased: they have confirmed now.
func (l *List) forgetAsked(ctx context.Context, tx *sql.Tx, subscriber int64) error {
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
