package editions

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"dailytip/store"
)

// The choices of a content that aren't made for one reader's place in a course.
const (
	Daily  = "daily"
	Weekly = "weekly"
)

// Course is the choice of a content that course readers get whose next tip it
// is.
func Course(tip string) string { return "course:" + tip }

// Content is what some readers of an edition get.
type Content struct {
	ID        int64
	Edition   int64
	LocalDate string
	Choice    string // Daily, Weekly, Course(…)
	Reason    string // pinned, next, repeat
	Items     []Item
}

// Item is one tip of a content.
type Item struct {
	Tip  string // its id
	Body []byte // the tip as it was when the content was opened, JSON
}

// ErrNotWritten means that what readers get on a date hasn't been written down.
var ErrNotWritten = errors.New("nothing is written down for that date")

// Choosing is what readers of an edition are to get.
type Choosing struct {
	Newsletter, LocalDate, Choice, Reason string
	Items                                 []Item
}

// WriteDown fixes the tip that all readers of a date share, without deliveries,
// and returns it: the one given, or the one that was written down before.
func (s *Editions) WriteDown(ctx context.Context, now time.Time, newsletter, date, reason string, items []Item) (c Content, err error) {
	err = s.db.Write(ctx, func(tx *sql.Tx) error {
		c, err = s.content(ctx, tx, now, Choosing{
			Newsletter: newsletter, LocalDate: date, Choice: Daily, Reason: reason, Items: items,
		})
		return err
	})
	if err != nil {
		return c, fmt.Errorf("write down the tip of %s: %w", date, err)
	}
	return c, nil
}

// WrittenDown returns what readers get on a date, or [ErrNotWritten].
func (s *Editions) WrittenDown(ctx context.Context, newsletter, date, choice string) (Content, error) {
	c, err := s.written(ctx, s.db.Read(), newsletter, date, choice)
	if err != nil {
		return c, err
	}
	return c, loadItems(ctx, s.db.Read(), &c)
}

// written finds a content without its items.
func (s *Editions) written(ctx context.Context, q store.Queryer, newsletter, date, choice string) (Content, error) {
	c := Content{LocalDate: date, Choice: choice}
	err := q.QueryRowContext(ctx, `
		SELECT e.id, c.id, c.reason FROM editions e JOIN contents c ON c.edition = e.id
		WHERE e.newsletter = $1 AND e.local_date = $2 AND c.choice = $3`, newsletter, date, choice).Scan(&c.Edition, &c.ID, &c.Reason)
	if errors.Is(err, sql.ErrNoRows) {
		return c, ErrNotWritten
	}
	if err != nil {
		return c, fmt.Errorf("read what is written down for %s: %w", date, err)
	}
	return c, nil
}

// ContentFor finds a content, or writes it down with its edition; without items it
// must be there, else the error is [ErrNotWritten].
func (s *Editions) ContentFor(ctx context.Context, tx *sql.Tx, now time.Time, o Choosing) (Content, error) {
	c, err := s.written(ctx, tx, o.Newsletter, o.LocalDate, o.Choice)
	if errors.Is(err, ErrNotWritten) && len(o.Items) > 0 {
		return s.content(ctx, tx, now, o)
	}
	return c, err
}

// content finds or makes the edition and the content.
func (s *Editions) content(ctx context.Context, tx *sql.Tx, now time.Time, o Choosing) (Content, error) {
	isNew, err := affected(tx.ExecContext(ctx, `
		INSERT INTO editions (id, newsletter, local_date, opened_at, state) VALUES ($1, $2, $3, $4, 'open')
		ON CONFLICT (newsletter, local_date) DO NOTHING`, s.ids.New(now), o.Newsletter, o.LocalDate, store.Millis(now)))
	if err != nil {
		return Content{}, err
	}
	edition, err := s.Edition(ctx, tx, o.Newsletter, o.LocalDate)
	if err != nil {
		return Content{}, err
	}
	if isNew > 0 {
		if err := s.tellOpened(ctx, tx, now, edition, o.Items); err != nil {
			return Content{}, err
		}
	}
	n, err := affected(tx.ExecContext(ctx, `
		INSERT INTO contents (id, edition, choice, reason) VALUES ($1, $2, $3, $4)
		ON CONFLICT (edition, choice) DO NOTHING`, s.ids.New(now), edition.ID, o.Choice, o.Reason))
	if err != nil {
		return Content{}, err
	}
	c, err := s.contentOf(ctx, tx, edition, o.Choice)
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

func (s *Editions) contentOf(ctx context.Context, q store.Queryer, e Edition, choice string) (Content, error) {
	c := Content{Edition: e.ID, LocalDate: e.LocalDate, Choice: choice}
	err := q.QueryRowContext(ctx, "SELECT id, reason FROM contents WHERE edition = $1 AND choice = $2", e.ID, choice).Scan(&c.ID, &c.Reason)
	if err != nil {
		return c, err
	}
	return c, loadItems(ctx, q, &c)
}

// Content returns the content with a number.
func (s *Editions) Content(ctx context.Context, q store.Queryer, id int64) (Content, error) {
	c := Content{ID: id}
	err := q.QueryRowContext(ctx, `
		SELECT c.edition, c.choice, c.reason, e.local_date FROM contents c JOIN editions e ON e.id = c.edition WHERE c.id = $1`,
		id).Scan(&c.Edition, &c.Choice, &c.Reason, &c.LocalDate)
	if err != nil {
		return c, fmt.Errorf("read content %d: %w", id, err)
	}
	return c, loadItems(ctx, q, &c)
}

// ChoiceOf returns one content of an edition.
func (s *Editions) ChoiceOf(ctx context.Context, e Edition, choice string) (Content, error) {
	return s.contentOf(ctx, s.db.Read(), e, choice)
}

// ReadContent returns the content with a number, outside a transaction.
func (s *Editions) ReadContent(ctx context.Context, id int64) (Content, error) {
	return s.Content(ctx, s.db.Read(), id)
}

func loadItems(ctx context.Context, q store.Queryer, c *Content) error {
	rows, err := q.QueryContext(ctx, "SELECT tip, body FROM content_tips WHERE content = $1 ORDER BY position", c.ID)
	c.Items, err = store.Collect(rows, err, func(rows *sql.Rows) (item Item, err error) {
		var body string
		err = rows.Scan(&item.Tip, &body)
		item.Body = []byte(body)
		return item, err
	})
	if err != nil {
		return fmt.Errorf("read content %d: %w", c.ID, err)
	}
	return nil
}
