package subscribers

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"dailytip/hooks"
	"dailytip/store"
)

// Suppress ends all of a person's subscriptions, because mail to them can't arrive or
// they complained. The state of each is kept, so that the suppression can be undone.
// When the person is suppressed already, it ends what they have signed up for since:
// the mail that asked them to confirm has failed, too.
func (l *List) Suppress(ctx context.Context, tx *sql.Tx, now time.Time, subscriber int64, reason string) error {
	return l.suppress(ctx, tx, now, now, subscriber, reason)
}

// suppress is Suppress of somebody who has been suppressed since an instant, elsewhere.
func (l *List) suppress(ctx context.Context, tx *sql.Tx, now, since time.Time, subscriber int64, reason string) error {
	res, err := tx.ExecContext(ctx, `
		UPDATE subscribers SET suppressed_at = $1, suppressed_reason = $2 WHERE id = $3 AND suppressed_at = 0`,
		store.Millis(since), reason, subscriber)
	if err != nil {
		return fmt.Errorf("suppress: %w", err)
	}
	first, err := res.RowsAffected()
	if err != nil {
		return fmt.Errorf("suppress: %w", err)
	}
	res, err = tx.ExecContext(ctx, `
		UPDATE subscriptions SET state_before = CASE WHEN state = 'pending' AND state_before <> '' THEN state_before ELSE state END, state = 'suppressed'
		WHERE subscriber = $1 AND state <> 'unsubscribed' AND state <> 'suppressed'`, subscriber)
	if err != nil {
		return fmt.Errorf("suppress: %w", err)
	}
	if more, err := res.RowsAffected(); err != nil || first == 0 && more == 0 {
		return err
	}
	if err := l.note(ctx, tx, since, subscriber, "", suppressed, reason); err != nil {
		return err
	}
	return l.tell(ctx, tx, now, hooks.Suppressed, subscriber, "")
}

// SuppressAddress suppresses an address on the operator's word, known or not: whoever
// adds it later finds it suppressed. It reports whether that is new. An address that
// was erased isn't written down again: [ErrErased].
func (l *List) SuppressAddress(ctx context.Context, tx *sql.Tx, now time.Time, a Address, why string) (bool, error) {
	person, _, err := l.person(ctx, tx, now, Request{Address: a, Consent: ByOperator})
	if err != nil {
		return false, err
	}
	if person == nil {
		return false, ErrErased
	}
	if !person.SuppressedAt.IsZero() {
		return false, nil
	}
	return true, l.Suppress(ctx, tx, now, person.ID, why)
}

// ErrErased means that somebody was erased: nothing on them is written down again.
var ErrErased = errors.New("they were erased, and no import brings them back")

// Restore undoes a suppression on the operator's word: each subscription is what
// it was before. It reports whether there was one to undo.
func (l *List) Restore(ctx context.Context, tx *sql.Tx, now time.Time, subscriber int64, why string) (bool, error) {
	return l.endSuppression(ctx, tx, now, subscriber, why)
}

// endSuppression ends a suppression. Its reason stays in the history.
func (l *List) endSuppression(ctx context.Context, tx *sql.Tx, now time.Time, subscriber int64, why string) (bool, error) {
	var reason string
	err := tx.QueryRowContext(ctx, "SELECT suppressed_reason FROM subscribers WHERE id = $1 AND suppressed_at > 0", subscriber).Scan(&reason)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("restore: %w", err)
	}
	_, err = tx.ExecContext(ctx, `
		UPDATE subscribers SET suppressed_at = 0, suppressed_reason = '' WHERE id = $1`, subscriber)
	if err != nil {
		return false, fmt.Errorf("restore: %w", err)
	}
	if err := forgiven(ctx, tx, now, subscriber); err != nil {
		return false, err
	}
	// What they have asked for since is pending, and in what they had left they
	// must still confirm it. Being active counts from now.
	_, err = tx.ExecContext(ctx, `
		UPDATE subscriptions SET state = CASE WHEN state_before = '' THEN 'pending' ELSE state_before END,
			due_after = CASE WHEN state_before = 'active' THEN $1 ELSE due_after END, asked_at = $1, state_before = ''
		WHERE subscriber = $2 AND (state = 'suppressed' OR state = 'pending' AND state_before <> '' AND state_before <> 'unsubscribed')`,
		store.Millis(now), subscriber)
	if err != nil {
		return false, fmt.Errorf("restore: %w", err)
	}
	if err := l.note(ctx, tx, now, subscriber, "", restored, why+" (had been suppressed: "+reason+")"); err != nil {
		return false, err
	}
	return true, l.tell(ctx, tx, now, hooks.Changed, subscriber, "")
}

// endSignUp ends a sign-up that nobody has confirmed, because the mail that asked for it
// can't arrive: who had left, or is suppressed, is that again.
func (l *List) endSignUp(ctx context.Context, tx *sql.Tx, now time.Time, subscription int64, why string) error {
	sub, err := l.Subscription(ctx, tx, subscription)
	if errors.Is(err, ErrUnknown) || err == nil && sub.State != Pending {
		return nil
	}
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, sqlEndPending+"id = $1", subscription); err != nil {
		return fmt.Errorf("end sign-up: %w", err)
	}
	if _, err := tx.ExecContext(ctx, "DELETE FROM subscriptions WHERE id = $1 AND state = 'pending'", subscription); err != nil {
		return fmt.Errorf("end sign-up: %w", err)
	}
	if err := l.note(ctx, tx, now, sub.Subscriber, sub.Newsletter, unconfirmed, why); err != nil {
		return err
	}
	return l.tell(ctx, tx, now, hooks.Unsubscribed, sub.Subscriber, sub.Newsletter)
}
