package hooks

import (
	"context"
	"database/sql"
	"fmt"
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
