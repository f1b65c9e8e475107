package hooks

import (
	"context"
	"database/sql"
	"fmt"
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
