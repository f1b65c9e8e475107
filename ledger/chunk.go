package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"dailytip/store"
)

// chunk is how many deliveries one transaction opens. On SQLite it bounds how
// long others wait for the write lock, well below 50 ms. On PostgreSQL each chunk
// is a range that one node at a time takes from: with more of them nodes are less
// in each other's way.
func (l *Ledger) chunk() int {
	if l.db.Postgres() {
		return 2_500
	}
	return 10_000
}

// nextChunk finds the end of the next chunk and returns who in it is due.
func (l *Ledger) nextChunk(ctx context.Context, tx *sql.Tx, c *opening) (due []int64, err error) {
	if c.CourseAfter != nil {
		return l.nextOfCourse(ctx, tx, c)
	}
	return l.dueUntil(ctx, tx, c, c.readers(), forever)
}

// nextOfCourse leaves out whose last tip is under way, in rows or in batches.
func (l *Ledger) nextOfCourse(ctx context.Context, tx *sql.Tx, c *opening) (due []int64, err error) {
	underWay, err := l.underWay(ctx, tx, c.Opening)
	if err != nil {
		return nil, err
	}
	end := int64(forever)
	if err := tx.QueryRowContext(ctx, sqlChunkEnd, c.Slot, c.after, l.chunk()-1).Scan(&end); err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, err
	}
	// The batches first: other nodes may write rows meanwhile, and a reader who
	// stands in neither when both are looked at has their new place by then.
	var unsent [][]int64
	for _, edition := range underWay {
		listed, err := l.overlapping(ctx, tx, edition, span{c.after, end})
		if err != nil {
			return nil, err
		}
		for _, b := range listed {
			over, err := numbersIn(ctx, tx, sqlOver, b.span)
			if err != nil {
				return nil, err
			}
			unsent = append(unsent, b.except(over))
		}
	}
	if due, err = l.dueUntil(ctx, tx, c, c.inCourse(underWay), end); err != nil {
		return nil, err
	}
	for _, readers := range unsent {
		due = without(due, readers)
	}
	return due, nil
}

const (
	sqlChunkEnd = `
		SELECT subscriber FROM subscriptions WHERE slot = $1 AND state = 'active' AND subscriber > $2 ORDER BY subscriber LIMIT 1 OFFSET $3 + 0`
	// sqlOver reads which numbers of a span have come to their end.
	sqlOver = "SELECT id FROM deliveries WHERE id >= $1 AND id <= $2 AND state NOT IN ('pending', 'retry') ORDER BY id"
)

// dueUntil reads a chunk, up to a reader at most.
func (l *Ledger) dueUntil(ctx context.Context, tx *sql.Tx, c *opening, who readers, end int64) ([]int64, error) {
	rows, err := tx.QueryContext(l.unwatched(ctx), sqlChunk(who), append(slices.Clip(who.args), c.after, end, l.chunk())...)
	if err != nil {
		return nil, err
	}
	all, err := scanNumbers(rows)
	if err != nil {
		return nil, err
	}
	if c.last = end; len(all) == l.chunk() {
		last := all[len(all)-1]
		c.last = max(last, -last)
	}
	c.done = c.last == forever
	return slices.DeleteFunc(all, func(reader int64) bool { return reader < 0 }), nil
}

// sqlChunk reads a chunk of a slot, by its index alone: those who aren't due with
// a minus before them.
func sqlChunk(r readers) string {
	n := len(r.args)
	return fmt.Sprintf(`SELECT CASE WHEN %s THEN subscriber ELSE -subscriber END
		FROM subscriptions WHERE slot = $1 AND state = 'active' AND subscriber > $%d AND subscriber <= $%d ORDER BY subscriber LIMIT $%d`,
		r.where, n+1, n+2, n+3)
}

// openChunk writes the deliveries of a chunk, with numbers in a row, and returns
// how many are new.
func (l *Ledger) openChunk(ctx context.Context, tx *sql.Tx, o *opening, c Content, due []int64) (n int64, err error) {
	if l.db.Postgres() {
		// Another node may be opening it for the same readers. From here on it
		// waits, and what it has committed is seen below.
		if _, err := tx.ExecContext(ctx, "SELECT id FROM editions WHERE id = $1 FOR NO KEY UPDATE", c.Edition); err != nil {
			return 0, err
		}
	}
	readers, err := l.withoutDeliveries(ctx, tx, c.Edition, span{o.after, o.last}, due)
	if err != nil || len(readers) == 0 {
		return 0, err
	}
	block, err := l.newBlock(ctx, tx)
	if err != nil {
		return 0, err
	}
	n = int64(len(readers))
	return n, l.add(ctx, tx, batch{
		span: span{block + 1, block + n}, edition: c.Edition, slot: o.Slot, content: c.ID, readers: readers,
		dueAt: store.Millis(o.DueAt), openedAt: store.Millis(o.now), expiresAt: store.Millis(o.ExpiresAt),
	})
}

// withoutDeliveries removes from readers of a chunk those who have a delivery of
// an edition (P1).
func (l *Ledger) withoutDeliveries(ctx context.Context, tx *sql.Tx, edition int64, chunk span, readers []int64) ([]int64, error) {
	listed, err := l.overlapping(ctx, tx, edition, chunk)
	if err != nil {
		return nil, err
	}
	for _, b := range listed {
		readers = without(readers, b.readers)
	}
	if len(readers) == 0 {
		return nil, nil
	}
	var some bool // mostly there's none
	if err := tx.QueryRowContext(ctx, sqlAnyDelivery, edition, chunk.first, chunk.last).Scan(&some); err != nil || !some {
		return readers, err
	}
	rows, err := tx.QueryContext(ctx, sqlWhoHas(l.db), edition, chunk.first, chunk.last, formatNumbers(readers, 0))
	if err != nil {
		return nil, err
	}
	have, err := scanNumbers(rows)
	if err != nil {
		return nil, err
	}
	slices.Sort(have)
	return without(readers, have), nil
}

const sqlAnyDelivery = "SELECT EXISTS (SELECT 1 FROM deliveries WHERE edition = $1 AND subscriber > $2 AND subscriber <= $3)"

// sqlWhoHas finds those of a chunk's readers who have a row in an edition.
func sqlWhoHas(db *store.DB) string {
	return "SELECT subscriber FROM deliveries WHERE edition = $1 AND subscriber > $2 AND subscriber <= $3 AND subscriber IN (SELECT value FROM " + sqlNumbers(db, "$4") + ")"
}

// sqlNumbers is a table of the numbers (value) in a JSON array.
func sqlNumbers(db *store.DB, array string) string {
	if db.Postgres() {
		return "(SELECT value::bigint AS value FROM json_array_elements_text(" + array + "::json)) AS numbers"
	}
	return "json_each(" + array + ") AS numbers"
}

// blockSize is more than a chunk has.
const blockSize = 1 << 15

// newBlock returns the number after which a chunk's are free. On PostgreSQL other
// nodes open at the same time, and each chunk gets a block of numbers.
func (l *Ledger) newBlock(ctx context.Context, tx *sql.Tx) (block int64, err error) {
	if err := tx.QueryRowContext(ctx, sqlHighest).Scan(&block); err != nil || !l.db.Postgres() {
		return block, err
	}
	highest := block
	block = 0
	for step := int64(1); block <= highest; step = max(1, (highest-block)/blockSize) {
		// A database that was moved there has numbers that the sequence doesn't
		// know of. Each number that it gives is given to one node.
		if err := tx.QueryRowContext(ctx, sqlNextBlock, step).Scan(&block); err != nil {
			return 0, err
		}
		block *= blockSize
	}
	return block, nil
}

const sqlNextBlock = "SELECT MAX(n) FROM (SELECT nextval('delivery_blocks') AS n FROM generate_series(1, $1::bigint)) AS numbers"

// sqlHighest is the highest number that a delivery has.
const sqlHighest = `
	SELECT MAX(id) FROM (
		SELECT COALESCE((SELECT MAX(id) FROM deliveries), 0) AS id
		UNION ALL SELECT COALESCE((SELECT last_id FROM batches ORDER BY first_id DESC LIMIT 1), 0)) AS highest`
