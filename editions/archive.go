package editions

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"dailytip/store"
)

// Publication is a content with one tip that at least one reader was sent: from then on
// it is public. A week's mail has no entry of its own; the tips in it have.
type Publication struct {
	Content    int64
	Edition    int64
	Newsletter string
	LocalDate  string
	Choice     string    // Daily, Course(…)
	At         time.Time // when it was first accepted
}

// Cancelled editions are nobody's to read, whoever got one.
const public = `c.sent_at > 0 AND c.choice <> 'weekly' AND e.state <> 'cancelled'`

// SentSince returns what was first sent at an instant or later, the earliest
// first. The zero time returns all.
func (s *Editions) SentSince(ctx context.Context, since time.Time) ([]Publication, error) {
	rows, err := s.db.Read().QueryContext(ctx, `
		SELECT c.id, c.edition, e.newsletter, e.local_date, c.choice, c.sent_at
		FROM contents c JOIN editions e ON e.id = c.edition
		WHERE c.sent_at >= $1 AND `+public+` ORDER BY c.sent_at, c.id`, store.Millis(since))
	all, err := store.Collect(rows, err, func(rows *sql.Rows) (s Publication, err error) {
		var at int64
		err = rows.Scan(&s.Content, &s.Edition, &s.Newsletter, &s.LocalDate, &s.Choice, &at)
		s.At = store.Time(at)
		return s, err
	})
	if err != nil {
		return nil, fmt.Errorf("read what was sent: %w", err)
	}
	return all, nil
}

// AllCancelled returns the editions that were cancelled.
func (s *Editions) AllCancelled(ctx context.Context) (map[int64]bool, error) {
	rows, err := s.db.Read().QueryContext(ctx, "SELECT id FROM editions WHERE state = 'cancelled'")
	numbers, err := store.Collect(rows, err, store.Column[int64])
	if err != nil {
		return nil, fmt.Errorf("read cancelled editions: %w", err)
	}
	gone := make(map[int64]bool, len(numbers))
	for _, n := range numbers {
		gone[n] = true
	}
	return gone, nil
}

// FirstItems returns the first tip of each of some contents, by content. A few
// hundred at a time: each is a parameter of one statement.
func (s *Editions) FirstItems(ctx context.Context, contents []int64) (map[int64]Item, error) {
	if len(contents) == 0 {
		return nil, nil
	}
	places, args := store.Listed(contents)
	rows, err := s.db.Read().QueryContext(ctx, `
		SELECT content, tip, body FROM content_tips WHERE position = 0 AND content IN (`+places+`)`, args...)
	items, err := store.CollectMap(rows, err, func(rows *sql.Rows) (id int64, item Item, err error) {
		var body string
		err = rows.Scan(&id, &item.Tip, &body)
		item.Body = []byte(body)
		return id, item, err
	})
	if err != nil {
		return nil, fmt.Errorf("read contents: %w", err)
	}
	return items, nil
}

// Publish notes that a content was accepted for somebody, once, and tells whether
// it belongs to a course. A week's mail publishes the dates whose tips are in it.
func Publish(ctx context.Context, tx *sql.Tx, now time.Time, content int64) (course bool, err error) {
	c := Content{ID: content}
	var sent int64
	var newsletter string
	err = tx.QueryRowContext(ctx, `
		SELECT c.edition, c.choice, c.sent_at, e.newsletter, e.local_date FROM contents c JOIN editions e ON e.id = c.edition WHERE c.id = $1`,
		content).Scan(&c.Edition, &c.Choice, &sent, &newsletter, &c.LocalDate)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil || sent != 0 {
		return c.inCourse(), err
	}
	all := []int64{content}
	if c.Choice == Weekly {
		days, err := daysOf(ctx, tx, c, newsletter)
		if err != nil {
			return false, err
		}
		all = append(all, days...)
	}
	for _, id := range all {
		if _, err := tx.ExecContext(ctx, "UPDATE contents SET sent_at = $1 WHERE id = $2 AND sent_at = 0", store.Millis(now), id); err != nil {
			return false, err
		}
	}
	return c.inCourse(), nil
}

func (c Content) inCourse() bool { return strings.HasPrefix(c.Choice, Course("")) }

// InCourse tells whether a content belongs to a course.
func InCourse(ctx context.Context, q store.Queryer, content int64) (bool, error) {
	c := Content{ID: content}
	if err := q.QueryRowContext(ctx, "SELECT choice FROM contents WHERE id = $1", content).Scan(&c.Choice); err != nil {
		return false, fmt.Errorf("read content %d: %w", content, err)
	}
	return c.inCourse(), nil
}

// daysOf returns the daily contents whose tips a week's mail holds.
func daysOf(ctx context.Context, tx *sql.Tx, week Content, newsletter string) ([]int64, error) {
	last, err := time.Parse(time.DateOnly, week.LocalDate)
	if err != nil {
		return nil, err
	}
	// By number, so that two nodes take the rows in one order.
	rows, err := tx.QueryContext(ctx, `
		SELECT c.id FROM contents c JOIN editions e ON e.id = c.edition JOIN content_tips t ON t.content = c.id
		WHERE e.newsletter = $1 AND e.local_date > $2 AND e.local_date <= $3 AND c.choice = 'daily' AND c.sent_at = 0
			AND t.tip IN (SELECT tip FROM content_tips WHERE content = $4)
		ORDER BY c.id`, newsletter, last.AddDate(0, 0, -7).Format(time.DateOnly), week.LocalDate, week.ID)
	return store.Collect(rows, err, store.Column[int64])
}
