package subscribers

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"dailytip/hooks"
	"dailytip/store"
)

// heldPlace returns a subscription as it stays until the transaction ends: whoever else
// would change it waits for its person, so that no two act on the same state.
func (l *List) heldPlace(ctx context.Context, tx *sql.Tx, subscription int64) (Subscription, error) {
	sub, err := l.Subscription(ctx, tx, subscription)
	if err != nil {
		return sub, err
	}
	if err := hold(ctx, tx, sub.Subscriber); err != nil {
		return sub, err
	}
	return l.Subscription(ctx, tx, subscription)
}

// Confirm makes a pending subscription active. It reports whether it changed
// anything: a second click, or a click after leaving, changes nothing. Whoever
// confirms has had the mail, and wants more: a suppression is over.
func (l *List) Confirm(ctx context.Context, tx *sql.Tx, now time.Time, subscription int64, detail string) (bool, error) {
	sub, err := l.heldPlace(ctx, tx, subscription)
	if err != nil || sub.State != Pending {
		return false, err
	}
	// The state stands here again: of two clicks at once on PostgreSQL, the
	// second waits and finds it changed.
	res, err := tx.ExecContext(ctx, "UPDATE subscriptions SET confirmed_at = $1 WHERE id = $2 AND state = 'pending'", store.Millis(now), subscription)
	if err != nil {
		return false, fmt.Errorf("confirm: %w", err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return false, err
	}
	if err := l.forgetAsked(ctx, tx, sub.Subscriber); err != nil {
		return false, err
	}
	if err := l.setState(ctx, tx, now, subscription, Active, confirmed, detail); err != nil {
		return false, err
	}
	if err := endRest(ctx, tx, sub.Subscriber); err != nil { // the mail that asked has arrived
		return false, err
	}
	if _, err = l.endSuppression(ctx, tx, now, sub.Subscriber, "they confirmed"); err != nil {
		return false, err
	}
	return true, l.tell(ctx, tx, now, hooks.Confirmed, sub.Subscriber, sub.Newsletter)
}

// Unsubscribe ends a subscription, also of somebody who is suppressed: their wish
// outlasts the suppression. It reports whether it changed anything.
func (l *List) Unsubscribe(ctx context.Context, tx *sql.Tx, now time.Time, subscription int64, detail string) (bool, error) {
	sub, err := l.heldPlace(ctx, tx, subscription)
	if err != nil || sub.State == Unsubscribed {
		return false, err
	}
	if err := l.setState(ctx, tx, now, subscription, Unsubscribed, leftEvent, detail); err != nil {
		return false, err
	}
	return true, l.tell(ctx, tx, now, hooks.Unsubscribed, sub.Subscriber, sub.Newsletter)
}

// Pause holds an active subscription until an instant, or until it's resumed by
// hand when until is zero. It reports whether it changed anything.
func (l *List) Pause(ctx context.Context, tx *sql.Tx, now, until time.Time, subscription int64, detail string) (bool, error) {
	sub, err := l.heldPlace(ctx, tx, subscription)
	if err != nil || sub.State != Active && sub.State != Paused {
		return false, err
	}
	if err := l.setState(ctx, tx, now, subscription, Paused, "paused", detail); err != nil {
		return false, err
	}
	_, err = tx.ExecContext(ctx, "UPDATE subscriptions SET paused_until = $1 WHERE id = $2", store.Millis(until), subscription)
	if err != nil {
		return false, fmt.Errorf("pause: %w", err)
	}
	return true, l.tell(ctx, tx, now, hooks.Paused, sub.Subscriber, sub.Newsletter)
}

// Resume ends a pause. What was due meanwhile isn't sent afterwards.
func (l *List) Resume(ctx context.Context, tx *sql.Tx, now time.Time, subscription int64, detail string) (bool, error) {
	sub, err := l.heldPlace(ctx, tx, subscription)
	if err != nil || sub.State != Paused {
		return false, err
	}
	if err := l.setState(ctx, tx, now, subscription, Active, "resumed", detail); err != nil {
		return false, err
	}
	return true, l.tell(ctx, tx, now, hooks.Changed, sub.Subscriber, sub.Newsletter)
}

// ResumeDue ends the pauses whose time is over and returns how many.
func (l *List) ResumeDue(ctx context.Context, now time.Time) (n int64, err error) {
	// Mostly there's none: then nobody waits for the right to write.
	var due bool
	err = l.db.Read().QueryRowContext(ctx, `
		SELECT EXISTS (SELECT 1 FROM subscriptions WHERE state = 'paused' AND paused_until > 0 AND paused_until <= $1)`,
		store.Millis(now)).Scan(&due)
	if err != nil {
		return 0, fmt.Errorf("look for pauses that are over: %w", err)
	}
	if !due {
		return 0, nil
	}
	err = l.db.Write(ctx, func(tx *sql.Tx) error {
		resumed, err := l.resumeDue(ctx, tx, now)
		if err != nil {
			return fmt.Errorf("resume: %w", err)
		}
		n = int64(len(resumed))
		for _, sub := range resumed {
			if err := l.tell(ctx, tx, now, hooks.Changed, sub.Subscriber, sub.Newsletter); err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}

// resumeDue returns whom of which newsletter it has resumed.
func (l *List) resumeDue(ctx context.Context, tx *sql.Tx, now time.Time) (resumed []Subscription, err error) {
	rows, err := tx.QueryContext(ctx, `
		UPDATE subscriptions SET state = 'active', due_after = paused_until, paused_until = 0
		WHERE state = 'paused' AND paused_until > 0 AND paused_until <= $1 RETURNING subscriber, newsletter`, store.Millis(now))
	return store.Collect(rows, err, func(rows *sql.Rows) (s Subscription, err error) {
		err = rows.Scan(&s.Subscriber, &s.Newsletter)
		return s, err
	})
}

// Set changes a subscription's preferences. A change of time, days or zone acts
// on the next due instant: what was due before is not sent again.
func (l *List) Set(ctx context.Context, tx *sql.Tx, now time.Time, s *Subscriber, sub Subscription, p Preferences) error {
	_, err := tx.ExecContext(ctx, "UPDATE subscribers SET name = $1, language = $2, timezone = $3 WHERE id = $4",
		p.Name, p.Language, p.Timezone, s.ID)
	if err != nil {
		return fmt.Errorf("set preferences: %w", err)
	}
	if err := l.moveSlots(ctx, tx, now, s, sub.Newsletter, p); err != nil {
		return err
	}
	if err := l.note(ctx, tx, now, s.ID, sub.Newsletter, "changed", ""); err != nil {
		return err
	}
	return l.tell(ctx, tx, now, hooks.Changed, s.ID, "")
}

// Rename changes a person's name, and nothing else.
func (l *List) Rename(ctx context.Context, tx *sql.Tx, now time.Time, s *Subscriber, sub Subscription, name string) error {
	if name == s.Name {
		return nil
	}
	p := s.PreferencesIn(sub)
	p.Name = name
	return l.Set(ctx, tx, now, s, sub, p)
}

// setState moves a subscription to a state. Becoming active counts from now.
func (l *List) setState(ctx context.Context, tx *sql.Tx, now time.Time, id int64, state State, kind, detail string) error {
	var subscriber int64
	var newsletter string
	err := tx.QueryRowContext(ctx, `
		UPDATE subscriptions SET state = $1, state_before = '', paused_until = 0, due_after = CASE WHEN $1 = 'active' THEN $2 ELSE due_after END
		WHERE id = $3 RETURNING subscriber, newsletter`, string(state), store.Millis(now), id).Scan(&subscriber, &newsletter)
	if err != nil {
		return fmt.Errorf("set state: %w", err)
	}
	return l.note(ctx, tx, now, subscriber, newsletter, kind, detail)
}
