package subscribers

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"

	"dailytip/store"
)

// exportOnly are the columns that an export adds and an import passes over.
var exportOnly = []string{"state", "created_at", "confirmed_at"}

// Filter chooses among all subscriptions; its zero value takes all.
type Filter struct {
	Newsletter string
	State      State
}

// Each calls f for each subscription that a filter takes, in the order of the
// addresses. It reads as it goes and holds one row in memory.
func (l *List) Each(ctx context.Context, filter Filter, f func(Subscriber, Subscription) error) error {
	rows, err := l.db.Read().QueryContext(ctx, `
		SELECT p.id, p.email, p.name, p.language, p.timezone, p.suppressed_at, p.suppressed_reason, p.created_at, `+subscriptionColumns+`
		FROM subscribers p JOIN subscriptions s ON s.subscriber = p.id JOIN slots o ON o.id = s.slot
		WHERE ($1 = '' OR s.newsletter = $1) AND ($2 = '' OR s.state = $2)
		ORDER BY p.email_key, s.newsletter`, filter.Newsletter, string(filter.State))
	if err != nil {
		return fmt.Errorf("list subscribers: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		person, sub, err := scanBoth(rows)
		if err != nil {
			return err
		}
		if err := f(person, sub); err != nil {
			return err
		}
	}
	return rows.Err()
}

func scanBoth(row scanner) (p Subscriber, s Subscription, err error) {
	var suppressed, created int64
	s, err = scanSubscription(prefixed{row, []any{
		&p.ID, &p.Email, &p.Name, &p.Language, &p.Timezone, &suppressed, &p.SuppressedReason, &created,
	}})
	p.SuppressedAt, p.CreatedAt = store.Time(suppressed), store.Time(created)
	return p, s, err
}

// prefixed scans some columns of its own before those that its user asks for.
type prefixed struct {
	row  scanner
	dest []any
}

func (p prefixed) Scan(dest ...any) error {
	return p.row.Scan(append(p.dest[:len(p.dest):len(p.dest)], dest...)...)
}

// WriteCSV writes the subscriptions that a filter takes, in the form that
// [ReadCSV] reads, and returns how many. Cells that a spreadsheet would take for
// a formula get a ' in front.
func (l *List) WriteCSV(ctx context.Context, w io.Writer, filter Filter) (int, error) {
	out := csv.NewWriter(w)
	if err := out.Write(append(append([]string{}, Columns...), exportOnly...)); err != nil {
		return 0, fmt.Errorf("write header: %w", err)
	}
	n := 0
	err := l.Each(ctx, filter, func(p Subscriber, s Subscription) error {
		n++
		confirmed := ""
		if !s.ConfirmedAt.IsZero() {
			confirmed = s.ConfirmedAt.Format("2006-01-02T15:04:05Z")
		}
		record := []string{
			string(p.Email), p.Name, p.Language, p.Timezone, s.Slot.SendAt, s.Slot.Days.String(), string(s.Slot.Cadence),
			s.Newsletter, string(s.State), s.CreatedAt.Format("2006-01-02T15:04:05Z"), confirmed,
		}
		for i := range record {
			record[i] = guard(record[i])
		}
		return out.Write(record)
	})
	out.Flush()
	if err == nil {
		err = out.Error()
	}
	return n, err
}
