package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"dailytip/store"
	"dailytip/subscribers"
)

// Delivery is one edition for one reader.
type Delivery struct {
	Key        Key
	Email      subscribers.Address // "" once erased
	LocalDate  string
	Newsletter string
	Content    int64
	Tip        string
	State      State
	Language   string
	Attempts   int
	Doubts     int
	DueAt      time.Time
	NextAt     time.Time
	DoneAt     time.Time // zero while it waits
	Answer     Answer
	// ReaderLanguage is what the reader chose; "" is the newsletter's own.
	ReaderLanguage string
}

const deliveryColumns = `d.id, d.edition, d.subscriber, e.newsletter, e.local_date, d.content,
	COALESCE((SELECT t.tip FROM content_tips t WHERE t.content = d.content AND t.position = 0), ''),
	d.state, d.language, d.attempts, d.doubts, d.due_at, d.next_at, d.done_at, d.code, d.enhanced, d.answer`

// rowColumns are those of a delivery's row that deliveryColumns needs.
const rowColumns = "id, edition, subscriber, content, due_at, state, language, attempts, doubts, next_at, done_at, code, enhanced, answer"

// sqlPending is a table with the columns of rowColumns, of deliveries that have no
// row yet.
func sqlPending(db *store.DB, where string) string {
	return `(SELECT id, edition, subscriber, content, due_at, 'pending' AS state, '' AS language, 0 AS attempts, 0 AS doubts, 0 AS next_at,
		0 AS done_at, 0 AS code, '' AS enhanced, '' AS answer FROM ` + sqlListed(db, where) + ` AS listed)`
}

// LastDeliveries returns a reader's deliveries among the newest editions,
// newest first.
func (l *Ledger) LastDeliveries(ctx context.Context, subscriber int64, limit int) ([]Delivery, error) {
	var all []Delivery
	query := sqlOfReader(l.db, "SELECT id FROM editions ORDER BY local_date DESC LIMIT 100") + " LIMIT $2"
	err := l.eachDelivery(ctx, query, []any{subscriber, limit}, func(_ int64, d Delivery) error {
		all = append(all, d)
		return nil
	})
	return all, err
}

// sqlOfReader reads the deliveries of reader $1 among some editions, newest
// first.
func sqlOfReader(db *store.DB, editions string) string {
	return `
		SELECT ` + deliveryColumns + `, '', '' FROM (
			SELECT ` + rowColumns + ` FROM deliveries WHERE subscriber = $1 AND edition IN (` + editions + `)
			UNION ALL SELECT * FROM ` + sqlPending(db, ofReader) + ` AS pending) d
		JOIN editions e ON e.id = d.edition ORDER BY e.local_date DESC, e.newsletter`
}

// EachDelivery calls f for each delivery of an edition: first for those that wait
// or are on their way since they were opened, then for the others by the readers'
// numbers; states: only those in them. It reads in pages, so that it costs hardly
// more memory for a million, begins at once on both engines, and keeps no snapshot
// of the database while f takes its time: each delivery comes once, as it stood
// when its page was read.
func (l *Ledger) EachDelivery(ctx context.Context, edition int64, states []State, f func(Delivery) error) error {
	var seen spans
	if len(states) == 0 || slices.Contains(states, Pending) {
		var err error
		if seen, err = l.eachListed(ctx, edition, f); err != nil {
			return err
		}
	}
	query, args := sqlDeliveries(len(states)), []any{edition, int64(0)}
	for _, s := range states {
		args = append(args, string(s))
	}
	for {
		page, err := l.readDeliveries(ctx, query, args)
		if err != nil {
			return err
		}
		for _, d := range page {
			if seen.contain(d.number) { // it got its row since
				continue
			}
			if err := f(d.Delivery); err != nil {
				return err
			}
		}
		if len(page) < deliveriesPage {
			return nil
		}
		args[1] = page[len(page)-1].Key.Subscriber
	}
}

// eachListed calls f for the deliveries of an edition that have no row yet, batch
// by batch, and returns which those were.
func (l *Ledger) eachListed(ctx context.Context, edition int64, f func(Delivery) error) (seen spans, err error) {
	rows, err := l.db.Read().QueryContext(ctx, "SELECT first_id, last_id FROM batches WHERE edition = $1 ORDER BY first_id", edition)
	if err != nil {
		return nil, fmt.Errorf("read batches: %w", err)
	}
	batches, err := scanSpans(rows)
	if err != nil {
		return nil, fmt.Errorf("read batches: %w", err)
	}
	for _, b := range batches {
		page, err := l.readDeliveries(ctx, sqlListedDeliveries(l.db), []any{b.first, b.last})
		if err != nil {
			return nil, err
		}
		for _, d := range page {
			if err := f(d.Delivery); err != nil {
				return nil, err
			}
			seen.add(d.number)
		}
	}
	return seen, nil
}

func scanSpans(rows *sql.Rows) (all []span, err error) {
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var s span
		if err := rows.Scan(&s.first, &s.last); err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, rows.Err()
}

// spans are ascending ranges of numbers.
type spans []span

// add adds a number above all others.
func (s *spans) add(number int64) {
	if n := len(*s); n > 0 && (*s)[n-1].last+1 == number {
		(*s)[n-1].last = number
		return
	}
	*s = append(*s, span{number, number})
}

func (s spans) contain(number int64) bool {
	_, in := slices.BinarySearchFunc(s, number, func(r span, n int64) int {
		switch {
		case r.last < n:
			return -1
		case r.first > n:
			return 1
		}
		return 0
	})
	return in
}

func sqlListedDeliveries(db *store.DB) string {
	return `
		SELECT ` + deliveryColumns + `, COALESCE(p.email, ''), COALESCE(p.language, '') FROM ` + sqlPending(db, ofSpan) + ` d
		JOIN editions e ON e.id = d.edition LEFT JOIN subscribers p ON p.id = d.subscriber ORDER BY d.id`
}

// numbered is a delivery and its number.
type numbered struct {
	number int64
	Delivery
}

// readDeliveries reads a page.
func (l *Ledger) readDeliveries(ctx context.Context, query string, args []any) (page []numbered, err error) {
	err = l.eachDelivery(ctx, query, args, func(number int64, d Delivery) error {
		page = append(page, numbered{number, d})
		return nil
	})
	return page, err
}

// deliveriesPage is how many deliveries are read at once.
const deliveriesPage = 500

// sqlDeliveries reads the page of edition $1 that follows reader $2, of so many
// states; 0: of all. The page is chosen before anything is joined to it:
// PostgreSQL would pass over the whole list of readers for each.
func sqlDeliveries(states int) string {
	where := ""
	if states > 0 {
		places := make([]string, states)
		for i := range places {
			places[i] = fmt.Sprintf("$%d", i+3)
		}
		where = " AND state IN (" + strings.Join(places, ", ") + ")"
	}
	return fmt.Sprintf(`
		WITH page AS MATERIALIZED (
			SELECT * FROM deliveries WHERE edition = $1 AND subscriber > $2%s ORDER BY subscriber LIMIT %d)
		SELECT %s, COALESCE(p.email, ''), COALESCE(p.language, '') FROM page d JOIN editions e ON e.id = d.edition
		LEFT JOIN subscribers p ON p.id = d.subscriber
		ORDER BY d.subscriber`, where, deliveriesPage, deliveryColumns)
}

func (l *Ledger) eachDelivery(ctx context.Context, query string, args []any, f func(number int64, d Delivery) error) error {
	rows, err := l.db.Read().QueryContext(ctx, query, args...)
	if err != nil {
		return fmt.Errorf("read deliveries: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var d Delivery
		var number, due, next, done int64
		err := rows.Scan(&number, &d.Key.Edition, &d.Key.Subscriber, &d.Newsletter, &d.LocalDate, &d.Content, &d.Tip, &d.State, &d.Language,
			&d.Attempts, &d.Doubts, &due, &next, &done, &d.Answer.Code, &d.Answer.Enhanced, &d.Answer.Text, &d.Email, &d.ReaderLanguage)
		if err != nil {
			return fmt.Errorf("read deliveries: %w", err)
		}
		d.DueAt, d.NextAt, d.DoneAt = store.Time(due), store.Time(next), store.Time(done)
		if err := f(number, d); err != nil {
			return err
		}
	}
	return rows.Err()
}
