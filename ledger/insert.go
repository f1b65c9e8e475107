package ledger

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A delivery of a batch gets its row with its first outcome. Mostly it was sent:
// then the row is written with all that became of it. Otherwise it's written as
// it waits, and the outcome after it.

// usual tells whether a change is all that becomes of a delivery without a row.
func (c *change) usual() bool {
	return c.job != nil && c.state == Sent && c.claim == 0 && c.doubts == 0
}

// like tells whether two changes give rows that differ only in number, reader and
// the relay's text.
func (c *change) like(d *change) bool {
	if c.job.batch.first != d.job.batch.first || c.usual() != d.usual() {
		return false
	}
	return !c.usual() || c.code == d.code && c.enhanced == d.enhanced && c.language == d.language && c.end == d.end
}

// insertAll writes the rows of deliveries that may have none yet. Where that is
// the whole outcome the change is done.
func (r *recorder) insertAll(ctx context.Context, changes []change) error {
	left := make([]*change, 0, len(changes))
	for i := range changes {
		if changes[i].job != nil {
			left = append(left, &changes[i])
		}
	}
	for len(left) > 0 {
		first := left[0]
		var group []*change
		left = slices.DeleteFunc(left, func(c *change) bool {
			if !c.like(first) {
				return false
			}
			if group == nil {
				group = make([]*change, 0, len(left))
			}
			group = append(group, c)
			return true
		})
		is := change{state: Pending}
		if first.usual() {
			is = *first
		}
		if err := r.insert(ctx, is, group); err != nil {
			return err
		}
	}
	return nil
}

// insert writes the rows of changes that are like each other: as they are, but
// for number, reader and, if it isn't pending, the text.
func (r *recorder) insert(ctx context.Context, is change, group []*change) error {
	if len(group) == 0 {
		return nil
	}
	if r.l.db.Postgres() {
		return r.insertTogether(ctx, is, group)
	}
	sizes := insertSizes
	if r.alone {
		sizes = insertSizes[len(insertSizes)-1:]
	}
	for _, n := range sizes {
		for ; len(group) >= n; group = group[n:] {
			if err := r.insertSome(ctx, is, group[:n]); err != nil {
				return err
			}
		}
	}
	return nil
}

// insertSizes are how many rows one statement of SQLite's inserts. A statement's
// own cost is more than a row's; each size is a statement to keep.
var insertSizes = []int{32, 8, 2, 1}

// errHasRow means that of several deliveries some have a row already.
var errHasRow = errors.New("some of these deliveries have been recorded")

// waits tells whether a row that is so has its outcome still to come.
func (c *change) waits() bool { return c.state == Pending && c.next == 0 }

// text is the answer of a row that is so, for one of a group.
func (c *change) text(of *change) string {
	if c.waits() {
		return ""
	}
	return of.answer
}

// shared are the values that the rows of a group have in common.
func (c *change) shared(b *batch) []any {
	return []any{
		b.edition, b.content, b.dueAt, b.openedAt, b.expiresAt,
		string(c.state), c.next, c.attempts, c.doubts, c.language, c.code, c.enhanced, c.end,
	}
}

// insertSome writes as many rows as one of the insertSizes.
func (r *recorder) insertSome(ctx context.Context, is change, group []*change) error {
	args := slices.Grow(is.shared(group[0].job.batch), 3*len(group))
	for _, c := range group {
		args = append(args, c.row, c.job.Key.Subscriber, is.text(c))
	}
	n, err := affected(r.tx.ExecContext(ctx, r.l.inserts[len(group)], args...))
	if err != nil || is.waits() {
		return err
	}
	if n > 0 && n < int64(len(group)) { // which they are can't be told
		return errHasRow
	}
	for _, c := range group {
		c.done = n > 0
	}
	return nil
}

// inserts are the statements of each of the insertSizes.
func inserts() map[int]string {
	texts := map[int]string{}
	for _, n := range insertSizes {
		texts[n] = sqlInsert(n)
	}
	return texts
}

// insertColumns are those of change.shared and of each row of its own.
const insertColumns = `
		INSERT INTO deliveries (edition, content, due_at, opened_at, expires_at,
			state, next_at, attempts, doubts, language, code, enhanced, done_at, id, subscriber, answer)`

// sqlInsert inserts so many rows that share most columns. Each parameter stands
// once, in order: that is fastest with SQLite's driver.
func sqlInsert(rows int) string {
	own := make([]string, rows)
	for i := range own {
		own[i] = fmt.Sprintf("($%d, $%d, $%d)", 14+3*i, 15+3*i, 16+3*i)
	}
	return insertColumns + `
		SELECT shared.*, own.* FROM (SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) AS shared,
			(VALUES ` + strings.Join(own, ", ") + `) AS own WHERE TRUE ON CONFLICT DO NOTHING`
}

// insertTogether writes any number of rows in one statement of PostgreSQL's, in
// the order of their numbers: nodes that write the same ones, because a lease was
// lost, wait for each other and not in a circle.
func (r *recorder) insertTogether(ctx context.Context, is change, group []*change) error {
	slices.SortFunc(group, func(a, b *change) int { return cmp.Compare(a.row, b.row) })
	numbers, readers, answers := make([]int64, len(group)), make([]int64, len(group)), make([]string, len(group))
	of := make(map[int64]*change, len(group))
	for i, c := range group {
		numbers[i], readers[i], answers[i], of[c.row] = c.row, c.job.Key.Subscriber, is.text(c), c
	}
	rows, err := r.tx.QueryContext(ctx, sqlInsertTogether, append(is.shared(group[0].job.batch), numbers, readers, answers)...)
	if err != nil {
		return err
	}
	written, err := scanNumbers(rows)
	if err != nil {
		return err
	}
	for _, number := range written {
		of[number].done = !is.waits()
	}
	return nil
}

const sqlInsertTogether = insertColumns + `
	SELECT $1::bigint, $2::bigint, $3::bigint, $4::bigint, $5::bigint, $6::text, $7::bigint, $8::bigint, $9::bigint, $10::text, $11::bigint, $12::text, $13::bigint,
		own.id, own.subscriber, own.answer
	FROM unnest($14::bigint[], $15::bigint[], $16::text[]) AS own (id, subscriber, answer)
	ON CONFLICT DO NOTHING RETURNING id`
