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
// transaction gets, or an empty span. They are all of one batch.
func (l *Ledger) take(ctx context.Context, tx *sql.Tx, edition int64, n int, after, until int64) (s span, err error) {
	var next, last int64
	if l.db.Postgres() { // in one round trip
		err = tx.QueryRowContext(ctx, sqlTake, edition, n, after, until).Scan(&next, &last)
	} else if err = tx.QueryRowContext(ctx, sqlFirstFresh, edition, after, until).Scan(&next, &last); err == nil {
		next += int64(n)
		_, err = tx.ExecContext(ctx, "UPDATE fresh SET next_id = $1 WHERE edition = $2 AND last_id = $3", next, edition, last)
	}
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

const (
	// sqlTake skips the ranges that other nodes are taking from, so that they
	// don't wait for each other.
	sqlTake = `
		UPDATE fresh SET next_id = next_id + $2 WHERE edition = $1 AND last_id = (
			SELECT last_id FROM fresh WHERE edition = $1 AND expires_at > $3 AND expires_at <= $4 ORDER BY last_id LIMIT 1 FOR UPDATE SKIP LOCKED)
		RETURNING next_id, last_id`
	// sqlFirstFresh is its first half for SQLite, which makes a table in memory
	// for RETURNING: that takes longer than two statements.
	sqlFirstFresh = `
		SELECT next_id, last_id FROM fresh WHERE edition = $1 AND expires_at > $2 AND expires_at <= $3 ORDER BY last_id LIMIT 1`
)

// openEdition is an edition that has something to send.
type openEdition struct {
	Edition
	fresh bool // some that wait since they were opened
	later bool // some whose time to be tried again has come
}

// work is what there is to do, in one edition at most.
type work struct {
	paused  bool // something is
	notices bool // some can be claimed
	openEdition
}

// sqlWork finds the first edition after $2 that has something to send, by the
// beginnings of two indexes, however many deliveries there are. $1 is now. One
// statement for each edition: SQLite would make a table in memory to find all,
// and mostly the first has enough to do.
const sqlWork = `
	SELECT EXISTS (SELECT 1 FROM pauses), EXISTS (SELECT 1 FROM notices WHERE ` + claimable + `),
		COALESCE(e.id, 0), COALESCE(e.newsletter, ''), COALESCE(e.local_date, ''), COALESCE(e.state, ''),
		EXISTS (SELECT 1 FROM fresh WHERE edition = e.id AND expires_at > $1),
		EXISTS (SELECT 1 FROM deliveries WHERE edition = e.id AND next_at > 0 AND next_at <= $1 AND expires_at > $1)
	FROM (SELECT MIN(edition) AS edition FROM (
		SELECT MIN(edition) AS edition FROM fresh WHERE edition > $2
		UNION ALL SELECT MIN(edition) FROM deliveries WHERE next_at > 0 AND edition > $2) AS two) AS one
	LEFT JOIN editions e ON e.id = one.edition`

// lookForWork returns the first edition after one that has something to send,
// now or later; its ID is 0 when there's none.
func (l *Ledger) lookForWork(ctx context.Context, q store.Queryer, now time.Time, after int64) (w work, err error) {
	err = q.QueryRowContext(ctx, sqlWork, store.Millis(now), after).
		Scan(&w.paused, &w.notices, &w.ID, &w.Newsletter, &w.LocalDate, &w.State, &w.fresh, &w.later)
	if err != nil {
		return w, fmt.Errorf("look for work: %w", err)
	}
	return w, nil
}

// openEditions returns the editions that have something to send, now or later,
// oldest first.
func (l *Ledger) openEditions(ctx context.Context, q store.Queryer) (editions []Edition, err error) {
	for after := int64(0); ; {
		w, err := l.lookForWork(ctx, q, time.Time{}, after)
		if err != nil || w.ID == 0 {
			return editions, err
		}
		editions, after = append(editions, w.Edition), w.ID
	}
}

// claimable is what makes a notice free to claim: $1 is now.
const claimable = `state IN ('pending', 'retry') AND next_at <= $1 AND expires_at > $1`
