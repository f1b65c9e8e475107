package hooks

import (
	"context"
	"database/sql"
	"time"
)

// Edition is a newsletter's for one date when something has become of it.
type Edition struct {
	Newsletter string  `json:"newsletter"`
	LocalDate  string  `json:"date,omitempty"`           // YYYY-MM-DD; "": it's about a newsletter's run
	ID         int64   `json:"edition,string,omitempty"` // 0: it wasn't opened, or it's about a newsletter's run
	Tips       []Tip   `json:"tips,omitempty"`
	Counts     *Counts `json:"counts,omitempty"`
	Reason     string  `json:"reason,omitempty"`
	Reply      string  `json:"reply,omitempty"` // of a mail server; it may quote an address
}

// Tip is one that an edition brings.
type Tip struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}

// Counts are an edition's deliveries.
type Counts struct {
	Due       int64 `json:"due"` // all of them
	Sent      int64 `json:"sent"`
	Failed    int64 `json:"failed"`
	InDoubt   int64 `json:"in_doubt"`
	Expired   int64 `json:"expired"`
	Withdrawn int64 `json:"withdrawn"`
}

// Edition writes an event about an edition.
func (o *Outbox) Edition(ctx context.Context, tx *sql.Tx, now time.Time, t Type, n Edition) error {
	return o.add(ctx, tx, now, t, 0, func(e *Endpoint) (any, bool) {
		told := n
		if !e.Addresses {
			told.Reply = ""
		}
		return told, e.covers(n.Newsletter) || n.Newsletter == "" // all of them
	})
}

// Vote is what readers think of a tip. Whose vote it was isn't told.
type Vote struct {
	Newsletter string `json:"newsletter"`
	LocalDate  string `json:"date"`
	Edition    int64  `json:"edition,string"`
	Tip        string `json:"tip"`
	IsUseful   bool   `json:"is_useful"` // the vote
	Useful     int64  `json:"useful"`    // all votes on the tip in this edition
	Useless    int64  `json:"useless"`
}

// Vote writes an event about a vote.
func (o *Outbox) Vote(ctx context.Context, tx *sql.Tx, now time.Time, v Vote) error {
	return o.add(ctx, tx, now, Voted, 0, func(e *Endpoint) (any, bool) {
		return v, e.covers(v.Newsletter)
	})
}

// Alert is what an operator is told by mail. The text may quote a mail server, and so an
// address: only an endpoint that is told addresses gets it.
type Alert struct {
	Newsletter string `json:"newsletter"` // in whose name
	Subject    string `json:"subject"`
	Text       string `json:"text,omitempty"`
}

// Alert writes an alert down.
func (o *Outbox) Alert(ctx context.Context, tx *sql.Tx, now time.Time, a Alert) error {
	return o.add(ctx, tx, now, Alerted, 0, func(e *Endpoint) (any, bool) {
		told := a
		if !e.Addresses {
			told.Text = ""
		}
		return told, e.covers(a.Newsletter)
	})
}
