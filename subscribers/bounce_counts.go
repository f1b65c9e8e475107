package subscribers

import (
	"context"
	"fmt"
	"time"

	"dailytip/store"
)

// BounceCount is how many bounces were alike.
type BounceCount struct {
	Newsletter string
	Class      BounceClass
	Domain     string
	Provider   string // who runs the mailboxes; "": unknown
	Reason     string
	Count      int64
	Lately     int64 // of them, since the later instant
}

// CountBounces counts what came back, or was refused while sending, since an instant,
// and of that since a later one, but for what was undone.
func (l *List) CountBounces(ctx context.Context, since, later time.Time) (all []BounceCount, err error) {
	rows, err := l.db.Read().QueryContext(ctx, `
		SELECT newsletter, class, domain, provider, reason, COUNT(*), SUM(CASE WHEN at > $2 THEN 1 ELSE 0 END)
		FROM bounces WHERE at > $1 AND decision <> 'undone'
		GROUP BY newsletter, class, domain, provider, reason ORDER BY COUNT(*) DESC, newsletter, class, domain, reason`, store.Millis(since), store.Millis(later))
	if err != nil {
		return nil, fmt.Errorf("count bounces: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var c BounceCount
		if err := rows.Scan(&c.Newsletter, &c.Class, &c.Domain, &c.Provider, &c.Reason, &c.Count, &c.Lately); err != nil {
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
