package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"dailytip/store"
)

// Opening asks for the deliveries of one content to the readers of one slot.
type Opening struct {
	Newsletter string
	LocalDate  string
	Slot       int64
	DueAt      time.Time
	ExpiresAt  time.Time
	Choice     string // Daily, Weekly, Course(…)
	Reason     string
	Items      []Item // of a content that isn't written down yet; none: it must be
	// Everyone takes all active readers of the slot, whenever they confirmed.
	Everyone bool
	// CourseAfter restricts to course readers whose last tip it was and who have
	// none under way; nil: all.
	CourseAfter *string
	// Finish does what [Ledger.FinishRun] does in the last of the transactions,
	// when somebody was due.
	Finish bool
}

// ErrNotWritten means that what readers get on a date hasn't been written down.
var ErrNotWritten = errors.New("nothing is written down for that date")

// Open writes an edition, its content and a pending delivery for each due
// reader of a slot, and returns how many deliveries are new. When the content
// was written down before, by an earlier slot or another node, that one stands
// and o.Items aren't looked at; when it wasn't and there are none, Open writes
// nothing and returns [ErrNotWritten]. When nobody is due it opens nothing.
func (l *Ledger) Open(ctx context.Context, now time.Time, o Opening) (opened int64, err error) {
	for c := (opening{Opening: o, now: now}); !c.done; c.after = c.last {
		var n int64
		before := c
		err := l.db.Write(ctx, func(tx *sql.Tx) (err error) {
			c = before // the transaction may be tried again
			n, err = l.openNext(ctx, tx, &c, opened)
			return err
		})
		if errors.Is(err, ErrNotWritten) {
			return 0, err
		}
		if err != nil {
			return opened, fmt.Errorf("open edition %s of %s: %w", o.LocalDate, o.Newsletter, err)
		}
		opened += n
		if !c.done {
			l.db.GiveWay(ctx)
		}
	}
	return opened, nil
}

// opening is how far an Opening has come.
type opening struct {
	Opening
	now     time.Time
	after   int64 // the last subscriber of the chunk before
	last    int64 // and of this one
	done    bool  // it's the last chunk
	anybody bool  // was due so far
}

// openNext opens the next chunk and returns how many deliveries are new.
func (l *Ledger) openNext(ctx context.Context, tx *sql.Tx, c *opening, before int64) (n int64, err error) {
	due, err := l.nextChunk(ctx, tx, c)
	if err != nil {
		return 0, err
	}
	if len(due) > 0 {
		c.anybody = true
		content, err := l.contentFor(ctx, tx, c.now, c.Opening)
		if err != nil {
			return 0, err
		}
		if n, err = l.openChunk(ctx, tx, c, content, due); err != nil {
			return 0, err
		}
		if err := countOpened(ctx, tx, c.now, content.Edition, n); err != nil {
			return 0, err
		}
	}
	if !c.done || !c.anybody || !c.Finish {
		return n, nil
	}
	return n, finishRun(ctx, tx, c.now, Run{
		Newsletter: c.Newsletter, LocalDate: c.LocalDate, Slot: c.Slot, DueAt: c.DueAt, State: "opened", Deliveries: before + n,
	})
}

// due chooses the readers of a slot who are due: $1 the slot, $2 the instant,
// $3 everyone.
const due = `slot = $1 AND state = 'active' AND (due_after < $2 OR $3)`

// dueInCourse leaves those at a place ($4) who have no mail under way in some
// other editions: their place moves on when that is sent, and until then they
// would get the same tip again. Those who stand in a batch come on top.
const dueInCourse = due + ` AND course_tip = $4 AND NOT EXISTS (
	SELECT 1 FROM deliveries d WHERE d.edition IN ($5, $6, $7, $8, $9, $10, $11, $12)
		AND d.subscriber = subscriptions.subscriber AND d.state IN ('pending', 'retry'))`

// mostUnderWay is how many editions dueInCourse looks at. A mail is under way for
// give_up_after, which is seven days at most.
const mostUnderWay = 8

// readers are those of an opening who are due, as a condition and what stands for
// its $1 and so on.
type readers struct {
	where string
	args  []any
}

func (o Opening) readers() readers {
	return readers{due, []any{o.Slot, store.Millis(o.DueAt), o.Everyone}}
}

// inCourse leaves out whose last tip is under way in one of some editions.
func (o Opening) inCourse(editions []int64) readers {
	r := o.readers()
	r = readers{dueInCourse, append(r.args, *o.CourseAfter)}
	for i := range mostUnderWay {
		edition := int64(0) // there's none
		if i < len(editions) {
			edition = editions[i]
		}
		r.args = append(r.args, edition)
	}
	return r
}

// underWay returns the editions that keep a course reader from being due: the
// newsletter's of other dates that have mails to send, the newest first.
func (l *Ledger) underWay(ctx context.Context, tx *sql.Tx, o Opening) ([]int64, error) {
	open, err := l.openEditions(ctx, tx)
	if err != nil {
		return nil, err
	}
	rows, err := tx.QueryContext(ctx, `
		SELECT id, newsletter, local_date FROM editions WHERE id IN (SELECT edition FROM claims)`)
	if err != nil {
		return nil, fmt.Errorf("find editions under way: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var e Edition
		if err := rows.Scan(&e.ID, &e.Newsletter, &e.LocalDate); err != nil {
			return nil, fmt.Errorf("find editions under way: %w", err)
		}
		open = append(open, e)
	}
	var ids []int64
	for _, e := range open {
		if e.Newsletter == o.Newsletter && e.LocalDate != o.LocalDate {
			ids = append(ids, e.ID)
		}
	}
	slices.SortFunc(ids, func(a, b int64) int { return cmp.Compare(b, a) }) // ids grow with time
	return slices.Compact(ids), rows.Err()
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
	err = l.db.Read().QueryRowContext(ctx, "SELECT COUNT(*) FROM subscriptions WHERE "+due, o.readers().args...).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count readers: %w", err)
	}
	return n, nil
}

// CoursePlaces returns the places in the course, as last tips, at which the due
// readers of an opening stand.
func (l *Ledger) CoursePlaces(ctx context.Context, o Opening) ([]string, error) {
	rows, err := l.db.Read().QueryContext(ctx, "SELECT DISTINCT course_tip FROM subscriptions WHERE "+due+" ORDER BY course_tip", o.readers().args...)
	if err != nil {
		return nil, fmt.Errorf("read places in course: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var places []string
	for rows.Next() {
		var place string
		if err := rows.Scan(&place); err != nil {
			return nil, fmt.Errorf("read places in course: %w", err)
		}
		places = append(places, place)
	}
	return places, rows.Err()
}
