package ledger

import (
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

// insertSome writes as many rows as one of the insertSizes.
func (r *recorder) insertSome(ctx context.Context, is change, group []*change) error {
	b := group[0].job.batch
	args := make([]any, 0, 12+3*len(group))
	args = append(args, b.edition, b.content, b.dueAt, b.openedAt, b.expiresAt, string(is.state), is.attempts, is.language, is.code, is.enhanced, is.end)
	for _, c := range group {
		args = append(args, c.row, c.job.Key.Subscriber, is.text(c))
	}
	n, err := affected(r.tx.ExecContext(ctx, r.l.inserts[len(group)], args...))
	if err != nil || is.state != Sent {
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

// text is the answer of a row that is inserted in this state.
func (c *change) text(of *change) string {
	if c.state == Pending {
		return ""
	}
	return of.answer
}

// sqlInsert inserts so many rows that share most columns. Each parameter stands
// once, in order: that is fastest with SQLite's driver.
func sqlInsert(rows int) string {
	own := make([]string, rows)
	for i := range own {
		own[i] = fmt.Sprintf("($%d, $%d, $%d)", 12+3*i, 13+3*i, 14+3*i)
	}
	return `
		INSERT INTO deliveries (edition, content, due_at, opened_at, expires_at, state, attempts, language, code, enhanced, done_at, id, subscriber, answer)
		SELECT shared.*, own.* FROM (SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) AS shared,
			(VALUES ` + strings.Join(own, ", ") + `) AS own WHERE TRUE ON CONFLICT DO NOTHING`
}

// insertTogether writes any number of rows in one statement of PostgreSQL's.
func (r *recorder) insertTogether(ctx context.Context, is change, group []*change) error {
	numbers, readers, answers := make([]int64, len(group)), make([]int64, len(group)), make([]string, len(group))
	of := make(map[int64]*change, len(group))
	for i, c := range group {
		numbers[i], readers[i], answers[i], of[c.row] = c.row, c.job.Key.Subscriber, is.text(c), c
	}
	b := group[0].job.batch
	rows, err := r.tx.QueryContext(ctx, sqlInsertTogether, numbers, readers, answers, b.edition, b.content, b.dueAt, b.openedAt, b.expiresAt,
		string(is.state), is.attempts, is.language, is.code, is.enhanced, is.end)
	if err != nil {
		return err
	}
	written, err := scanNumbers(rows)
	if err != nil {
		return err
	}
	for _, number := range written {
		of[number].done = is.state == Sent
	}
	return nil
}

const sqlInsertTogether = `
	INSERT INTO deliveries (id, edition, subscriber, content, due_at, opened_at, expires_at, state, attempts, language, code, enhanced, answer, done_at)
	SELECT o.id, $4::bigint, o.subscriber, $5::bigint, $6::bigint, $7::bigint, $8::bigint, $9::text, $10::bigint, $11::text, $12::bigint, $13::text, o.answer, $14::bigint
	FROM unnest($1::bigint[], $2::bigint[], $3::text[]) AS o (id, subscriber, answer)
	ON CONFLICT DO NOTHING RETURNING id`
