package subscribers

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"dailytip/lately"
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
	all, err = store.Collect(rows, err, func(rows *sql.Rows) (c BounceCount, err error) {
		err = rows.Scan(&c.Newsletter, &c.Class, &c.Domain, &c.Provider, &c.Reason, &c.Count, &c.Lately)
		return c, err
	})
	if err != nil {
		return nil, fmt.Errorf("count bounces: %w", err)
	}
	return all, nil
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

// Returned is what became, later, of mails to those whose mailboxes one receiver runs.
type Returned struct {
	Bounced    int64 // came back
	Complained int64
}

// returnedKey is of which newsletter what came back is counted, and for how long until now.
type returnedKey struct {
	newsletter string
	period     time.Duration
}

// mostReturned is how many mails of a newsletter that came back are looked at.
const mostReturned = 100_000

// CountReturned counts by receiver ([Address.Receiver]) which mails of a newsletter's
// editions came back since an instant, or were called spam, but for what was undone. What
// was refused while it was sent isn't among them. Of very many the newest are looked at.
func (l *List) CountReturned(ctx context.Context, newsletter string, since, now time.Time) (map[string]Returned, error) {
	return l.returned.Get(returnedKey{newsletter, now.Sub(since)}, now, func() (map[string]Returned, time.Duration, error) {
		rows, err := l.db.Read().QueryContext(ctx, sqlReturned, newsletter, store.Millis(since), mostReturned)
		if err != nil {
			return nil, 0, fmt.Errorf("count what came back: %w", err)
		}
		defer func() { _ = rows.Close() }()
		all, seen := map[string]Returned{}, int64(0)
		for rows.Next() {
			var domain string
			var bounced, complained int64
			if err := rows.Scan(&domain, &bounced, &complained); err != nil {
				return nil, 0, fmt.Errorf("count what came back: %w", err)
			}
			r := all[receiverOfDomain(domain)]
			all[receiverOfDomain(domain)] = Returned{r.Bounced + bounced, r.Complained + complained}
			seen += bounced + complained
		}
		return all, lately.Holds(seen), rows.Err()
	})
}

const sqlReturned = `
	SELECT domain, SUM(CASE WHEN class = 'complaint' THEN 0 ELSE 1 END), SUM(CASE WHEN class = 'complaint' THEN 1 ELSE 0 END) FROM (
		SELECT domain, class FROM bounces
		WHERE newsletter = $1 AND at > $2 AND edition > 0 AND class IN ('hard', 'soft', 'ours', 'complaint')
			AND decision NOT IN ('undone', 'unsubscribed') AND door <> 'smtp' ORDER BY at DESC LIMIT $3) AS said
	GROUP BY domain`
