package subscribers

import (
	"context"
	"fmt"
	"time"

	"dailytip/store"
)

// BounceCount is how many bounces were alike.
type BounceCount struct {
	Class    BounceClass
	Domain   string
	Provider string // who runs the mailboxes; "": unknown
	Reason   string
	Count    int64
}

// CountBounces counts what came back, or was refused while sending, since an instant,
// but for what was undone.
func (l *List) CountBounces(ctx context.Context, since time.Time) (all []BounceCount, err error) {
	rows, err := l.db.Read().QueryContext(ctx, `
		SELECT class, domain, provider, reason, COUNT(*) FROM bounces WHERE at > $1 AND decision <> 'undone'
		GROUP BY class, domain, provider, reason ORDER BY COUNT(*) DESC, class, domain, reason`, store.Millis(since))
	if err != nil {
		return nil, fmt.Errorf("count bounces: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var c BounceCount
		if err := rows.Scan(&c.Class, &c.Domain, &c.Provider, &c.Reason, &c.Count); err != nil {
			return nil, fmt.Errorf("count bounces: %w", err)
		}
		all = append(all, c)
	}
	return all, rows.Err()
}

// CountResting counts the addresses that get nothing for a while.
func (l *List) CountResting(ctx context.Context, now time.Time) (n int64, err error) {
	err = l.db.Read().QueryRowContext(ctx, "SELECT COUNT(*) FROM rests WHERE until > $1", store.Millis(now)).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count rests: %w", err)
	}
	return n, nil
}

// RestsUntil returns until when an address gets nothing; the zero time when it gets
// its mails.
func (l *List) RestsUntil(ctx context.Context, now time.Time, subscriber int64) (time.Time, error) {
	var until int64
	err := l.db.Read().QueryRowContext(ctx, "SELECT COALESCE(MAX(until), 0) FROM rests WHERE subscriber = $1 AND until > $2",
		subscriber, store.Millis(now)).Scan(&until)
	if err != nil {
		return time.Time{}, fmt.Errorf("read rests: %w", err)
	}
	return store.Time(until), nil
}
