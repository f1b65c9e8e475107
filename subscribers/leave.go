package subscribers

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"dailytip/hooks"
	"dailytip/store"
)

// UndoTime is how long a reader may take back that they left. After it the link
// in an old mail, which may have been passed on, brings nobody back.
const UndoTime = 24 * time.Hour

// Reasons are why a reader may say they left, as they're kept.
var Reasons = []string{"too_many", "not_useful", "not_asked", "moved", "other"}

// leftAt returns when a subscription last ended, or the zero time.
func (l *List) leftAt(ctx context.Context, q store.Queryer, s Subscription) (time.Time, error) {
	return l.last(ctx, q, s, leftEvent)
}

func (l *List) last(ctx context.Context, q store.Queryer, s Subscription, kind string) (time.Time, error) {
	var at int64
	err := q.QueryRowContext(ctx, "SELECT COALESCE(MAX(at), 0) FROM subscription_events WHERE subscriber = $1 AND newsletter = $2 AND kind = $3",
		s.Subscriber, s.Newsletter, kind).Scan(&at)
	if err != nil {
		return time.Time{}, fmt.Errorf("read events: %w", err)
	}
	return store.Time(at), nil
}

// MayUndo tells whether a reader who left may still take it back: only who had
// confirmed, and only for [UndoTime].
func (l *List) MayUndo(ctx context.Context, q store.Queryer, now time.Time, s Subscription) (bool, error) {
	if s.State != Unsubscribed || s.ConfirmedAt.IsZero() {
		return false, nil
	}
	var suppressedAt int64
	if err := q.QueryRowContext(ctx, "SELECT suppressed_at FROM subscribers WHERE id = $1", s.Subscriber).Scan(&suppressedAt); err != nil {
		return false, fmt.Errorf("read subscriber: %w", err)
	}
	left, err := l.leftAt(ctx, q, s)
	return err == nil && suppressedAt == 0 && now.Before(left.Add(UndoTime)), err
}

// Undo takes a reader back who left a moment ago. It reports whether it changed
// anything.
func (l *List) Undo(ctx context.Context, tx *sql.Tx, now time.Time, subscription int64, detail string) (bool, error) {
	sub, err := l.Subscription(ctx, tx, subscription)
	if err != nil {
		return false, err
	}
	if may, err := l.MayUndo(ctx, tx, now, sub); err != nil || !may {
		return false, err
	}
	if err := l.setState(ctx, tx, now, subscription, Active, cameBack, detail); err != nil {
		return false, err
	}
	return true, l.tell(ctx, tx, now, hooks.Changed, sub.Subscriber, sub.Newsletter)
}

// GiveReason keeps why a reader left, one of [Reasons], once for each time they
// leave. It reports whether it was kept.
func (l *List) GiveReason(ctx context.Context, tx *sql.Tx, now time.Time, subscription int64, reason string) (bool, error) {
	sub, err := l.Subscription(ctx, tx, subscription)
	if err != nil || sub.State != Unsubscribed || !slices.Contains(Reasons, reason) {
		return false, err
	}
	given, err := l.ReasonGiven(ctx, tx, sub)
	if err != nil || given {
		return false, err
	}
	return true, l.note(ctx, tx, now, sub.Subscriber, sub.Newsletter, reasonEvent, reason)
}

// ReasonGiven tells whether a reader has said why they last left.
func (l *List) ReasonGiven(ctx context.Context, q store.Queryer, s Subscription) (bool, error) {
	left, err := l.leftAt(ctx, q, s)
	if err != nil {
		return false, err
	}
	said, err := l.last(ctx, q, s, reasonEvent)
	return err == nil && !said.IsZero() && !said.Before(left), err
}
