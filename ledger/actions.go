package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"dailytip/editions"
	"dailytip/store"
)

// The kinds of actions. The first six are an edition's.
const (
	ActionPause       = "pause"  // of an edition, or of all sending
	ActionResume      = "resume" // of an edition, or of what sending was paused for
	ActionCancel      = "cancel"
	ActionRetryFailed = "retry-failed"
	ActionRetryDoubt  = "resend-in-doubt"
	ActionSettleDoubt = "settle-in-doubt"
	// These are an editor's.
	ActionSkip      = "skip"
	ActionApprove   = "approve"
	ActionUnapprove = "unapprove"
	// Nobody did these: something needs the operator.
	ActionAlert      = "alert"
	ActionBounces    = "bounces"    // too much of an edition came back
	ActionComplaints = "complaints" // too many called it spam
)

// Action is an entry of the history: what somebody did, or what dailytip had to tell the
// operator.
type Action struct {
	ID         int64
	At         time.Time
	Kind       string
	Newsletter string // "": all
	LocalDate  string // "": of no edition
	Deliveries int64  // how many it changed
	Who        string // user@host, or what the caller knows of them
	Detail     string
}

const actionColumns = "id, at, kind, newsletter, local_date, deliveries, who, detail"

// note writes an action down and returns its number.
func (l *Ledger) note(ctx context.Context, tx *sql.Tx, now time.Time, a Action) (id int64, err error) {
	id = l.ids.New(now)
	_, err = tx.ExecContext(ctx, `
		INSERT INTO actions (id, at, kind, newsletter, local_date, deliveries, who, detail) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		id, store.Millis(now), a.Kind, a.Newsletter, a.LocalDate, a.Deliveries, store.Text(a.Who), store.Text(a.Detail))
	if err != nil {
		return 0, fmt.Errorf("note %s: %w", a.Kind, err)
	}
	return id, nil
}

// noteMore adds to what an action has changed.
func noteMore(ctx context.Context, tx *sql.Tx, id, deliveries int64) error {
	if _, err := tx.ExecContext(ctx, "UPDATE actions SET deliveries = deliveries + $2 WHERE id = $1", id, deliveries); err != nil {
		return fmt.Errorf("note action: %w", err)
	}
	return nil
}

// Actions returns the history of an edition's date, newest first: what was done, alerts
// and bounds that were passed.
func (l *Ledger) Actions(ctx context.Context, e editions.Edition, limit int) ([]Action, error) {
	rows, err := l.db.Read().QueryContext(ctx, `
		SELECT `+actionColumns+` FROM actions WHERE newsletter = $1 AND local_date = $2 ORDER BY id DESC LIMIT $3`,
		e.Newsletter, e.LocalDate, limit)
	all, err := store.Collect(rows, err, scanAction)
	if err != nil {
		return nil, fmt.Errorf("read actions: %w", err)
	}
	return all, nil
}

func scanAction(rows *sql.Rows) (a Action, err error) {
	var at int64
	err = rows.Scan(&a.ID, &at, &a.Kind, &a.Newsletter, &a.LocalDate, &a.Deliveries, &a.Who, &a.Detail)
	a.At = store.Time(at)
	return a, err
}
