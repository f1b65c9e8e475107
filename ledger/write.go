package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"dailytip/store"
)

// change is an outcome as it's written to a row.
type change struct {
	notice   int64 // its number; 0: it's a delivery
	row      int64
	claim    int64 // the row must carry; 0: none, it was claimed without one; notMine: only Sent counts
	job      *Job  // of a delivery that may have no row yet; nil: it has one
	state    State
	next     int64
	code     int
	enhanced string
	answer   string
	language string
	end      int64 // done_at
	attempts int
	doubts   int
	done     bool // it was written
}

const notMine = -1

// change works out what an outcome means for its row.
func (r *recorder) change(ctx context.Context, o *Outcome) (c change, err error) {
	c = change{
		notice: o.Job.Key.Notice, row: o.Job.row, claim: notMine, state: o.State,
		code: o.Answer.Code, enhanced: o.Answer.Enhanced, answer: plain(o.Answer.Text), language: o.Language,
		end: store.Millis(r.now), attempts: 1,
	}
	if mine := o.Job.claim; mine.id != 0 && o.Job.owner == r.owner {
		r.ended = append(r.ended, mine)
		c.claim = 0
		if mine.empty() {
			c.claim = mine.id
		}
	}
	if !o.Job.claim.empty() && (c.claim == 0 || o.State == Sent) {
		c.job = &o.Job
	}
	switch o.State {
	case Pending:
		c.end, c.attempts, c.next = 0, 0, max(store.Millis(o.NextAt), 1)
	case Retry:
		// What can't be tried again in time waits for its end, when it expires.
		c.end, c.next = 0, max(min(store.Millis(o.NextAt), store.Millis(o.Job.ExpiresAt)), 1)
	}
	if o.Doubt {
		c.doubts = 1
	}
	if c.notice == 0 && c.row == 0 {
		err = r.tx.QueryRowContext(ctx, "SELECT id FROM deliveries WHERE edition = $1 AND subscriber = $2",
			o.Job.Key.Edition, o.Job.Key.Subscriber).Scan(&c.row)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return c, fmt.Errorf("find delivery: %w", err)
		}
	}
	return c, nil
}

// write writes changes to different rows, and marks those that it did write.
func (r *recorder) write(ctx context.Context, changes []change) error {
	ctx = r.l.unwatched(ctx)
	if err := r.insertAll(ctx, changes); err != nil {
		return err
	}
	if r.l.db.Postgres() {
		return r.writeTogether(ctx, changes)
	}
	// SQLite runs a small statement for each row in less time than it takes to
	// plan one for all.
	for i := range changes {
		if c := &changes[i]; !c.done {
			if err := r.writeOne(ctx, c); err != nil {
				return err
			}
		}
	}
	return nil
}

const (
	sqlOutcome = `
		UPDATE deliveries SET state = $3, next_at = $4, claim = 0, attempts = attempts + $5, doubts = doubts + $6, code = $7, enhanced = $8, answer = $9,
			language = CASE WHEN $10 = '' THEN language ELSE $10 END, done_at = $11
		WHERE id = $1 AND (` + isOpen + ` OR $3 = 'sent' AND state <> 'sent')`
	// isOpen holds while a delivery is in the claim $2; or, where that is 0, when
	// it just got its row.
	isOpen           = `claim = $2 AND next_at = 0 AND ($2 <> 0 OR state = 'pending')`
	sqlNoticeOutcome = `
		UPDATE notices SET state = $3, next_at = $4, attempts = attempts + $5 - 1, doubts = doubts + $6, code = $7, enhanced = $8, answer = $9,
			language = CASE WHEN $10 = '' THEN language ELSE $10 END, done_at = $11, owner = '', lease_until = 0
		WHERE id = $1 AND (state = 'sending' AND owner = $2 OR $3 = 'sent' AND state <> 'sent')`
)

func (r *recorder) writeOne(ctx context.Context, c *change) (err error) {
	query, row, holder := sqlOutcome, c.row, any(c.claim)
	if c.notice != 0 {
		query, row, holder = sqlNoticeOutcome, c.notice, r.owner
	}
	n, err := affected(r.tx.ExecContext(ctx, query,
		row, holder, string(c.state), c.next, c.attempts, c.doubts, c.code, c.enhanced, c.answer, c.language, c.end))
	c.done = n > 0
	return err
}

// sqlOutcomes is sqlOutcome for a page of rows, in one round trip.
const sqlOutcomes = `
	UPDATE deliveries d SET state = o.state, next_at = o.next_at, claim = 0, attempts = d.attempts + o.attempts, doubts = d.doubts + o.doubts,
		code = o.code, enhanced = o.enhanced, answer = o.answer, language = CASE WHEN o.language = '' THEN d.language ELSE o.language END, done_at = o.done_at
	FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::text[], $9::text[], $10::text[], $11::bigint[])
		AS o (id, claim, state, next_at, attempts, doubts, code, enhanced, answer, language, done_at)
	WHERE d.id = o.id AND (d.claim = o.claim AND d.next_at = 0 AND (o.claim <> 0 OR d.state = 'pending') OR o.state = 'sent' AND d.state <> 'sent')
	RETURNING d.id`

func (r *recorder) writeTogether(ctx context.Context, changes []change) error {
	var ints [7][]int64
	var texts [4][]string
	of := make(map[int64]int, len(changes))
	for i := range changes {
		c := &changes[i]
		if c.done {
			continue
		}
		if c.notice != 0 {
			if err := r.writeOne(ctx, c); err != nil {
				return err
			}
			continue
		}
		of[c.row] = i
		for k, v := range []int64{c.row, c.claim, c.next, int64(c.attempts), int64(c.doubts), int64(c.code), c.end} {
			ints[k] = append(ints[k], v)
		}
		for k, v := range []string{string(c.state), c.enhanced, c.answer, c.language} {
			texts[k] = append(texts[k], v)
		}
	}
	if len(of) == 0 {
		return nil
	}
	rows, err := r.tx.QueryContext(ctx, sqlOutcomes,
		ints[0], ints[1], texts[0], ints[2], ints[3], ints[4], ints[5], texts[1], texts[2], texts[3], ints[6])
	if err != nil {
		return err
	}
	written, err := scanNumbers(rows)
	if err != nil {
		return err
	}
	for _, row := range written {
		changes[of[row]].done = true
	}
	return nil
}

func scanNumbers(rows *sql.Rows) ([]int64, error) {
	defer func() { _ = rows.Close() }()
	var numbers []int64
	for rows.Next() {
		var n int64
		if err := rows.Scan(&n); err != nil {
			return nil, err
		}
		numbers = append(numbers, n)
	}
	return numbers, rows.Err()
}
