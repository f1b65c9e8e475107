package subscribers

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"sync"
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
// company that moved its mail isn't so many dead people. Those of whom the operator has
// said that they are gone indeed make it no crowd again.
func (l *List) crowd(ctx context.Context, tx *sql.Tx, now time.Time, subscriber int64, domain string) (c crowd, err error) {
	c.since = store.Millis(now.Add(-crowdTime))
	err = tx.QueryRowContext(ctx, `
		SELECT COUNT(*) > $3 FROM (
			SELECT 1 FROM bounces WHERE class = 'hard' AND domain = $1 AND at > $2 AND decision = 'held back' LIMIT $3 + 1) AS held`,
		domain, c.since, crowdMost).Scan(&c.known)
	if err != nil || c.known {
		c.many = c.known
		return c, err
	}
	err = tx.QueryRowContext(ctx, `
		SELECT COUNT(DISTINCT subscriber) FROM bounces
		WHERE class = 'hard' AND domain = $1 AND at > $2 AND subscriber <> $3
			AND (decision = 'held back' OR decision <> 'undone' AND decided_at = at)`, domain, c.since, subscriber).Scan(&c.refused)
	if err != nil {
		return c, fmt.Errorf("count a domain's bounces: %w", err)
	}
	if c.refused++; c.refused <= max(crowdMost, l.crowdBounds.of(domain, now)) {
		return c, nil
	}
	// Whether there are so many readers, however many more. Twice as many as it takes
	// are looked for, so that the next look comes when twice as many were refused.
	var readers int
	err = tx.QueryRowContext(ctx, `
		SELECT COUNT(*) FROM (
			SELECT 1 FROM subscribers p WHERE p.email_key LIKE $1 AND (p.suppressed_at = 0 OR p.suppressed_at > $2)
			AND EXISTS (SELECT 1 FROM subscriptions s WHERE s.subscriber = p.id AND s.state <> 'unsubscribed') LIMIT $3) AS these`,
		"%@"+domain, c.since, 2*crowdShare*c.refused).Scan(&readers)
	if err != nil {
		return c, fmt.Errorf("count a domain's readers: %w", err)
	}
	if c.many = readers < crowdShare*c.refused; !c.many {
		l.crowdBounds.learn(domain, readers/crowdShare, now)
	}
	return c, nil
}

// crowdBounds are the numbers of refusals a day up to which a domain's readers needn't be
// counted: when they were counted last, so many were a small part of them.
type crowdBounds struct {
	mu     sync.Mutex
	bounds map[string]bound
}

type bound struct {
	refused int
	until   time.Time // readers come and go
}

func (c *crowdBounds) of(domain string, now time.Time) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if b := c.bounds[domain]; now.Before(b.until) {
		return b.refused
	}
	return 0
}

func (c *crowdBounds) learn(domain string, refused int, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	maps.DeleteFunc(c.bounds, func(_ string, b bound) bool { return !now.Before(b.until) })
	c.bounds[domain] = bound{refused, now.Add(time.Hour)}
}

// HoldBack writes down, once for each mail, that a server calls an address dead, and
// does nothing: it says so of all that it was asked for, and the operator decides.
func (l *List) HoldBack(ctx context.Context, tx *sql.Tx, now time.Time, b Bounce) error {
	person, err := l.Get(ctx, tx, b.Subscriber)
	if errors.Is(err, ErrUnknown) {
		return nil
	}
	if err != nil {
		return err
	}
	var known bool
	err = tx.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM bounces WHERE subscriber = $1 AND edition = $2 AND decision = 'held back')",
		b.Subscriber, b.Edition).Scan(&known)
	if err != nil || known {
		return err
	}
	b.ID, b.At = l.ids.New(now), now
	return l.writeBounce(ctx, tx, b, Decided{ID: b.ID, Domain: person.Email.Domain(), Decision: HeldBack})
}

// holdBack takes back what the same day's earlier bounces of a domain did, but for
// those that the operator has decided anew.
func (l *List) holdBack(ctx context.Context, tx *sql.Tx, now time.Time, domain string, c crowd) error {
	earlier, err := l.bouncesWhere(ctx, tx, `
		b.class = 'hard' AND b.domain = $1 AND b.at > $2 AND b.decision IN ('suppressed', 'marked') AND b.decided_at = b.at`, domain, c.since)
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
