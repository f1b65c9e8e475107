package hooks

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"dailytip/store"
)

// Enable has events posted again to an endpoint that was given up, or failed a moment ago,
// at once and from the first that waits. It reports whether there was anything to
// change.
func (q *Queue) Enable(ctx context.Context, endpoint string) (changed bool, err error) {
	err = q.db.Write(ctx, func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, `
			UPDATE hook_endpoints SET disabled_at = 0, tries = 0, failing_since = 0, next_at = 0
			WHERE name = $1 AND (disabled_at > 0 OR tries > 0)`, endpoint)
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		changed = n > 0
		return err
	})
	if err != nil {
		return false, fmt.Errorf("enable endpoint: %w", err)
	}
	return changed, nil
}

// Skip gives an event up that waits: the endpoint never gets it. It reports whether it
// did.
func (q *Queue) Skip(ctx context.Context, endpoint string, event int64, now time.Time) (skipped bool, err error) {
	err = q.db.Write(ctx, func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, "UPDATE hook_events SET done_at = $3 WHERE id = $1 AND endpoint = $2 AND done_at = 0", event, endpoint, store.Millis(now))
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		skipped = n > 0
		return err
	})
	if err != nil {
		return false, fmt.Errorf("skip event: %w", err)
	}
	return skipped, nil
}

// Replay has an endpoint given events again, before those that wait and in their order:
// one that it took or that was given up, or when event is 0 all since an instant that it
// took. It returns how many.
func (q *Queue) Replay(ctx context.Context, endpoint string, event int64, since time.Time) (n int64, err error) {
	err = q.db.Write(ctx, func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, `
			UPDATE hook_events SET done_at = 0
			WHERE endpoint = $1 AND done_at > 0 AND (id = $2 OR CAST($2 AS BIGINT) = 0 AND at >= $3 AND EXISTS (
				SELECT 1 FROM hook_attempts a WHERE a.event = hook_events.id AND a.endpoint = $1 AND a.status BETWEEN 200 AND 299))`, endpoint, event, store.Millis(since))
		if err != nil {
			return err
		}
		n, err = res.RowsAffected()
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("replay events: %w", err)
	}
	return n, nil
}

// Waiting counts the events that wait for an endpoint, and says since when the first does.
func (q *Queue) Waiting(ctx context.Context, endpoint string) (n int64, since time.Time, err error) {
	var first int64
	err = q.db.Read().QueryRowContext(ctx, "SELECT COUNT(*), COALESCE(MIN(at), 0) FROM hook_events WHERE endpoint = $1 AND done_at = 0", endpoint).Scan(&n, &first)
	if err != nil {
		return 0, since, fmt.Errorf("count events: %w", err)
	}
	return n, store.Time(first), nil
}

// Newest returns an endpoint's newest events, newest first.
func (q *Queue) Newest(ctx context.Context, endpoint string, limit int) (all []Event, err error) {
	rows, err := q.db.Read().QueryContext(ctx, "SELECT "+eventColumns+" FROM hook_events WHERE endpoint = $1 ORDER BY id DESC LIMIT $2", endpoint, limit)
	all, err = store.Collect(rows, err, func(rows *sql.Rows) (Event, error) { return scanEvent(rows) })
	if err != nil {
		return nil, fmt.Errorf("read events: %w", err)
	}
	return all, nil
}

// ErrNoEvent means that an endpoint has no event of that number.
var ErrNoEvent = errors.New("there is no such event")

// Event returns one of an endpoint's events, or [ErrNoEvent].
func (q *Queue) Event(ctx context.Context, endpoint string, id int64) (Event, error) {
	e, err := scanEvent(q.db.Read().QueryRowContext(ctx, "SELECT "+eventColumns+" FROM hook_events WHERE id = $1 AND endpoint = $2", id, endpoint))
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNoEvent
	}
	return e, err
}

// ParseID reads an event's number, as it's posted and shown: evt_1234.
func ParseID(s string) (int64, error) {
	id, err := strconv.ParseInt(strings.TrimPrefix(s, messagePrefix), 10, 64)
	if err != nil || id <= 0 {
		return 0, fmt.Errorf("%q is no number of an event; write it as it's shown, such as evt_1234", s)
	}
	return id, nil
}
