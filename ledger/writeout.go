package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// unwritten returns those of a span that have no row yet, without what only
// sending needs.
func (l *Ledger) unwritten(ctx context.Context, tx *sql.Tx, edition int64, s span) ([]Job, error) {
	if s.empty() || s.first > s.last {
		return nil, nil
	}
	b, err := l.batchOf(ctx, tx, edition, s)
	if err != nil {
		return nil, err
	}
	written, err := numbersIn(ctx, tx, sqlWritten, s)
	if err != nil {
		return nil, err
	}
	jobs := make([]Job, 0, s.last-s.first+1)
	for i, reader := range b.readersOf(s) {
		number := s.first + int64(i)
		if len(written) > 0 && written[0] == number {
			written = written[1:]
			continue
		}
		jobs = append(jobs, Job{Key: Key{Edition: edition, Subscriber: reader}, Content: b.content, row: number, batch: b})
	}
	return jobs, nil
}

// sqlWritten reads which numbers of a span have a row.
const sqlWritten = "SELECT id FROM deliveries WHERE id >= $1 AND id <= $2 ORDER BY id"

// writeOut gives deliveries of one batch their rows, all in the same state, and
// returns how many had none.
func (l *Ledger) writeOut(ctx context.Context, tx *sql.Tx, jobs []Job, is change) (n int64, err error) {
	changes := make([]change, len(jobs))
	group := make([]*change, len(jobs))
	for i := range jobs {
		changes[i] = change{row: jobs[i].row, job: &jobs[i], answer: is.answer}
		group[i] = &changes[i]
	}
	if err := l.recorder(tx, time.Time{}, "").insert(ctx, is, group); err != nil {
		return 0, fmt.Errorf("write out deliveries: %w", err)
	}
	for _, c := range changes {
		if c.done {
			n++
		}
	}
	return n, nil
}

// writeOutSpan does so for all of a span.
func (l *Ledger) writeOutSpan(ctx context.Context, tx *sql.Tx, edition int64, s span, is change) (int64, error) {
	jobs, err := l.unwritten(ctx, tx, edition, s)
	if err != nil {
		return 0, err
	}
	return l.writeOut(ctx, tx, jobs, is)
}
