package hooks

import (
	"context"
	"database/sql"
	"strconv"
	"time"
)

// Edition is a newsletter's for one date when something has become of it.
type Edition struct {
	ID         int64 // 0: it wasn't opened, or it's about a newsletter's run
	Newsletter string
	LocalDate  string // YYYY-MM-DD; "": it's about a newsletter's run
	Tips       []Tip
	Counts     *Counts
	Reason     string
	Reply      string // of a mail server; it may quote an address
}

// EditionData is what an endpoint is told of an edition.
type EditionData struct {
	Newsletter string  `json:"newsletter"`
	Date       string  `json:"date,omitempty"` // YYYY-MM-DD
	Edition    string  `json:"edition,omitempty"`
	Tips       []Tip   `json:"tips,omitempty"`
	Counts     *Counts `json:"counts,omitempty"`
	Reason     string  `json:"reason,omitempty"`
	Reply      string  `json:"reply,omitempty"`
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
		d := EditionData{Newsletter: n.Newsletter, Date: n.LocalDate, Tips: n.Tips, Counts: n.Counts, Reason: n.Reason}
		if n.ID != 0 {
			d.Edition = strconv.FormatInt(n.ID, 10)
		}
		if e.Addresses {
			d.Reply = n.Reply
		}
		return d, e.covers(n.Newsletter) || n.Newsletter == "" // all of them
	})
}

// Vote is what readers think of a tip. Whose vote it was isn't told.
type Vote struct {
	Edition    int64
	Newsletter string
	LocalDate  string
	Tip        string
	IsUseful   bool  // the vote
	Useful     int64 // all votes on the tip in this edition
	Useless    int64
}

// VoteData is what an endpoint is told of a vote.
type VoteData struct {
	Newsletter string `json:"newsletter"`
	Date       string `json:"date"`
	Edition    string `json:"edition"`
	Tip        string `json:"tip"`
	IsUseful   bool   `json:"is_useful"`
	Useful     int64  `json:"useful"`
	Useless    int64  `json:"useless"`
}

// Vote writes an event about a vote.
func (o *Outbox) Vote(ctx context.Context, tx *sql.Tx, now time.Time, v Vote) error {
	return o.add(ctx, tx, now, Voted, 0, func(e *Endpoint) (any, bool) {
		return VoteData{v.Newsletter, v.LocalDate, strconv.FormatInt(v.Edition, 10), v.Tip, v.IsUseful, v.Useful, v.Useless}, e.covers(v.Newsletter)
	})
}

// Alert is what an operator is told by mail.
type Alert struct {
	Newsletter string // in whose name
	Subject    string
	Text       string
}

// AlertData is what an endpoint is told of an alert. The text may quote a mail server, and
// so an address: only an endpoint that is told addresses gets it.
type AlertData struct {
	Newsletter string `json:"newsletter"`
	Subject    string `json:"subject"`
	Text       string `json:"text,omitempty"`
}

// Alert writes an alert down.
func (o *Outbox) Alert(ctx context.Context, tx *sql.Tx, now time.Time, a Alert) error {
	return o.add(ctx, tx, now, Alerted, 0, func(e *Endpoint) (any, bool) {
		d := AlertData{Newsletter: a.Newsletter, Subject: a.Subject}
		if e.Addresses {
			d.Text = a.Text
		}
		return d, e.covers(a.Newsletter)
	})
}
