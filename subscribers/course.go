package subscribers

import (
	"context"
	"database/sql"
	"fmt"
)

// MoveOnInCourse notes the last tip of a course that a reader was sent, in the
// transaction that records the sending.
func MoveOnInCourse(ctx context.Context, tx *sql.Tx, subscription int64, tip string) error {
	if _, err := tx.ExecContext(ctx, "UPDATE subscriptions SET course_tip = $2 WHERE id = $1", subscription, tip); err != nil {
		return fmt.Errorf("move on in course: %w", err)
	}
	return nil
}
