package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
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
	Items      []Item // no items: nothing is sent, and the edition stands empty
	// Everyone takes all active readers of the slot, whenever they confirmed.
	Everyone bool
	// CourseAfter restricts to course readers whose last tip it was; nil: all.
	CourseAfter *string
}

// Open writes an edition, its content and a pending delivery for each due
// reader of a slot, and returns how many deliveries are new. When the content
// was opened before, by an earlier slot or another node, that one stands and
// o.Items aren't looked at. When nobody is due it writes nothing.
func (l *Ledger) Open(ctx context.Context, now time.Time, o Opening) (opened int64, err error) {
	after := int64(0)
	for more := true; more; {
		err := l.db.Write(ctx, func(tx *sql.Tx) error {
			last, err := l.lastOfChunk(ctx, tx, o, after)
			if err != nil || last == 0 {
				more = false
				return err
			}
			content, err := l.content(ctx, tx, now, o)
			if err != nil {
				return err
			}
			if len(content.Items) == 0 {
				more = false
				return nil
			}
			n, err := l.openChunk(ctx, tx, now, o, content, after, last)
			opened += n
			after = last
			if err != nil {
				return err
			}
			return countOpened(ctx, tx, now, content.Edition, n)
		})
		if err != nil {
			return opened, fmt.Errorf("open edition %s of %s: %w", o.LocalDate, o.Newsletter, err)
		}
	}
	return opened, nil
}

// due chooses the readers of a slot who are due: $1 the slot, $2 the instant,
// $3 everyone, $4 and $5 the place in a course.
const due = `slot = $1 AND state = 'active' AND (due_after < $2 OR $3) AND (NOT $4 OR course_tip = $5)`

func (o Opening) dueArgs() []any {
	course := ""
	if o.CourseAfter != nil {
		course = *o.CourseAfter
	}
	return []any{o.Slot, store.Millis(o.DueAt), o.Everyone, o.CourseAfter != nil, course}
}

// lastOfChunk returns the last subscriber of the next chunk, or 0.
func (l *Ledger) lastOfChunk(ctx context.Context, tx *sql.Tx, o Opening, after int64) (last int64, err error) {
	err = tx.QueryRowContext(ctx, `
		SELECT COALESCE(MAX(subscriber), 0) FROM (
			SELECT subscriber FROM subscriptions WHERE `+due+` AND subscriber > $6 ORDER BY subscriber LIMIT $7 + 0) AS next`,
		append(o.dueArgs(), after, chunk)...).Scan(&last)
	return last, err
}

func (l *Ledger) openChunk(ctx context.Context, tx *sql.Tx, now time.Time, o Opening, c Content, after, last int64) (int64, error) {
	return affected(tx.ExecContext(ctx, `
		INSERT INTO deliveries (edition, subscriber, content, due_at, opened_at, expires_at, state, next_at)
		SELECT CAST($8 AS BIGINT), subscriber, CAST($9 AS BIGINT), CAST($2 AS BIGINT), CAST($10 AS BIGINT), CAST($11 AS BIGINT), 'pending', CAST($10 AS BIGINT)
		FROM subscriptions WHERE `+due+` AND subscriber > $6 AND subscriber <= $7 ORDER BY subscriber
		ON CONFLICT (edition, subscriber) DO NOTHING`,
		append(o.dueArgs(), after, last, c.Edition, c.ID, store.Millis(now), store.Millis(o.ExpiresAt))...))
}

// AnyDue tells whether an opening has readers.
func (l *Ledger) AnyDue(ctx context.Context, o Opening) (bool, error) {
	var someone bool
	err := l.db.Read().QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM subscriptions WHERE "+due+")", o.dueArgs()...).Scan(&someone)
	if err != nil {
		return false, fmt.Errorf("look for due readers: %w", err)
	}
	return someone, nil
}

// CountDue counts the readers of a slot who were due at an instant.
func (l *Ledger) CountDue(ctx context.Context, slot int64, at time.Time) (n int64, err error) {
	err = l.db.Read().QueryRowContext(ctx, "SELECT COUNT(*) FROM subscriptions WHERE "+due,
		Opening{Slot: slot, DueAt: at}.dueArgs()...).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count due readers: %w", err)
	}
	return n, nil
}

// CountActive counts the active readers of a slot.
func (l *Ledger) CountActive(ctx context.Context, slot int64) (n int64, err error) {
	err = l.db.Read().QueryRowContext(ctx, "SELECT COUNT(*) FROM subscriptions WHERE "+due,
		Opening{Slot: slot, Everyone: true}.dueArgs()...).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count readers: %w", err)
	}
	return n, nil
}

// CoursePlaces returns the places in the course, as last tips, at which the due
// readers of an opening stand.
func (l *Ledger) CoursePlaces(ctx context.Context, o Opening) ([]string, error) {
	rows, err := l.db.Read().QueryContext(ctx, "SELECT DISTINCT course_tip FROM subscriptions WHERE "+due+" ORDER BY course_tip", o.dueArgs()...)
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

// WriteDown fixes the tip that all readers of a date share, without deliveries,
// and returns it: the one given, or the one that was written down before.
func (l *Ledger) WriteDown(ctx context.Context, now time.Time, newsletter, date, reason string, items []Item) (c Content, err error) {
	err = l.db.Write(ctx, func(tx *sql.Tx) error {
		c, err = l.content(ctx, tx, now, Opening{
			Newsletter: newsletter, LocalDate: date, Choice: Daily, Reason: reason, Items: items,
		})
		return err
	})
	if err != nil {
		return c, fmt.Errorf("write down the tip of %s: %w", date, err)
	}
	return c, nil
}

// content finds or makes the edition and the content.
func (l *Ledger) content(ctx context.Context, tx *sql.Tx, now time.Time, o Opening) (Content, error) {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO editions (id, newsletter, local_date, opened_at, state) VALUES ($1, $2, $3, $4, 'open')
		ON CONFLICT (newsletter, local_date) DO NOTHING`, l.ids.New(now), o.Newsletter, o.LocalDate, store.Millis(now))
	if err != nil {
		return Content{}, err
	}
	edition, err := l.Edition(ctx, tx, o.Newsletter, o.LocalDate)
	if err != nil {
		return Content{}, err
	}
	n, err := affected(tx.ExecContext(ctx, `
		INSERT INTO contents (id, edition, choice, reason) VALUES ($1, $2, $3, $4)
		ON CONFLICT (edition, choice) DO NOTHING`, l.ids.New(now), edition.ID, o.Choice, o.Reason))
	if err != nil {
		return Content{}, err
	}
	c, err := l.contentOf(ctx, tx, edition, o.Choice)
	if err != nil || n == 0 {
		return c, err
	}
	for i, item := range o.Items {
		_, err := tx.ExecContext(ctx, "INSERT INTO content_tips (content, position, tip, body) VALUES ($1, $2, $3, $4)",
			c.ID, i, item.Tip, string(item.Body))
		if err != nil {
			return Content{}, err
		}
	}
	c.Items = o.Items
	return c, nil
}

// ErrNoEdition means that a newsletter's edition for a date hasn't been opened.
var ErrNoEdition = errors.New("no such edition")

// Edition returns a newsletter's edition for a date, or [ErrNoEdition].
func (l *Ledger) Edition(ctx context.Context, q store.Queryer, newsletter, date string) (Edition, error) {
	e := Edition{Newsletter: newsletter, LocalDate: date}
	var opened int64
	err := q.QueryRowContext(ctx, "SELECT id, opened_at, state FROM editions WHERE newsletter = $1 AND local_date = $2",
		newsletter, date).Scan(&e.ID, &opened, &e.State)
	if errors.Is(err, sql.ErrNoRows) {
		return e, ErrNoEdition
	}
	e.OpenedAt = store.Time(opened)
	return e, err
}

func (l *Ledger) contentOf(ctx context.Context, q store.Queryer, e Edition, choice string) (Content, error) {
	c := Content{Edition: e.ID, LocalDate: e.LocalDate, Choice: choice}
	err := q.QueryRowContext(ctx, "SELECT id, reason FROM contents WHERE edition = $1 AND choice = $2", e.ID, choice).Scan(&c.ID, &c.Reason)
	if err != nil {
		return c, err
	}
	return c, l.loadItems(ctx, q, &c)
}

// Content returns the content with a number.
func (l *Ledger) Content(ctx context.Context, q store.Queryer, id int64) (Content, error) {
	c := Content{ID: id}
	err := q.QueryRowContext(ctx, `
		SELECT c.edition, c.choice, c.reason, e.local_date FROM contents c JOIN editions e ON e.id = c.edition WHERE c.id = $1`,
		id).Scan(&c.Edition, &c.Choice, &c.Reason, &c.LocalDate)
	if err != nil {
		return c, fmt.Errorf("read content %d: %w", id, err)
	}
	return c, l.loadItems(ctx, q, &c)
}

// ChoiceOf returns one content of an edition.
func (l *Ledger) ChoiceOf(ctx context.Context, e Edition, choice string) (Content, error) {
	return l.contentOf(ctx, l.db.Read(), e, choice)
}

// ReadContent returns the content with a number, outside a transaction.
func (l *Ledger) ReadContent(ctx context.Context, id int64) (Content, error) {
	return l.Content(ctx, l.db.Read(), id)
}

func (l *Ledger) loadItems(ctx context.Context, q store.Queryer, c *Content) error {
	rows, err := q.QueryContext(ctx, "SELECT tip, body FROM content_tips WHERE content = $1 ORDER BY position", c.ID)
	if err != nil {
		return fmt.Errorf("read content %d: %w", c.ID, err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var item Item
		var body string
		if err := rows.Scan(&item.Tip, &body); err != nil {
			return fmt.Errorf("read content %d: %w", c.ID, err)
		}
		item.Body = []byte(body)
		c.Items = append(c.Items, item)
	}
	return rows.Err()
}
