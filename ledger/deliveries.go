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
	OpenedAt   time.Time
	NextAt     time.Time
	DoneAt     time.Time // zero while it waits
	Reply      Reply
	// ReaderLanguage is what the reader chose; "" is the newsletter's own.
	ReaderLanguage string
}

const deliveryColumns = `d.edition, d.subscriber, e.newsletter, e.local_date, d.content,
	COALESCE((SELECT t.tip FROM content_tips t WHERE t.content = d.content AND t.position = 0), ''),
	d.state, d.language, d.attempts, d.doubts, d.due_at, d.opened_at, d.next_at, d.done_at, d.code, d.enhanced, d.reply`

// LastDeliveries returns a reader's deliveries among the newest editions,
// newest first.
func (l *Ledger) LastDeliveries(ctx context.Context, subscriber int64, limit int) ([]Delivery, error) {
	query := sqlOfReader("SELECT id FROM editions ORDER BY local_date DESC LIMIT 100") + " LIMIT $2"
	return l.readDeliveries(ctx, query, []any{subscriber, limit})
}

// sqlOfReader reads the deliveries of reader $1 among some editions, newest
// first.
func sqlOfReader(among string) string {
	return `
		SELECT ` + deliveryColumns + `, '', '' FROM deliveries d JOIN editions e ON e.id = d.edition
		WHERE d.subscriber = $1 AND d.edition IN (` + among + `) ORDER BY e.local_date DESC, e.newsletter`
}

// EachDelivery calls f for each delivery of an edition, by the readers' numbers;
// states: only those in them. It reads in pages, so that it costs hardly more
// memory for a million, begins at once on both engines, and keeps no snapshot of
// the database while f takes its time: each delivery comes once, as it stood when
// its page was read.
func (l *Ledger) EachDelivery(ctx context.Context, edition int64, states []State, f func(Delivery) error) error {
	for after := int64(0); ; {
		page, err := l.DeliveriesAfter(ctx, edition, states, after, deliveriesPage)
		if err != nil {
			return err
		}
		for _, d := range page {
			if err := f(d); err != nil {
				return err
			}
		}
		if len(page) < deliveriesPage {
			return nil
		}
		after = page[len(page)-1].Key.Subscriber
	}
}

// DeliveriesAfter returns so many deliveries of an edition that follow a reader's, by
// the readers' numbers; states: only those in them.
func (l *Ledger) DeliveriesAfter(ctx context.Context, edition int64, states []State, after int64, limit int) ([]Delivery, error) {
	args := []any{edition, after, limit}
	for _, s := range states {
		args = append(args, string(s))
	}
	return l.readDeliveries(ctx, sqlDeliveries(states), args)
}

// deliveriesPage is how many deliveries are read at once.
const deliveriesPage = 500

// sqlDeliveries reads the page of edition $1 that follows reader $2, of $3 at most, in
// some states, or in all. The page is chosen before anything is joined to it:
// PostgreSQL would pass over the whole list of readers for each.
func sqlDeliveries(states []State) string {
	in := ""
	if len(states) > 0 {
		places := make([]string, len(states))
		for i := range places {
			places[i] = fmt.Sprintf("$%d", i+4)
		}
		in = " AND state IN (" + strings.Join(places, ", ") + ")"
	}
	page := `SELECT * FROM deliveries WHERE edition = $1 AND subscriber > $2` + in + ` ORDER BY subscriber LIMIT $3`
	if in != "" && !slices.ContainsFunc(states, func(s State) bool { return s == Pending || s == Sending || s == Sent }) {
		page = sqlOthers(in)
	}
	return `
		WITH page AS MATERIALIZED (` + page + `)
		SELECT ` + deliveryColumns + `, COALESCE(p.email, ''), COALESCE(p.language, '') FROM page d JOIN editions e ON e.id = d.edition
		LEFT JOIN subscribers p ON p.id = d.subscriber
		ORDER BY d.subscriber`
}

// sqlOthers chooses among the few that went another way than to sent. It finds them in
// their own index, which holds all that the choice needs, and sorts them (the + 0),
// instead of passing over all that are sent. CROSS JOIN tells SQLite which comes first.
func sqlOthers(in string) string {
	return `SELECT d.* FROM (
			SELECT subscriber AS reader FROM deliveries WHERE edition = $1 AND subscriber + 0 > $2 AND ` + other + in + ` ORDER BY subscriber + 0 LIMIT $3
		) AS chosen CROSS JOIN deliveries d WHERE d.edition = $1 AND d.subscriber = chosen.reader`
}

func (l *Ledger) readDeliveries(ctx context.Context, query string, args []any) (all []Delivery, err error) {
	rows, err := l.db.Read().QueryContext(ctx, query, args...)
	all, err = store.Collect(rows, err, func(rows *sql.Rows) (d Delivery, err error) {
		var due, opened, next, done int64
		err = rows.Scan(&d.Key.Edition, &d.Key.Subscriber, &d.Newsletter, &d.LocalDate, &d.Content, &d.Tip, &d.State, &d.Language,
			&d.Attempts, &d.Doubts, &due, &opened, &next, &done, &d.Reply.Code, &d.Reply.Enhanced, &d.Reply.Text, &d.Email, &d.ReaderLanguage)
		d.DueAt, d.OpenedAt, d.NextAt, d.DoneAt = store.Time(due), store.Time(opened), store.Time(next), store.Time(done)
		return d, err
	})
	if err != nil {
		return nil, fmt.Errorf("read deliveries: %w", err)
	}
	return all, nil
}
