package hooks

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"dailytip/store"
)

// Queue hands endpoints their events, and notes what they reply. Its methods may be
// called from several goroutines.
type Queue struct {
	db  *store.DB
	ids store.IDs
}

// NewQueue returns the queue in a migrated database.
func NewQueue(db *store.DB) *Queue { return &Queue{db: db} }

// Event is one that an endpoint gets.
type Event struct {
	ID       int64
	Endpoint string
	Type     Type
	At       time.Time
	Data     json.RawMessage
	DoneAt   time.Time // when the endpoint took it, or it was given up; zero: it waits
}

// MessageID is the same each time that an event is posted, so that who gets it twice
// can tell.
func (e Event) MessageID() string { return messagePrefix + strconv.FormatInt(e.ID, 10) }

const messagePrefix = "evt_"

// Body is what is posted.
func (e Event) Body() ([]byte, error) {
	return json.Marshal(struct {
		Type      Type            `json:"type"`
		Timestamp time.Time       `json:"timestamp"`
		ID        string          `json:"id"`
		Data      json.RawMessage `json:"data"`
	}{e.Type, e.At.UTC(), e.MessageID(), e.Data})
}

// State is how it goes with an endpoint.
type State struct {
	Owner        string // the daemon that posts to it,
	OwnedUntil   time.Time
	Tries        int // of the first event that waits; all failed
	FailingSince time.Time
	NextAt       time.Time // when it's tried again
	DisabledAt   time.Time // zero: it isn't
}

// State returns how it goes with an endpoint; the zero State when nothing was ever
// posted to it.
func (q *Queue) State(ctx context.Context, endpoint string) (s State, err error) {
	var until, since, next, disabled int64
	err = q.db.Read().QueryRowContext(ctx, "SELECT owner, owned_until, tries, failing_since, next_at, disabled_at FROM hook_endpoints WHERE name = $1", endpoint).
		Scan(&s.Owner, &until, &s.Tries, &since, &next, &disabled)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return s, fmt.Errorf("read endpoint: %w", err)
	}
	s.OwnedUntil, s.FailingSince, s.NextAt, s.DisabledAt = store.Time(until), store.Time(since), store.Time(next), store.Time(disabled)
	return s, nil
}

const eventColumns = "id, endpoint, type, at, data, done_at"

// First returns the first event that waits for an endpoint; false: there's none.
func (q *Queue) First(ctx context.Context, endpoint string) (e Event, waiting bool, err error) {
	e, err = scanEvent(q.db.Read().QueryRowContext(ctx, "SELECT "+eventColumns+" FROM hook_events WHERE endpoint = $1 AND done_at = 0 ORDER BY id LIMIT 1", endpoint))
	if errors.Is(err, sql.ErrNoRows) {
		return e, false, nil
	}
	return e, err == nil, err
}

func scanEvent(row interface{ Scan(dest ...any) error }) (e Event, err error) {
	var at, done int64
	var data string
	if err := row.Scan(&e.ID, &e.Endpoint, &e.Type, &at, &data, &done); err != nil {
		return e, fmt.Errorf("read event: %w", err)
	}
	e.At, e.DoneAt, e.Data = store.Time(at), store.Time(done), json.RawMessage(data)
	return e, nil
}

// Hold makes an endpoint one daemon's until an instant, unless it's another's: two
// would get its events out of order.
func (q *Queue) Hold(ctx context.Context, now, until time.Time, endpoint, owner string) (held bool, err error) {
	err = q.db.Write(ctx, func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, `
			INSERT INTO hook_endpoints (name, owner, owned_until) VALUES ($1, $2, $3)
			ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, owned_until = excluded.owned_until
			WHERE hook_endpoints.owner = excluded.owner OR hook_endpoints.owned_until <= $4`,
			endpoint, owner, store.Millis(until), store.Millis(now))
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		held = n > 0
		return err
	})
	if err != nil {
		return false, fmt.Errorf("hold endpoint: %w", err)
	}
	return held, nil
}

// Release gives up the endpoints that a daemon holds; "": all, whoever held them.
func (q *Queue) Release(ctx context.Context, owner string) error {
	err := q.db.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "UPDATE hook_endpoints SET owned_until = 0 WHERE ($1 = '' OR owner = $1) AND owned_until > 0", owner)
		return err
	})
	if err != nil {
		return fmt.Errorf("release endpoints: %w", err)
	}
	return nil
}

// Hasten has all endpoints tried at once that wait for their next try: somebody has
// mended something.
func (q *Queue) Hasten(ctx context.Context) error {
	err := q.db.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "UPDATE hook_endpoints SET next_at = 0 WHERE next_at > 0")
		return err
	})
	if err != nil {
		return fmt.Errorf("hasten endpoints: %w", err)
	}
	return nil
}
