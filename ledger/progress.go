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
func (l *Ledger) Progress(ctx context.Context, now time.Time, e editions.Edition) (Progress, error) {
	all, err := l.progress(ctx, now, []int64{e.ID})
	return all[e.ID], err
}

// progress is [Ledger.Progress] of some editions. Of those that are over nothing moves.
func (l *Ledger) progress(ctx context.Context, now time.Time, which []int64) (map[int64]Progress, error) {
	places, args := store.Listed(which)
	rows, err := l.db.Read().QueryContext(ctx, fmt.Sprintf(`
		SELECT e.id, e.first_began_at, e.began_at, e.ended_at, COALESCE(c.sent - c.earlier_sent, 0), COALESCE(c.earlier_at, 0)
		FROM editions e LEFT JOIN counters c ON c.edition = e.id AND c.at > $%d AND e.ended_at = 0 WHERE e.id IN (%s)`, len(args)+1, places),
		append(args, store.Millis(now.Add(-2*window)))...)
	if err != nil {
		return nil, fmt.Errorf("read progress: %w", err)
	}
	defer func() { _ = rows.Close() }()
	all := map[int64]Progress{}
	for rows.Next() {
		var edition, first, began, ended, sent, since int64
		if err := rows.Scan(&edition, &first, &began, &ended, &sent, &since); err != nil {
			return nil, fmt.Errorf("read progress: %w", err)
		}
		rate := all[edition].Rate + float64(sent)/max(now.Sub(store.Time(since)).Seconds(), 1)
		all[edition] = Progress{rate, store.Time(first), store.Time(began), store.Time(ended)}
	}
	return all, rows.Err()
}
