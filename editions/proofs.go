package editions

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"dailytip/store"
)

// NoteProof notes that an editor is shown what a date will bring, and tells
// whether that is news: each date is shown once, whatever node or restart asks.
func NoteProof(ctx context.Context, tx *sql.Tx, now time.Time, newsletter, date string) (first bool, err error) {
	n, err := affected(tx.ExecContext(ctx, "INSERT INTO proofs (newsletter, local_date, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
		newsletter, date, store.Millis(now)))
	if err != nil {
		return false, fmt.Errorf("note proof: %w", err)
	}
	return n > 0, nil
}
