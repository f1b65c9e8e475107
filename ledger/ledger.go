package ledger

import (
	"database/sql"
	"fmt"
	"strings"

	"dailytip/editions"
	"dailytip/hooks"
	"dailytip/store"
	"dailytip/subscribers"
)

// State is what a delivery or a notice is in; the package's page draws the
// changes.
type State string

// The states.
const (
	Pending   State = "pending"
	Sending   State = "sending"
	Retry     State = "retry"
	Sent      State = "sent"
	Failed    State = "failed"
	InDoubt   State = "in_doubt"
	Expired   State = "expired"
	Withdrawn State = "withdrawn"
)

// Ledger reads and writes the queue. Its methods may be called from several
// goroutines.
type Ledger struct {
	db         *store.DB
	list       *subscribers.List
	editions   *editions.Editions
	ids        *store.IDs
	statements store.Statements
	alertTo    subscribers.Address
	events     *hooks.Outbox
}

// New returns the ledger in a migrated database.
func New(db *store.DB, list *subscribers.List) *Ledger {
	return &Ledger{db: db, list: list, editions: editions.New(db), ids: &store.IDs{}}
}

// Publish has programs elsewhere told what becomes of editions, and what an operator is
// told. Set it before the ledger is used.
func (l *Ledger) Publish(events *hooks.Outbox) {
	l.events = events
	l.editions.Publish(events)
}

// Reply is what was last said of a delivery or a notice: by the relay, or, where Code is
// 0, by ourselves or the network.
type Reply struct {
	Code     int    // RFC 5321 §4.2; 0: no relay said it
	Enhanced string // RFC 3463, or ""
	Text     string
}

// String writes a reply as the relay did.
func (a Reply) String() string {
	switch {
	case a.Code == 0:
		return a.Text
	case a.Enhanced == "":
		return fmt.Sprintf("%d %s", a.Code, a.Text)
	}
	return fmt.Sprintf("%d %s %s", a.Code, a.Enhanced, a.Text)
}

// Codes are a reply's codes alone, such as "550 5.1.1".
func (a Reply) Codes() string { return strings.TrimSpace(fmt.Sprintf("%d %s", a.Code, a.Enhanced)) }

// sqlCodes are [Reply.Codes] of what a delivery was answered.
const sqlCodes = "TRIM(CAST(code AS TEXT) || ' ' || enhanced)"

// Key names a delivery or a notice.
type Key struct {
	Notice     int64 // 0: it's a delivery
	Edition    int64
	Subscriber int64
}

func affected(res sql.Result, err error) (int64, error) {
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}
