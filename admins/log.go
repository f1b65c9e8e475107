package admins

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"time"

	"dailytip/store"
)

// What this package itself writes into the log. The pages have more of their own.
const (
	SignIn  = "sign_in"
	SignOut = "sign_out"
)

// Done is the outcome of what went well.
const Done = "done"

// Entry is a line of the log: who did what.
type Entry struct {
	ID int64
	At time.Time
	Who
	Action  string // one of the pages' own words
	Subject string // what it was done to; never a reader's address
	Detail  string
	Outcome string // Done, or why not; "": it isn't over, or the daemon ended meanwhile
}

// Note writes down what somebody is about to do, before it's done: nothing is changed
// that the log doesn't know of. [Admins.Settle] adds what came of it.
func (a *Admins) Note(ctx context.Context, e Entry) (id int64, err error) {
	e.ID = a.ids.New(e.At)
	return e.ID, a.DB.Write(ctx, func(tx *sql.Tx) error { return a.write(ctx, tx, e) })
}

// Settle writes down what came of an entry.
func (a *Admins) Settle(ctx context.Context, id int64, outcome string) error {
	return a.DB.Write(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "UPDATE admin_log SET outcome = $1 WHERE id = $2", store.Text(outcome), id); err != nil {
			return fmt.Errorf("write log: %w", err)
		}
		return nil
	})
}

func (a *Admins) write(ctx context.Context, tx *sql.Tx, e Entry) error {
	if e.ID == 0 {
		e.ID = a.ids.New(e.At)
	}
	_, err := tx.ExecContext(ctx, "INSERT INTO admin_log (id, at, way, person, name, action, subject, detail, outcome) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
		e.ID, store.Millis(e.At), e.Way, store.Text(e.Who.ID), store.Text(e.Name), e.Action, store.Text(e.Subject), store.Text(e.Detail), store.Text(e.Outcome))
	if err != nil {
		return fmt.Errorf("write log: %w", err)
	}
	return nil
}

// Entries returns the newest lines of the log that are older than one, by its number;
// 0: the newest of all.
func (a *Admins) Entries(ctx context.Context, before int64, limit int) (all []Entry, err error) {
	if before == 0 {
		before = math.MaxInt64
	}
	rows, err := a.DB.Read().QueryContext(ctx, `
		SELECT id, at, way, person, name, action, subject, detail, outcome FROM admin_log
		WHERE id < $1 ORDER BY id DESC LIMIT $2`, before, limit)
	all, err = store.Collect(rows, err, func(rows *sql.Rows) (e Entry, err error) {
		var at int64
		err = rows.Scan(&e.ID, &at, &e.Way, &e.Who.ID, &e.Name, &e.Action, &e.Subject, &e.Detail, &e.Outcome)
		e.At = store.Time(at)
		return e, err
	})
	if err != nil {
		return nil, fmt.Errorf("read log: %w", err)
	}
	return all, nil
}
