package hooks

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"dailytip/store"
)

// Attempt is what came of posting an event to an endpoint.
type Attempt struct {
	Endpoint string
	Event    int64
	Data     json.RawMessage // the event's, as it was posted
	At       time.Time
	Took     time.Duration
	Status   int    // of HTTP; 0: there was no reply
	Reply    string // its beginning; or why there was none
}

// Accepted tells whether the endpoint took the event.
func (a Attempt) Accepted() bool { return a.Status >= 200 && a.Status < 300 }

// Failure is what follows from an attempt that failed.
type Failure struct {
	Owner   string    // the daemon that tried
	Tries   int       // how many had failed before
	Since   time.Time // when the first of the tries failed
	NextAt  time.Time
	Disable bool
}

// Accept notes an attempt that succeeded: the endpoint has the event.
func (q *Queue) Accept(ctx context.Context, tx *sql.Tx, a Attempt) error {
	if err := q.note(ctx, tx, a); err != nil {
		return err
	}
	for _, step := range []struct {
		text string
		args []any
	}{
		{"UPDATE hook_events SET done_at = $3 WHERE id = $1 AND endpoint = $2", []any{a.Event, a.Endpoint, store.Millis(a.At)}},
		{"UPDATE hook_endpoints SET tries = 0, failing_since = 0, next_at = 0 WHERE name = $1 AND tries > 0", []any{a.Endpoint}},
	} {
		if _, err := tx.ExecContext(ctx, step.text, step.args...); err != nil {
			return fmt.Errorf("note that an event was taken: %w", err)
		}
	}
	return nil
}

// Fail notes an attempt that failed. It reports whether the endpoint waits for the next
// one: not when it's another daemon's meanwhile, or was enabled while the event was
// posted.
func (q *Queue) Fail(ctx context.Context, tx *sql.Tx, a Attempt, f Failure) (still bool, err error) {
	if err := q.note(ctx, tx, a); err != nil {
		return false, err
	}
	disabled := int64(0)
	if f.Disable {
		disabled = store.Millis(a.At)
	}
	res, err := tx.ExecContext(ctx, `
		UPDATE hook_endpoints SET tries = tries + 1, failing_since = $3, next_at = $4, disabled_at = $5 WHERE name = $1 AND owner = $2 AND tries = $6`,
		a.Endpoint, f.Owner, store.Millis(f.Since), store.Millis(f.NextAt), disabled, f.Tries)
	if err != nil {
		return false, fmt.Errorf("note that an event wasn't taken: %w", err)
	}
	n, err := res.RowsAffected()
	return n > 0, err
}

// note writes an attempt down. When the event's person was erased while it was posted, the
// reply isn't kept: it may quote what was erased.
func (q *Queue) note(ctx context.Context, tx *sql.Tx, a Attempt) error {
	same, err := q.unchanged(ctx, tx, a)
	if err != nil {
		return fmt.Errorf("note an attempt: %w", err)
	}
	if !same {
		a.Reply = ""
	}
	_, err = tx.ExecContext(ctx, "INSERT INTO hook_attempts (id, endpoint, event, at, took, status, reply) VALUES ($1, $2, $3, $4, $5, $6, $7)",
		q.ids.New(a.At), a.Endpoint, a.Event, store.Millis(a.At), a.Took.Milliseconds(), a.Status, store.Text(a.Reply))
	if err != nil {
		return fmt.Errorf("note an attempt: %w", err)
	}
	return nil
}

// unchanged tells whether an event is still what was posted. On PostgreSQL it stays so
// until the transaction ends: who erases the person then finds the reply and erases it.
func (q *Queue) unchanged(ctx context.Context, tx *sql.Tx, a Attempt) (bool, error) {
	lock := "" // SQLite has one writer
	if q.db.Postgres() {
		lock = " FOR UPDATE"
	}
	var data string
	err := tx.QueryRowContext(ctx, "SELECT data FROM hook_events WHERE id = $1 AND endpoint = $2"+lock, a.Event, a.Endpoint).Scan(&data)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil && data == string(a.Data), err
}

// Attempts returns what came of posting an event, oldest first.
func (q *Queue) Attempts(ctx context.Context, endpoint string, event int64) (all []Attempt, err error) {
	rows, err := q.db.Read().QueryContext(ctx, "SELECT at, took, status, reply FROM hook_attempts WHERE event = $1 AND endpoint = $2 ORDER BY id", event, endpoint)
	all, err = store.Collect(rows, err, func(rows *sql.Rows) (Attempt, error) {
		a := Attempt{Endpoint: endpoint, Event: event}
		var at, took int64
		err := rows.Scan(&at, &took, &a.Status, &a.Reply)
		a.At, a.Took = store.Time(at), time.Duration(took)*time.Millisecond
		return a, err
	})
	if err != nil {
		return nil, fmt.Errorf("read attempts: %w", err)
	}
	return all, nil
}
