package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"dailytip/store"
)

// batch is what Open added in one transaction: its deliveries have numbers in a
// row, and readers[i] is the subscriber of number first+i. It never changes.
type batch struct {
	span
	edition, slot, content     int64
	dueAt, openedAt, expiresAt int64
	readers                    []int64 // ascending
}

// readersOf returns the subscribers of a part of the batch.
func (b *batch) readersOf(s span) []int64 { return b.readers[s.first-b.first : s.last-b.first+1] }

// except returns the readers of all numbers but some, which ascend.
func (b *batch) except(numbers []int64) []int64 {
	readers := make([]int64, 0, len(b.readers)-len(numbers))
	for i, r := range b.readers {
		if len(numbers) > 0 && numbers[0] == b.first+int64(i) {
			numbers = numbers[1:]
			continue
		}
		readers = append(readers, r)
	}
	return readers
}

// batches keeps the last ones that were read: a batch is claimed in many pages.
type batches struct {
	mu   sync.Mutex
	kept [keptBatches]*batch
	next int
}

// keptBatches is for as many editions, or groups of readers, that go out at the
// same time.
const keptBatches = 8

func (k *batches) find(edition int64, s span) *batch {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, b := range k.kept {
		if b != nil && b.edition == edition && b.first <= s.first && s.last <= b.last {
			return b
		}
	}
	return nil
}

func (k *batches) keep(b *batch) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.kept[k.next] = b
	k.next = (k.next + 1) % len(k.kept)
}

// clear drops them all: after a transaction that failed nobody knows what became
// of the numbers.
func (k *batches) clear() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.kept = [keptBatches]*batch{}
}

const batchColumns = "SELECT first_id, last_id, edition, slot, content, due_at, opened_at, expires_at, first_reader, readers FROM batches"

const sqlBatch = batchColumns + " WHERE first_id <= $1 ORDER BY first_id DESC LIMIT 1"

// batchOf returns the batch that a span is of.
func (l *Ledger) batchOf(ctx context.Context, tx *sql.Tx, edition int64, s span) (*batch, error) {
	if b := l.batches.find(edition, s); b != nil {
		return b, nil
	}
	rows, err := tx.QueryContext(ctx, sqlBatch, s.first)
	if err != nil {
		return nil, fmt.Errorf("read batch: %w", err)
	}
	found, err := scanBatches(rows)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 || found[0].edition != edition || found[0].last < s.last {
		return nil, fmt.Errorf("read batch: deliveries %d to %d of edition %d are in none", s.first, s.last, edition)
	}
	l.batches.keep(&found[0])
	return &found[0], nil
}

func scanBatches(rows *sql.Rows) (all []batch, err error) {
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var b batch
		var firstReader int64
		var readers string
		if err := rows.Scan(&b.first, &b.last, &b.edition, &b.slot, &b.content, &b.dueAt, &b.openedAt, &b.expiresAt, &firstReader, &readers); err != nil {
			return nil, fmt.Errorf("read batch: %w", err)
		}
		if b.readers, err = parseNumbers(readers, firstReader); err == nil && int64(len(b.readers)) != b.last-b.first+1 {
			err = fmt.Errorf("it has %d numbers, not %d", len(b.readers), b.last-b.first+1)
		}
		if err != nil {
			return nil, fmt.Errorf("read batch %d: its list of readers is damaged: %w", b.first, err)
		}
		all = append(all, b)
	}
	return all, rows.Err()
}

// formatNumbers writes numbers, less one that they are counted from, as a JSON
// array, so that SQL can read it too.
func formatNumbers(numbers []int64, from int64) string {
	text := make([]byte, 0, 8*len(numbers)+2)
	text = append(text, '[')
	for i, n := range numbers {
		if i > 0 {
			text = append(text, ',')
		}
		text = strconv.AppendInt(text, n-from, 10)
	}
	return string(append(text, ']'))
}

// errNotAList means that a text isn't what formatNumbers writes.
var errNotAList = errors.New("it isn't a JSON array of numbers")

func parseNumbers(text string, from int64) ([]int64, error) {
	list, array := strings.CutPrefix(text, "[")
	list, closed := strings.CutSuffix(list, "]")
	if !array || !closed {
		return nil, errNotAList
	}
	numbers := make([]int64, 0, strings.Count(list, ",")+1)
	for more := true; more; {
		var number string
		number, list, more = strings.Cut(list, ",")
		n, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			return nil, errNotAList
		}
		numbers = append(numbers, from+n)
	}
	return numbers, nil
}

// add writes a batch down, and that its deliveries wait.
func (l *Ledger) add(ctx context.Context, tx *sql.Tx, b batch) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO batches (first_id, last_id, edition, slot, content, due_at, opened_at, expires_at, first_reader, last_reader, readers)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		b.first, b.last, b.edition, b.slot, b.content, b.dueAt, b.openedAt, b.expiresAt, b.readers[0], b.readers[len(b.readers)-1], formatNumbers(b.readers, b.readers[0]))
	if err != nil {
		return fmt.Errorf("write down a batch: %w", err)
	}
	return addFresh(ctx, tx, b.edition, b.span, b.expiresAt)
}

// sqlOverlapping finds the batches of edition $1 that may have readers above $2
// and up to $3.
const sqlOverlapping = batchColumns + " WHERE edition = $1 AND first_reader <= $3 AND last_reader > $2"

// overlapping reads batches of an edition that may have readers of a chunk.
func (l *Ledger) overlapping(ctx context.Context, tx *sql.Tx, edition int64, chunk span) ([]batch, error) {
	rows, err := tx.QueryContext(ctx, sqlOverlapping, edition, chunk.first, chunk.last)
	if err != nil {
		return nil, fmt.Errorf("read batches: %w", err)
	}
	return scanBatches(rows)
}

// without removes from a what is in b; both ascend.
func without(a, b []int64) []int64 {
	if len(a) == 0 || len(b) == 0 {
		return a
	}
	at, _ := slices.BinarySearch(b, a[0])
	return slices.DeleteFunc(a, func(r int64) bool {
		for at < len(b) && b[at] < r {
			at++
		}
		return at < len(b) && b[at] == r
	})
}

// numbersIn reads numbers of a span.
func numbersIn(ctx context.Context, tx *sql.Tx, query string, s span) ([]int64, error) {
	rows, err := tx.QueryContext(ctx, query, s.first, s.last)
	if err != nil {
		return nil, fmt.Errorf("read deliveries: %w", err)
	}
	numbers, err := scanNumbers(rows)
	if err != nil {
		return nil, fmt.Errorf("read deliveries: %w", err)
	}
	return numbers, nil
}

// sqlListed is a table of the deliveries that stand in a batch and have no row
// yet: those that a condition names by their batch b, {number} and {reader}.
func sqlListed(db *store.DB, where string) string {
	from, number, reader := "json_each(b.readers) j", "b.first_id + j.key", "b.first_reader + j.value"
	if db.Postgres() {
		from, number, reader = "json_array_elements_text(b.readers::json) WITH ORDINALITY AS j (value, key)", "b.first_id + j.key - 1", "b.first_reader + j.value::bigint"
	}
	where = strings.NewReplacer("{number}", number, "{reader}", reader).Replace(where)
	return `(
		SELECT ` + number + ` AS id, b.edition, ` + reader + ` AS subscriber, b.content, b.due_at, b.opened_at, b.expires_at
		FROM batches b, ` + from + ` WHERE ` + where + ` AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.id = ` + number + `))`
}

// ofSpan is the condition for the numbers from $1 to $2, which are of one batch.
const ofSpan = `b.first_id = (SELECT MAX(first_id) FROM batches WHERE first_id <= $1) AND {number} >= $1 AND {number} <= $2`

// ofReader is the condition for subscriber $1. Looking for the digits first keeps
// lists without this reader from being taken to pieces.
const (
	ofReader = `b.first_reader <= CAST($1 AS BIGINT) AND b.last_reader >= CAST($1 AS BIGINT)
		AND (b.readers LIKE '%,' || ` + digits + ` || ',%' OR b.readers LIKE '[' || ` + digits + ` || ',%'
			OR b.readers LIKE '%,' || ` + digits + ` || ']' OR b.readers = '[' || ` + digits + ` || ']')
		AND {reader} = CAST($1 AS BIGINT)`
	digits = `CAST(CAST($1 AS BIGINT) - b.first_reader AS TEXT)`
)

// forget drops the batches that are done with: nothing of them waits or is in a
// claim, so all their deliveries have rows.
func (l *Ledger) forget(ctx context.Context) error {
	var done bool
	if err := l.db.Read().QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM batches WHERE "+doneWith+")").Scan(&done); err != nil || !done {
		return err
	}
	return l.db.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "DELETE FROM batches WHERE "+doneWith)
		return err
	})
}

const doneWith = `
	NOT EXISTS (SELECT 1 FROM fresh WHERE fresh.edition = batches.edition AND fresh.last_id = batches.last_id)
	AND NOT EXISTS (SELECT 1 FROM claims WHERE claims.first_id >= batches.first_id AND claims.first_id <= batches.last_id)`
