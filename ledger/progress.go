package ledger

import (
	"context"
	"fmt"
	"time"

	"dailytip/editions"
	"dailytip/store"
)

// Progress is how fast an edition goes out.
type Progress struct {
	Rate    float64   // mails a second that were sent over the last 10 to 20 seconds, by all nodes; 0: nothing moves
	FirstAt time.Time // when sending first began; zero: it hasn't
	BeganAt time.Time // when it last did: a retry or a later zone begins it again
	EndedAt time.Time // when nothing was left; zero: it's under way
}

// Remaining is how long n mails take at this rate; 0: nobody can tell.
func (p Progress) Remaining(n int64) time.Duration {
	if p.Rate <= 0 {
		return 0
	}
	return time.Duration(float64(n) / p.Rate * float64(time.Second))
}

// Progress tells how fast an edition goes out.
func (l *Ledger) Progress(ctx context.Context, now time.Time, e editions.Edition) (p Progress, err error) {
	var first, began, ended int64
	q := l.db.Read()
	if err := q.QueryRowContext(ctx, "SELECT first_began_at, began_at, ended_at FROM editions WHERE id = $1", e.ID).Scan(&first, &began, &ended); err != nil {
		return p, fmt.Errorf("read edition: %w", err)
	}
	p.FirstAt, p.BeganAt, p.EndedAt = store.Time(first), store.Time(began), store.Time(ended)
	if ended > 0 { // nothing moves any more
		return p, nil
	}
	rows, err := q.QueryContext(ctx, "SELECT sent - earlier_sent, earlier_at FROM counters WHERE edition = $1 AND at > $2",
		e.ID, store.Millis(now.Add(-2*window)))
	if err != nil {
		return p, fmt.Errorf("read rate: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var sent, since int64
		if err := rows.Scan(&sent, &since); err != nil {
			return p, fmt.Errorf("read rate: %w", err)
		}
		p.Rate += float64(sent) / max(now.Sub(store.Time(since)).Seconds(), 1)
	}
	return p, rows.Err()
}
