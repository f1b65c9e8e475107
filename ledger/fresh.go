package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"time"

	"dailytip/store"
)

// span is a range of deliveries' numbers, both ends included.
type span struct{ first, last int64 }

func (s span) empty() bool { return s.first == 0 }

// isFresh is what a delivery in a span is while its first attempt has had no
// outcome: waiting, or in a claim. Anything that happens to it, also being given
// back, takes it out of this state for good.
const isFresh = `deliveries.state = 'pending' AND deliveries.next_at = 0 AND deliveries.claim = 0`

// addFresh writes down that new deliveries wait.
func addFresh(ctx context.Context, tx *sql.Tx, edition int64, s span, expires int64) error {
	_, err := tx.ExecContext(ctx, "INSERT INTO fresh (edition, next_id, last_id, expires_at) VALUES ($1, $2, $3, $4)", edition, s.first, s.last, expires)
	if err != nil {
		return fmt.Errorf("write down what waits: %w", err)
	}
	return nil
}

// forever is later than any delivery expires.
const forever = math.MaxInt64

// take moves on through an edition's fresh deliveries that expire after one
// instant and not after another (ms). It returns the next n, which no other
// transaction gets, or an empty span. Some of them may be done with.
func (l *Ledger) take(ctx context.Context, tx *sql.Tx, edition int64, n int, after, until int64) (s span, err error) {
	var next, last int64
	err = tx.QueryRowContext(ctx, sqlTake(l.db), edition, n, after, until).Scan(&next, &last)
	if errors.Is(err, sql.ErrNoRows) {
		return span{}, nil
	}
	if err != nil {
		return span{}, fmt.Errorf("take deliveries: %w", err)
	}
	if next > last {
		if _, err := tx.ExecContext(ctx, "DELETE FROM fresh WHERE edition = $1 AND last_id = $2", edition, last); err != nil {
			return span{}, fmt.Errorf("take deliveries: %w", err)
		}
	}
	return span{next - int64(n), min(next-1, last)}, nil
}

// sqlTake skips the ranges that other nodes are taking from, so that they don't
// wait for each other.
func sqlTake(db *store.DB) string {
	return `
		UPDATE fresh SET next_id = next_id + $2 WHERE edition = $1 AND last_id = (
			SELECT last_id FROM fresh WHERE edition = $1 AND expires_at > $3 AND expires_at <= $4 ORDER BY last_id LIMIT 1` + db.SkipLocked() + `)
		RETURNING next_id, last_id`
}

// openEdition is an edition that has something to send.
type openEdition struct {
	Edition
	fresh bool // some that wait since they were opened
	later bool // some whose time to be tried again has come
}

// work is what there is to do.
type work struct {
	paused   bool // something is
	notices  bool // some can be claimed
	editions []openEdition
}

// sqlWork steps from one edition to the next through what waits, so it costs as
// much as there are editions, however many deliveries there are. $1 is now.
const sqlWork = `
	WITH RECURSIVE open (edition) AS (
		SELECT MIN(edition) FROM (SELECT MIN(edition) AS edition FROM fresh UNION ALL SELECT MIN(edition) FROM deliveries WHERE next_at > 0) AS one
		UNION ALL
		SELECT (SELECT MIN(edition) FROM (
			SELECT MIN(edition) AS edition FROM fresh WHERE edition > open.edition
			UNION ALL SELECT MIN(edition) FROM deliveries WHERE next_at > 0 AND edition > open.edition) AS one)
		FROM open WHERE open.edition IS NOT NULL)
	SELECT EXISTS (SELECT 1 FROM pauses), EXISTS (SELECT 1 FROM notices WHERE ` + claimable + `),
		COALESCE(e.id, 0), COALESCE(e.newsletter, ''), COALESCE(e.local_date, ''), COALESCE(e.state, ''),
		EXISTS (SELECT 1 FROM fresh WHERE edition = e.id AND expires_at > $1),
		EXISTS (SELECT 1 FROM deliveries WHERE edition = e.id AND next_at > 0 AND next_at <= $1 AND expires_at > $1)
	FROM open LEFT JOIN editions e ON e.id = open.edition ORDER BY e.id`

func (l *Ledger) lookForWork(ctx context.Context, q store.Queryer, now time.Time) (w work, err error) {
	rows, err := q.QueryContext(ctx, sqlWork, store.Millis(now))
	if err != nil {
		return w, fmt.Errorf("look for work: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() { // the last one is no edition
		var e openEdition
		if err := rows.Scan(&w.paused, &w.notices, &e.ID, &e.Newsletter, &e.LocalDate, &e.State, &e.fresh, &e.later); err != nil {
			return w, fmt.Errorf("look for work: %w", err)
		}
		if e.ID != 0 {
			w.editions = append(w.editions, e)
		}
	}
	if err := rows.Err(); err != nil {
		return w, fmt.Errorf("look for work: %w", err)
	}
	return w, nil
}

// openEditions returns the editions that have something to send, now or later,
// oldest first.
func (l *Ledger) openEditions(ctx context.Context, q store.Queryer) ([]Edition, error) {
	w, err := l.lookForWork(ctx, q, time.Time{})
	if err != nil {
		return nil, err
	}
	editions := make([]Edition, len(w.editions))
	for i, e := range w.editions {
		editions[i] = e.Edition
	}
	return editions, nil
}

// claimable is what makes a notice free to claim: $1 is now.
const claimable = `state IN ('pending', 'retry') AND next_at <= $1 AND expires_at > $1`

// Waiting tells whether something could be claimed, without writing. It doesn't
// look at pauses.
func (l *Ledger) Waiting(ctx context.Context, now time.Time) (bool, error) {
	w, err := l.lookForWork(ctx, l.db.Read(), now)
	if err != nil {
		return false, err
	}
	for _, e := range w.editions {
		if e.State == EditionOpen && (e.fresh || e.later) {
			return true, nil
		}
	}
	return w.notices, nil
}
