package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"dailytip/store"
	"dailytip/verdict"
)

// Outcome is what became of a [Job].
type Outcome struct {
	Job      Job
	State    State     // Sent, Retry, Failed, InDoubt, or Pending: nothing was said about this mail
	NextAt   time.Time // Retry, Pending: not before
	Reply    Reply
	Language string // of the text that was sent
	// Dead says of what failed that the address can't get mail, Opinion what else the
	// reply says of it.
	Dead    bool
	Opinion verdict.Opinion
	// HeldBack says of what is Pending that a server called the address dead as it did
	// all others of its domain: the operator decides.
	HeldBack bool
	// Doubt says that this attempt may have arrived all the same.
	Doubt bool
}

// recorder writes outcomes in one transaction.
type recorder struct {
	l       *Ledger
	tx      *sql.Tx
	now     time.Time
	courses map[int64]bool // contents that it has published, and whether they belong to a course
	sent    sums
	to      map[receiverKey]receiverCount // what isn't written yet
}

func (l *Ledger) recorder(tx *sql.Tx, now time.Time) *recorder {
	return &recorder{l: l, tx: tx, now: now, courses: map[int64]bool{}, sent: sums{}, to: map[receiverKey]receiverCount{}}
}

// record writes outcomes. An accepted mail is accepted whoever has claimed it
// since; anything else counts only for who holds the claim.
func (r *recorder) record(ctx context.Context, outcomes []Outcome, node string) error {
	if len(outcomes) == 0 {
		return nil
	}
	// In the order of their keys, so that two nodes whose outcomes are of the same
	// mails don't wait for each other in a circle.
	sorted := make([]*Outcome, len(outcomes))
	for i := range outcomes {
		sorted[i] = &outcomes[i]
	}
	slices.SortStableFunc(sorted, func(a, b *Outcome) int { return a.Job.Key.compare(b.Job.Key) })
	write := r.writeEach
	if r.l.db.Postgres() {
		write = r.writeTogether
	}
	written, err := write(ctx, sorted)
	if err != nil {
		return fmt.Errorf("record outcome: %w", err)
	}
	for _, o := range written {
		if err := r.follow(ctx, *o); err != nil {
			return err
		}
	}
	return r.countSent(ctx, node)
}

func (k Key) compare(other Key) int {
	return cmp.Or(cmp.Compare(k.Edition, other.Edition), cmp.Compare(k.Subscriber, other.Subscriber), cmp.Compare(k.Notice, other.Notice))
}

// change is what an outcome means for its row.
type change struct {
	next, end        int64 // next_at, done_at
	attempts, doubts int
}

func (r *recorder) change(o *Outcome) change {
	c := change{end: store.Millis(r.now), attempts: 1}
	switch o.State {
	case Pending:
		c = change{next: store.Millis(o.NextAt)}
	case Retry:
		// What can't be tried again in time waits for its end, when it expires.
		c = change{next: min(store.Millis(o.NextAt), store.Millis(o.Job.ExpiresAt)), attempts: 1}
	}
	if o.Doubt {
		c.doubts = 1
	}
	return c
}

// An outcome is written to the row of its delivery or notice: $1 to $9 are what it
// changes, $10 is the node that must hold the claim.
const (
	setOutcome = `
		SET state = $1, next_at = $2, owner = '', attempts = attempts + $3, doubts = doubts + $4, code = $5, enhanced = $6, reply = $7,
			language = CASE WHEN $8 = '' THEN language ELSE $8 END, done_at = $9
		WHERE (state = 'sending' AND owner = $10 OR $1 = 'sent' AND state <> 'sent') AND `
	sqlOutcome       = `UPDATE deliveries` + setOutcome + `edition = $11 AND subscriber = $12`
	sqlNoticeOutcome = `UPDATE notices` + setOutcome + `id = $11`
)

// writeEach writes one outcome after the other, and returns those that count.
func (r *recorder) writeEach(ctx context.Context, outcomes []*Outcome) (written []*Outcome, err error) {
	ctx = uninterrupted(ctx, r.l.db)
	stmt := r.l.statements.In(ctx, r.tx, sqlOutcome) //nolint:sqlclosecheck // it ends with the transaction
	written = make([]*Outcome, 0, len(outcomes))
	for _, o := range outcomes {
		c := r.change(o)
		args := []any{
			string(o.State), c.next, c.attempts, c.doubts, o.Reply.Code, o.Reply.Enhanced, store.Text(o.Reply.Text), o.Language, c.end,
			o.Job.Owner, o.Job.Key.Edition, o.Job.Key.Subscriber,
		}
		var n int64
		if notice := o.Job.Key.Notice; notice != 0 {
			n, err = affected(r.tx.ExecContext(ctx, sqlNoticeOutcome, append(args[:10:10], notice)...))
		} else {
			n, err = affected(stmt.ExecContext(ctx, args...))
		}
		if err != nil {
			return nil, err
		}
		if n > 0 { // else the claim was taken for lost, or this outcome is recorded already
			written = append(written, o)
		}
	}
	return written, nil
}

// sqlOutcomes is sqlOutcome for a page, in one round trip.
const sqlOutcomes = `
	UPDATE deliveries d SET state = o.state, next_at = o.next_at, owner = '', attempts = d.attempts + o.attempts, doubts = d.doubts + o.doubts,
		code = o.code, enhanced = o.enhanced, reply = o.reply, language = CASE WHEN o.language = '' THEN d.language ELSE o.language END, done_at = o.done_at
	FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[], $7::text[], $8::text[], $9::bigint[],
			$10::text[], $11::bigint[], $12::bigint[])
		AS o (state, next_at, attempts, doubts, code, enhanced, reply, language, done_at, owner, edition, subscriber)
	WHERE (d.state = 'sending' AND d.owner = o.owner OR o.state = 'sent' AND d.state <> 'sent') AND d.edition = o.edition AND d.subscriber = o.subscriber
	RETURNING d.edition, d.subscriber`

// writeTogether is writeEach for PostgreSQL, where each statement is a round trip.
func (r *recorder) writeTogether(ctx context.Context, outcomes []*Outcome) (written []*Outcome, err error) {
	var states, enhanced, replies, languages, owners []string
	var next, attempts, doubts, codes, ends, inEdition, readers []int64
	deliveries := map[Key]*Outcome{}
	for i, o := range outcomes {
		_, twice := deliveries[o.Job.Key]
		if o.Job.Key.Notice != 0 || twice { // one statement changes a row once
			one, err := r.writeEach(ctx, outcomes[i:i+1])
			if err != nil {
				return nil, err
			}
			written = append(written, one...)
			continue
		}
		deliveries[o.Job.Key] = o
		c := r.change(o)
		states, enhanced, replies = append(states, string(o.State)), append(enhanced, o.Reply.Enhanced), append(replies, store.Text(o.Reply.Text))
		languages, owners = append(languages, o.Language), append(owners, o.Job.Owner)
		next, attempts, doubts = append(next, c.next), append(attempts, int64(c.attempts)), append(doubts, int64(c.doubts))
		codes, ends = append(codes, int64(o.Reply.Code)), append(ends, c.end)
		inEdition, readers = append(inEdition, o.Job.Key.Edition), append(readers, o.Job.Key.Subscriber)
	}
	if len(deliveries) == 0 {
		return written, nil
	}
	rows, err := r.tx.QueryContext(ctx, sqlOutcomes, states, next, attempts, doubts, codes, enhanced, replies, languages, ends, owners, inEdition, readers)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var k Key
		if err := rows.Scan(&k.Edition, &k.Subscriber); err != nil {
			return nil, err
		}
		written = append(written, deliveries[k])
	}
	return written, rows.Err()
}
