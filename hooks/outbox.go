package hooks

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"dailytip/store"
)

// Outbox writes events down. A nil one has no endpoints. Its methods may be called
// from several goroutines.
type Outbox struct {
	endpoints []Endpoint
	ids       store.IDs
}

// NewOutbox returns one for some endpoints.
func NewOutbox(endpoints []Endpoint) *Outbox { return &Outbox{endpoints: endpoints} }

// Wants tells whether some endpoint gets events of a type. Who has to read something
// for an event asks first.
func (o *Outbox) Wants(t Type) bool {
	return o != nil && slices.ContainsFunc(o.endpoints, func(e Endpoint) bool { return e.wants(t) })
}

// add writes an event for each endpoint that wants it. dataFor returns what one is
// told, and false when the event is out of its scope.
func (o *Outbox) add(ctx context.Context, tx *sql.Tx, now time.Time, t Type, subscriber int64, dataFor func(*Endpoint) (data any, ok bool)) error {
	if !o.Wants(t) {
		return nil
	}
	var id int64
	for i := range o.endpoints {
		e := &o.endpoints[i]
		data, ok := dataFor(e)
		if !ok || !e.wants(t) {
			continue
		}
		text, err := json.Marshal(data)
		if err != nil {
			return fmt.Errorf("write event %s: %w", t, err)
		}
		if id == 0 {
			if id, err = o.next(ctx, tx, now); err != nil {
				return fmt.Errorf("write event %s: %w", t, err)
			}
		}
		if err := insert(ctx, tx, now, id, e.Name, t, subscriber, string(text)); err != nil {
			return fmt.Errorf("write event %s: %w", t, err)
		}
	}
	return nil
}

// next returns an event's number, beyond those of all that had been committed when
// the transaction came here. So a change that follows from another one is told after
// it, also when another daemon wrote that one and its clock is ahead of this one's.
func (o *Outbox) next(ctx context.Context, tx *sql.Tx, now time.Time) (int64, error) {
	var last int64
	if err := tx.QueryRowContext(ctx, "SELECT COALESCE(MAX(id), 0) FROM hook_events").Scan(&last); err != nil {
		return 0, err
	}
	if id := o.ids.New(now); id > last {
		return id, nil
	}
	// Of transactions that go on at once each takes another number: none waits for another.
	return last + 1 + rand.Int64N(1<<20), nil
}

// insert writes one event. When two transactions of clocks that differ have taken the
// same number, the second one takes a later one.
func insert(ctx context.Context, tx *sql.Tx, now time.Time, id int64, endpoint string, t Type, subscriber int64, data string) error {
	for {
		res, err := tx.ExecContext(ctx, `
			INSERT INTO hook_events (id, endpoint, type, at, subscriber, data) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
			id, endpoint, string(t), store.Millis(now), subscriber, data)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n > 0 {
			return err
		}
		id++
	}
}
