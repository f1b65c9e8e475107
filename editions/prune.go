package editions

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"dailytip/store"
)

// ErrPruned means that an edition's deliveries are kept no longer: nobody can tell
// who has it, so it's never sent again (P1).
var ErrPruned = errors.New("the edition's deliveries are kept no longer")

// Prune notes that an edition's deliveries are forgotten from an instant on, unless
// that was noted before. Until the transaction ends nobody opens or sends any of it.
func Prune(ctx context.Context, tx *sql.Tx, edition int64, at time.Time) error {
	_, err := tx.ExecContext(ctx, "UPDATE editions SET pruned_at = CASE WHEN pruned_at = 0 THEN $2 ELSE pruned_at END WHERE id = $1",
		edition, store.Millis(at))
	if err != nil {
		return fmt.Errorf("note that deliveries are forgotten: %w", err)
	}
	return nil
}

// Hold keeps an edition's deliveries from being forgotten until the transaction ends,
// or returns [ErrPruned]. Whoever opens deliveries, or sends them again, holds the
// edition first: else one that was forgotten meanwhile could be opened anew. It
// writes, since that is what locks a row on both engines.
func Hold(ctx context.Context, tx *sql.Tx, edition int64) error {
	n, err := affected(tx.ExecContext(ctx, "UPDATE editions SET pruned_at = 0 WHERE id = $1 AND pruned_at = 0", edition))
	if err != nil {
		return fmt.Errorf("hold edition: %w", err)
	}
	if n == 0 {
		return ErrPruned
	}
	return nil
}

// LastPruned returns the local date of the newest edition of which deliveries were
// forgotten; "": there's none.
func (s *Editions) LastPruned(ctx context.Context, q store.Queryer) (date string, err error) {
	err = q.QueryRowContext(ctx, "SELECT COALESCE(MAX(local_date), '') FROM editions WHERE pruned_at > 0").Scan(&date)
	if err != nil {
		return "", fmt.Errorf("read which deliveries were forgotten: %w", err)
	}
	return date, nil
}
