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

// chunk is how many deliveries one transaction opens. On SQLite it bounds how
// long others wait for the write lock, to some 50 ms.
const chunk = 20_000

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
	after := int64(0)
	for more := true; more; {
		var last, n int64
		err := l.db.Write(ctx, func(tx *sql.Tx) error {
			underWay, err := l.underWay(ctx, tx, o)
			if err != nil {
				return err
			}
			var readers int64
			if last, readers, err = l.nextChunk(ctx, tx, o, underWay, after); err != nil {
				return err
			}
			if readers > 0 {
				content, err := l.contentFor(ctx, tx, now, o)
				if err != nil {
					return err
				}
				if n, err = l.openChunk(ctx, tx, now, o, content, underWay, after, last); err != nil {
					return err
				}
				if err := countOpened(ctx, tx, now, content.Edition, n); err != nil {
					return err
				}
			}
			more = readers == chunk
			if nobody := after == 0 && readers == 0; more || nobody || !o.Finish {
				return nil
			}
			return finishRun(ctx, tx, now, Run{
				Newsletter: o.Newsletter, LocalDate: o.LocalDate, Slot: o.Slot, DueAt: o.DueAt, State: "opened", Deliveries: opened + n,
			})
		})
		if errors.Is(err, ErrNotWritten) {
			return 0, err
		}
		if err != nil {
			return opened, fmt.Errorf("open edition %s of %s: %w", o.LocalDate, o.Newsletter, err)
		}
		opened += n
		after = last
	}
	return opened, nil
}

// due chooses the readers of a slot who are due: $1 the slot, $2 the instant,
// $3 everyone. In a course ($4) it's those at a place ($5) who have no mail
// under way in some other editions ($6 to $13): their place moves on when that is
// sent, and until then they would get the same tip again.
const due = `slot = $1 AND state = 'active' AND (due_after < $2 OR $3) AND (NOT $4 OR course_tip = $5 AND NOT EXISTS (
	SELECT 1 FROM deliveries d WHERE d.edition IN ($6, $7, $8, $9, $10, $11, $12, $13)
		AND d.subscriber = subscriptions.subscriber AND d.state IN ('pending', 'sending', 'retry')))`

// mostUnderWay is how many editions due looks at. A mail is under way for
// give_up_after, which is seven days at most.
const mostUnderWay = 8

func (o Opening) dueArgs(underWay []int64, more ...any) []any {
	course := ""
	if o.CourseAfter != nil {
		course = *o.CourseAfter
	}
	args := []any{o.Slot, store.Millis(o.DueAt), o.Everyone, o.CourseAfter != nil, course}
	for i := range mostUnderWay {
		edition := int64(0) // there's none
		if i < len(underWay) {
			edition = underWay[i]
		}
		args = append(args, edition)
	}
	return append(args, more...)
}

// underWay returns the editions that keep a course reader from being due: the
// newsletter's of other dates that have mails to send, the newest first.
func (l *Ledger) underWay(ctx context.Context, tx *sql.Tx, o Opening) ([]int64, error) {
	if o.CourseAfter == nil {
		return nil, nil
	}
	open, err := l.openEditions(ctx, tx)
	if err != nil {
		return nil, err
	}
	rows, err := tx.QueryContext(ctx, `
		SELECT id, newsletter, local_date FROM editions WHERE id IN (SELECT edition FROM deliveries WHERE state = 'sending')`)
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

// nextChunk returns how many readers the next chunk has, and the last of them.
func (l *Ledger) nextChunk(ctx context.Context, tx *sql.Tx, o Opening, underWay []int64, after int64) (last, readers int64, err error) {
	err = tx.QueryRowContext(ctx, `
		SELECT COALESCE(MAX(subscriber), 0), COUNT(*) FROM (
			SELECT subscriber FROM subscriptions WHERE `+due+` AND subscriber > $14 ORDER BY subscriber LIMIT $15 + 0) AS next`,
		o.dueArgs(underWay, after, chunk)...).Scan(&last, &readers)
	return last, readers, err
}

func (l *Ledger) openChunk(
	ctx context.Context, tx *sql.Tx, now time.Time, o Opening, c Content, underWay []int64, after, last int64,
) (int64, error) {
	return affected(tx.ExecContext(ctx, `
		INSERT INTO deliveries (edition, subscriber, content, due_at, opened_at, expires_at, state, next_at)
		SELECT CAST($16 AS BIGINT), subscriber, CAST($17 AS BIGINT), CAST($2 AS BIGINT), CAST($18 AS BIGINT), CAST($19 AS BIGINT), 'pending', CAST($18 AS BIGINT)
		FROM subscriptions WHERE `+due+` AND subscriber > $14 AND subscriber <= $15 ORDER BY subscriber
		ON CONFLICT (edition, subscriber) DO NOTHING`,
		o.dueArgs(underWay, after, last, c.Edition, c.ID, store.Millis(now), store.Millis(o.ExpiresAt))...))
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
	err = l.db.Read().QueryRowContext(ctx, "SELECT COUNT(*) FROM subscriptions WHERE "+due, o.dueArgs(nil)...).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count readers: %w", err)
	}
	return n, nil
}

// CoursePlaces returns the places in the course, as last tips, at which the due
// readers of an opening stand.
func (l *Ledger) CoursePlaces(ctx context.Context, o Opening) ([]string, error) {
	rows, err := l.db.Read().QueryContext(ctx, "SELECT DISTINCT course_tip FROM subscriptions WHERE "+due+" ORDER BY course_tip", o.dueArgs(nil)...)
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
