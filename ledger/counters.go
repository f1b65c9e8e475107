package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"time"

	"dailytip/store"
)

// sums are what a transaction sent: deliveries by edition. They are counted
// where they happen, since counting the rows of a large edition takes a second.
// [Ledger.Count] reads the sums; a delivery that is sent or opened without being
// counted here makes them wrong.
type sums map[int64]int64

// countSent adds to a node's counts, in the transaction that records the outcomes.
func (r *recorder) countSent(ctx context.Context, node string) error {
	// In one order: two transactions of a node that wait for each other's rows would both
	// have to give up.
	for _, edition := range slices.Sorted(maps.Keys(r.sent)) {
		n := r.sent[edition]
		err := r.l.addToCounter(ctx, r.tx, r.now, edition, node, 0, n)
		if err == nil {
			err = r.countMinute(ctx, edition, node, n)
		}
		if err != nil {
			return fmt.Errorf("count what was sent: %w", err)
		}
	}
	return r.countReceivers(ctx, node)
}

// countOpened counts new deliveries, in the transaction that opens them.
func (l *Ledger) countOpened(ctx context.Context, tx *sql.Tx, now time.Time, edition, n int64) error {
	if err := l.addToCounter(ctx, tx, now, edition, "", n, 0); err != nil {
		return fmt.Errorf("count what was opened: %w", err)
	}
	return nil
}

// addToCounter adds to a counter. Mostly that's all; each [window] the marks move on, and
// after a gap both begin anew: a rate over an hour's rest would tell nothing.
func (l *Ledger) addToCounter(ctx context.Context, tx *sql.Tx, now time.Time, edition int64, node string, opened, sent int64) error {
	added, err := affected(l.statements.Exec(ctx, tx, sqlCountMore,
		edition, node, opened, sent, store.Millis(now), window.Milliseconds()))
	if err != nil || added > 0 {
		return err
	}
	_, err = tx.ExecContext(ctx, `
		INSERT INTO counters (edition, node, opened, sent, at, mark_at, mark_sent, earlier_at, earlier_sent)
		VALUES ($1, $2, $3, $4, $5, $5, $4, $5, $4)
		ON CONFLICT (edition, node) DO UPDATE SET
			opened = counters.opened + excluded.opened,
			sent = counters.sent + excluded.sent,
			at = excluded.at,
			mark_at = excluded.at,
			mark_sent = counters.sent + excluded.sent,
			earlier_at = CASE WHEN excluded.at - counters.at < $6 THEN counters.mark_at ELSE excluded.at END,
			earlier_sent = CASE WHEN excluded.at - counters.at < $6 THEN counters.mark_sent ELSE counters.sent + excluded.sent END`,
		edition, node, opened, sent, store.Millis(now), window.Milliseconds())
	return err
}

const sqlCountMore = `
	UPDATE counters SET opened = opened + $3, sent = sent + $4, at = $5 WHERE edition = $1 AND node = $2 AND mark_at + $6 > $5`

// window is how far apart the marks of a counter are.
const window = 10 * time.Second
