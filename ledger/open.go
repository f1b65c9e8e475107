package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"dailytip/editions"
	"dailytip/store"
	"dailytip/subscribers"
)

// Opening asks for the deliveries of one content to the readers of one slot.
type Opening struct {
	Newsletter string
	LocalDate  string
	Slot       int64
	DueAt      time.Time
	ExpiresAt  time.Time
	Choice     string // editions.Daily, Weekly, Course(…)
	Reason     string
	Items      []editions.Item // of a content that isn't written down yet; none: it must be
	// Everyone takes all active readers of the slot, whenever they confirmed.
	Everyone bool
	// CourseAfter restricts to course readers whose last tip it was and who have
	// none under way; nil: all.
	CourseAfter *string
	// Finish does what [Ledger.FinishRun] does in the last of the transactions,
	// when somebody was due.
	Finish bool
}

// Open writes an edition, its content and a pending delivery for each due
// reader of a slot, and returns how many deliveries are new. When the content
// was written down before, by an earlier slot or another node, that one stands
// and o.Items aren't looked at; when it wasn't and there are none, Open writes
// nothing and returns [editions.ErrNotWritten]. When nobody is due it opens
// nothing. An edition whose deliveries are kept no longer isn't opened again: the
// error is [editions.ErrPruned].
func (l *Ledger) Open(ctx context.Context, now time.Time, o Opening) (opened int64, err error) {
	defer func() {
		if err != nil && !errors.Is(err, editions.ErrNotWritten) {
			err = fmt.Errorf("open edition %s of %s: %w", o.LocalDate, o.Newsletter, err)
		}
	}()
	who, err := l.whoIsDue(ctx, o)
	if err != nil {
		return 0, err
	}
	var anybody bool
	err = l.db.Read().QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM subscriptions WHERE "+who.where+")", who.args...).Scan(&anybody)
	if err != nil || !anybody {
		return 0, err
	}
	for after := int64(0); after != math.MaxInt64; {
		var n, last int64
		err := l.write(ctx, func(tx *sql.Tx) (err error) {
			n, last, err = l.openChunk(ctx, tx, now, o, who, after)
			if err != nil || last != math.MaxInt64 || !o.Finish {
				return err
			}
			return l.finishRun(ctx, tx, now, Run{
				Newsletter: o.Newsletter, LocalDate: o.LocalDate, Slot: o.Slot, DueAt: o.DueAt, State: RunOpened, Deliveries: opened + n,
			})
		})
		if err != nil {
			return opened, err
		}
		opened += n
		if first, final := after == 0, last == math.MaxInt64; n > 1_000 && (first || final) {
			if err := l.db.Analyze(ctx, "deliveries"); err != nil {
				return opened, err
			}
		}
		after = last
	}
	return opened, nil
}

// chunk is how many readers of a slot one transaction looks at. On SQLite it
// bounds how long the write lock is held at once: about 30 ms.
const chunk = 10_000

// openChunk opens the deliveries of the readers after one, and returns how many
// are new and the last reader that it has looked at; math.MaxInt64: all of them.
func (l *Ledger) openChunk(ctx context.Context, tx *sql.Tx, now time.Time, o Opening, who readers, after int64) (n, last int64, err error) {
	c, err := l.editions.ContentFor(ctx, tx, now, editions.Choosing{
		Newsletter: o.Newsletter, LocalDate: o.LocalDate, Choice: o.Choice, Reason: o.Reason, Items: o.Items,
	})
	if err != nil {
		return 0, 0, err
	}
	if err := editions.Hold(ctx, tx, c.Edition); err != nil {
		return 0, 0, err
	}
	last = math.MaxInt64
	if err := tx.QueryRowContext(ctx, sqlChunkEnd, o.Slot, after, chunk-1).Scan(&last); err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, 0, err
	}
	args := append(who.args[:len(who.args):len(who.args)], after, last, c.Edition, c.ID, store.Millis(o.DueAt), store.Millis(now), store.Millis(o.ExpiresAt))
	n, err = affected(tx.ExecContext(ctx, sqlOpen(who), args...))
	if err != nil {
		return 0, 0, err
	}
	if n == 0 {
		return 0, last, nil
	}
	if err := subscribers.Tried(ctx, tx, o.DueAt, c.Edition); err != nil {
		return 0, 0, err
	}
	if err := noteExpiry(ctx, tx, c.Edition, o.ExpiresAt); err != nil {
		return 0, 0, err
	}
	if after == 0 { // whoever was refused before, these readers' mail is tried
		if err := hastenProbe(ctx, tx, now, o.Newsletter); err != nil {
			return 0, 0, err
		}
	}
	return n, last, l.countOpened(ctx, tx, now, c.Edition, n)
}

const sqlChunkEnd = `
	SELECT subscriber FROM subscriptions WHERE slot = $1 AND state = 'active' AND subscriber > $2 ORDER BY subscriber LIMIT 1 OFFSET $3`

// sqlOpen writes a pending delivery for each due reader of a chunk who has none of
// that edition (P1).
func sqlOpen(who readers) string {
	p := func(i int) string { return fmt.Sprintf("CAST($%d AS BIGINT)", len(who.args)+i) }
	return `
		INSERT INTO deliveries (edition, subscriber, content, due_at, opened_at, expires_at, state, next_at)
		SELECT ` + strings.Join([]string{p(3), "subscriber", p(4), p(5), p(6), p(7), "'pending'", p(6)}, ", ") + `
		FROM subscriptions WHERE ` + who.where + ` AND subscriber > ` + p(1) + ` AND subscriber <= ` + p(2) + `
		ORDER BY subscriber ON CONFLICT DO NOTHING`
}

// readers are those of an opening who are due, as a condition on subscriptions and
// what stands for its $1 and so on.
type readers struct {
	where string
	args  []any
}

func (o Opening) readers() readers {
	return readers{"slot = $1 AND state = 'active' AND (due_after < $2 OR $3) AND " + subscribers.NotResting("$2"), []any{o.Slot, store.Millis(o.DueAt), o.Everyone}}
}

// whoIsDue leaves out of a course who has a mail of it under way: their place
// moves on when that is sent, and until then they would get the same tip again.
func (l *Ledger) whoIsDue(ctx context.Context, o Opening) (readers, error) {
	r := o.readers()
	if o.CourseAfter == nil {
		return r, nil
	}
	r.where += " AND course_tip = $4"
	r.args = append(r.args, *o.CourseAfter)
	unfinished, err := l.unfinished(ctx, l.db.Read())
	if err != nil {
		return r, err
	}
	for _, e := range unfinished {
		if e.Newsletter != o.Newsletter || e.LocalDate == o.LocalDate {
			continue
		}
		r.args = append(r.args, e.ID)
		r.where += fmt.Sprintf(` AND NOT EXISTS (SELECT 1 FROM deliveries d
			WHERE d.edition = $%d AND d.subscriber = subscriptions.subscriber AND d.done_at = 0)`, len(r.args))
	}
	return r, nil
}

// CountDue counts the readers of a slot who were due at an instant.
func (l *Ledger) CountDue(ctx context.Context, slot int64, at time.Time) (int64, error) {
	return l.count(ctx, Opening{Slot: slot, DueAt: at})
}

// CountActive counts the active readers of a slot.
func (l *Ledger) CountActive(ctx context.Context, slot int64) (int64, error) {
	return l.count(ctx, Opening{Slot: slot, Everyone: true})
}

func (l *Ledger) count(ctx context.Context, o Opening) (n int64, err error) {
	who := o.readers()
	err = l.db.Read().QueryRowContext(ctx, "SELECT COUNT(*) FROM subscriptions WHERE "+who.where, who.args...).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count readers: %w", err)
	}
	return n, nil
}

// CoursePlaces returns the places in the course, as last tips, at which the due
// readers of an opening stand.
func (l *Ledger) CoursePlaces(ctx context.Context, o Opening) (places []string, err error) {
	who := o.readers()
	rows, err := l.db.Read().QueryContext(ctx, "SELECT DISTINCT course_tip FROM subscriptions WHERE "+who.where+" ORDER BY course_tip", who.args...)
	places, err = store.Collect(rows, err, store.Column[string])
	if err != nil {
		return nil, fmt.Errorf("read places in course: %w", err)
	}
	return places, nil
}
