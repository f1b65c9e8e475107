package subscribers

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"dailytip/store"
)

// crowd is what other readers of a domain heard within a day.
type crowd struct {
	since   int64 // ms
	refused int   // readers who were refused for good, this one included
	many    bool  // too many for it to be about each of them
	known   bool  // some have been held back already
}

// crowd looks at the readers of a domain who were refused for good within a day: a
// company that moved its mail isn't so many dead people.
func (l *List) crowd(ctx context.Context, tx *sql.Tx, now time.Time, subscriber int64, domain string) (c crowd, err error) {
	c.since = store.Millis(now.Add(-crowdTime))
	err = tx.QueryRowContext(ctx, `
		SELECT EXISTS (SELECT 1 FROM bounces WHERE class = 'hard' AND domain = $1 AND at > $2 AND decision = 'held back')`, domain, c.since).Scan(&c.known)
	if err != nil || c.known {
		c.many = c.known
		return c, err
	}
	err = tx.QueryRowContext(ctx, `
		SELECT COUNT(DISTINCT subscriber) FROM bounces
		WHERE class = 'hard' AND domain = $1 AND at > $2 AND subscriber <> $3 AND decision <> 'undone'`, domain, c.since, subscriber).Scan(&c.refused)
	if err != nil {
		return c, fmt.Errorf("count a domain's bounces: %w", err)
	}
	// Of many hundreds, not each one needs a look at all readers.
	if c.refused++; c.refused <= crowdMost || c.refused > 200 && c.refused%100 != 0 {
		return c, nil
	}
	// Whether there are so many readers, however many more: at a large provider that
	// is known after a few.
	var readers int
	err = tx.QueryRowContext(ctx, `
		SELECT COUNT(*) FROM (
			SELECT 1 FROM subscribers p WHERE p.email_key LIKE $1 AND (p.suppressed_at = 0 OR p.suppressed_at > $2)
			AND EXISTS (SELECT 1 FROM subscriptions s WHERE s.subscriber = p.id AND s.state <> 'unsubscribed') LIMIT $3) AS these`,
		"%@"+domain, c.since, crowdShare*c.refused).Scan(&readers)
	if err != nil {
		return c, fmt.Errorf("count a domain's readers: %w", err)
	}
	c.many = readers < crowdShare*c.refused
	return c, nil
}

// holdBack takes back what the same day's earlier bounces of a domain did.
func (l *List) holdBack(ctx context.Context, tx *sql.Tx, now time.Time, domain string, c crowd) error {
	earlier, err := l.bouncesWhere(ctx, tx, "b.class = 'hard' AND b.domain = $1 AND b.at > $2 AND b.decision IN ('suppressed', 'marked')", domain, c.since)
	if err != nil {
		return err
	}
	for _, b := range earlier {
		if err := l.takeBack(ctx, tx, now, b, HeldBack, "held back, with others of "+domain); err != nil {
			return err
		}
	}
	return nil
}
