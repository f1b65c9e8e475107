package ledger

import (
	"context"
	"fmt"
	"math"
	"time"

	"dailytip/store"
)

// PersonalData is what the ledger knows of a person, for them to read: its JSON goes
// to them as it is.
type PersonalData struct {
	Deliveries []PersonalDelivery `json:"deliveries"`
	Notices    []PersonalNotice   `json:"notices"`
	Votes      []PersonalVote     `json:"votes"`
}

// PersonalDelivery is one edition for them.
type PersonalDelivery struct {
	Newsletter string    `json:"newsletter"`
	Date       string    `json:"date"` // YYYY-MM-DD
	Tip        string    `json:"tip"`  // the first one's id
	Language   string    `json:"language,omitempty"`
	State      State     `json:"state"`
	Attempts   int       `json:"attempts"`
	DueAt      time.Time `json:"due_at"`
	DoneAt     time.Time `json:"done_at,omitzero"`
	Reply      string    `json:"reply,omitempty"` // of our relay
}

// PersonalNotice is one mail that answered them.
type PersonalNotice struct {
	Kind       string    `json:"kind"`
	Newsletter string    `json:"newsletter"`
	Email      string    `json:"email"`
	Language   string    `json:"language,omitempty"`
	State      State     `json:"state"`
	At         time.Time `json:"at"`
	DoneAt     time.Time `json:"done_at,omitzero"`
	Reply      string    `json:"reply,omitempty"`
}

// PersonalVote is what they said of a tip.
type PersonalVote struct {
	Newsletter string    `json:"newsletter"`
	Date       string    `json:"date"`
	Tip        string    `json:"tip"`
	Useful     bool      `json:"useful"`
	At         time.Time `json:"at"`
}

// PersonalData returns everything that the ledger knows of a person, newest first.
func (l *Ledger) PersonalData(ctx context.Context, subscriber int64) (h PersonalData, err error) {
	h = PersonalData{Deliveries: []PersonalDelivery{}, Notices: []PersonalNotice{}, Votes: []PersonalVote{}}
	deliveries, err := l.readDeliveries(ctx, sqlOfReader("SELECT id FROM editions"), []any{subscriber})
	if err != nil {
		return h, err
	}
	for _, d := range deliveries {
		h.Deliveries = append(h.Deliveries, PersonalDelivery{
			d.Newsletter, d.LocalDate, d.Tip, d.Language, d.State, d.Attempts, d.DueAt, d.DoneAt, d.Reply.String(),
		})
	}
	if h.Notices, err = l.NoticesTo(ctx, subscriber, math.MaxInt32); err != nil {
		return h, err
	}
	err = l.each(ctx, `
		SELECT e.newsletter, e.local_date, v.tip, v.useful, v.at FROM votes v JOIN editions e ON e.id = v.edition
		WHERE v.voter = $1 ORDER BY v.at DESC, v.edition, v.tip`, subscriber, func(scan func(...any) error) error {
		var v PersonalVote
		var at int64
		err := scan(&v.Newsletter, &v.Date, &v.Tip, &v.Useful, &at)
		v.At = store.Time(at)
		h.Votes = append(h.Votes, v)
		return err
	})
	return h, err
}

// NoticesTo returns the notices to a person, newest first.
func (l *Ledger) NoticesTo(ctx context.Context, subscriber int64, limit int) ([]PersonalNotice, error) {
	all := []PersonalNotice{}
	err := l.each(ctx, fmt.Sprintf(`
		SELECT kind, newsletter, email, language, state, opened_at, done_at, code, enhanced, reply
		FROM notices WHERE subscriber = $1 ORDER BY opened_at DESC, id DESC LIMIT %d`, limit), subscriber, func(scan func(...any) error) error {
		var n PersonalNotice
		var at, done int64
		var a Reply
		err := scan(&n.Kind, &n.Newsletter, &n.Email, &n.Language, &n.State, &at, &done, &a.Code, &a.Enhanced, &a.Text)
		n.At, n.DoneAt, n.Reply = store.Time(at), store.Time(done), a.String()
		all = append(all, n)
		return err
	})
	return all, err
}

func (l *Ledger) each(ctx context.Context, query string, subscriber int64, f func(scan func(...any) error) error) error {
	rows, err := l.db.Read().QueryContext(ctx, query, subscriber)
	if err != nil {
		return fmt.Errorf("read personal data: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := f(rows.Scan); err != nil {
			return fmt.Errorf("read personal data: %w", err)
		}
	}
	return rows.Err()
}
