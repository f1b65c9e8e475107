package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"dailytip/store"
)

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

// WrittenDown returns what readers get on a date, or [ErrNotWritten].
func (l *Ledger) WrittenDown(ctx context.Context, newsletter, date, choice string) (Content, error) {
	c, err := l.written(ctx, l.db.Read(), newsletter, date, choice)
	if err != nil {
		return c, err
	}
	return c, l.loadItems(ctx, l.db.Read(), &c)
}

// written finds a content without its items.
func (l *Ledger) written(ctx context.Context, q store.Queryer, newsletter, date, choice string) (Content, error) {
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

// contentFor finds the content of an opening, or writes it down.
func (l *Ledger) contentFor(ctx context.Context, tx *sql.Tx, now time.Time, o Opening) (Content, error) {
	c, err := l.written(ctx, tx, o.Newsletter, o.LocalDate, o.Choice)
	if errors.Is(err, ErrNotWritten) && len(o.Items) > 0 {
		return l.content(ctx, tx, now, o)
	}
	return c, err
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
