package ledger

import (
	"context"
	"fmt"
	"time"

	"dailytip/store"
)

// Held is what the ledger holds on a person, for them to read: its JSON goes to
// them as it is.
type Held struct {
	Deliveries []HeldDelivery `json:"deliveries"`
	Notices    []HeldNotice   `json:"notices"`
	Votes      []HeldVote     `json:"votes"`
}

// HeldDelivery is one edition for them.
type HeldDelivery struct {
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

// HeldNotice is one mail that answered them.
type HeldNotice struct {
	Kind       string    `json:"kind"`
	Newsletter string    `json:"newsletter"`
	Email      string    `json:"email"`
	Language   string    `json:"language,omitempty"`
	State      State     `json:"state"`
	At         time.Time `json:"at"`
	DoneAt     time.Time `json:"done_at,omitzero"`
	Reply      string    `json:"reply,omitempty"`
}

// HeldVote is what they said of a tip.
type HeldVote struct {
	Newsletter string    `json:"newsletter"`
	Date       string    `json:"date"`
	Tip        string    `json:"tip"`
	Useful     bool      `json:"useful"`
	At         time.Time `json:"at"`
}

// HeldOn returns everything that the ledger holds on a person, newest first.
func (l *Ledger) HeldOn(ctx context.Context, subscriber int64) (h Held, err error) {
	h = Held{Deliveries: []HeldDelivery{}, Notices: []HeldNotice{}, Votes: []HeldVote{}}
	deliveries, err := l.readDeliveries(ctx, sqlOfReader("SELECT id FROM editions"), []any{subscriber})
	if err != nil {
		return h, err
	}
	for _, d := range deliveries {
		h.Deliveries = append(h.Deliveries, HeldDelivery{
			d.Newsletter, d.LocalDate, d.Tip, d.Language, d.State, d.Attempts, d.DueAt, d.DoneAt, d.Reply.String(),
		})
	}
	err = l.each(ctx, `
		SELECT kind, newsletter, email, language, state, opened_at, done_at, code, enhanced, reply
		FROM notices WHERE subscriber = $1 ORDER BY opened_at DESC, id DESC`, subscriber, func(scan func(...any) error) error {
		var n HeldNotice
		var at, done int64
		var a Reply
		err := scan(&n.Kind, &n.Newsletter, &n.Email, &n.Language, &n.State, &at, &done, &a.Code, &a.Enhanced, &a.Text)
		n.At, n.DoneAt, n.Reply = store.Time(at), store.Time(done), a.String()
		h.Notices = append(h.Notices, n)
		return err
	})
	if err != nil {
		return h, err
	}
	err = l.each(ctx, `
		SELECT e.newsletter, e.local_date, v.tip, v.useful, v.at FROM votes v JOIN editions e ON e.id = v.edition
		WHERE v.voter = $1 ORDER BY v.at DESC, v.edition, v.tip`, subscriber, func(scan func(...any) error) error {
		var v HeldVote
		var at int64
		err := scan(&v.Newsletter, &v.Date, &v.Tip, &v.Useful, &at)
		v.At = store.Time(at)
		h.Votes = append(h.Votes, v)
		return err
	})
	return h, err
}

func (l *Ledger) each(ctx context.Context, query string, subscriber int64, f func(scan func(...any) error) error) error {
	rows, err := l.db.Read().QueryContext(ctx, query, subscriber)
	if err != nil {
		return fmt.Errorf("read what is held: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := f(rows.Scan); err != nil {
			return fmt.Errorf("read what is held: %w", err)
		}
	}
	return rows.Err()
}
