package subscribers

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"dailytip/store"
)

// EditionBounce is how many mails of an edition were refused, or came back, alike.
type EditionBounce struct {
	Class   BounceClass
	Sending bool // a server said it at once; else it came back later
	Domain  string
	Reason  string // one word
	Reply   string // one of what the servers said
	Count   int64
}

// mostBounces is how many bounces of an edition are looked at.
const mostBounces = 5_000

// EditionBounces counts what was said of an edition's mails, the most common first, but
// for what was undone. all is false when there was more than is looked at.
func (l *List) EditionBounces(ctx context.Context, edition int64) (counts []EditionBounce, all bool, err error) {
	rows, err := l.db.Read().QueryContext(ctx, sqlEditionBounces, edition, mostBounces)
	seen := int64(0)
	counts, err = store.Collect(rows, err, func(rows *sql.Rows) (b EditionBounce, err error) {
		err = rows.Scan(&b.Class, &b.Sending, &b.Domain, &b.Reason, &b.Reply, &b.Count)
		seen += b.Count
		return b, err
	})
	if err != nil {
		return nil, false, fmt.Errorf("count an edition's bounces: %w", err)
	}
	return counts, seen < mostBounces, nil
}

const sqlEditionBounces = `
	SELECT class, sending, domain, reason, MAX(reply), COUNT(*) FROM (
		SELECT class, door = 'smtp' AS sending, domain, reason, reply FROM bounces
		WHERE edition > 0 AND edition = $1 AND decision <> 'undone' LIMIT $2) AS said
	GROUP BY class, sending, domain, reason ORDER BY COUNT(*) DESC, domain, class, reason`

// HeldDomain is a domain of which so many readers were refused at once that it's rarely
// about each of them: nobody was suppressed for it.
type HeldDomain struct {
	Domain  string
	Readers int64
	Last    time.Time
}

// HeldDomains returns the domains whose refusals are held back since an instant, the
// newest first.
func (l *List) HeldDomains(ctx context.Context, since time.Time, limit int) (all []HeldDomain, err error) {
	rows, err := l.db.Read().QueryContext(ctx, sqlHeldDomains, store.Millis(since), limit)
	all, err = store.Collect(rows, err, func(rows *sql.Rows) (d HeldDomain, err error) {
		var last int64
		err = rows.Scan(&d.Domain, &d.Readers, &last)
		d.Last = store.Time(last)
		return d, err
	})
	if err != nil {
		return nil, fmt.Errorf("read what is held back: %w", err)
	}
	return all, nil
}

const sqlHeldDomains = `
	SELECT domain, COUNT(DISTINCT subscriber), MAX(at) FROM bounces
	WHERE decision = 'held back' AND at > $1 GROUP BY domain ORDER BY MAX(at) DESC, domain LIMIT $2`

// CountLeft counts who left a newsletter in a time, its end not included.
func (l *List) CountLeft(ctx context.Context, newsletter string, from, until time.Time) (n int64, err error) {
	err = l.db.Read().QueryRowContext(ctx, sqlCountLeft, newsletter, store.Millis(from), store.Millis(until)).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count who left: %w", err)
	}
	return n, nil
}

const sqlCountLeft = `SELECT COUNT(*) FROM subscription_events WHERE newsletter = $1 AND kind = 'unsubscribed' AND at >= $2 AND at < $3`
