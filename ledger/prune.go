package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"time"

	"dailytip/editions"
	"dailytip/store"
)

// PruneAll forgets what has ended longer ago than keep, a little at a time, until its
// context ends; keep 0: nothing, ever.
func (l *Ledger) PruneAll(ctx context.Context, keep time.Duration, log *slog.Logger) error {
	const look, rest = time.Hour, 200 * time.Millisecond // rest: mails go out meanwhile
	if keep == 0 {
		return nil
	}
	forgotten := int64(0)
	wait := time.NewTimer(rest)
	defer wait.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-wait.C:
		}
		now := time.Now() //nolint:forbidigo // a loop reads the clock
		n, err := l.Prune(ctx, now, keep)
		if forgotten += n; n > 0 && err == nil {
			wait.Reset(rest)
			continue
		}
		if err != nil && ctx.Err() == nil {
			log.WarnContext(ctx, "old deliveries can't be forgotten; the next try is in an hour", "error", err)
		}
		if forgotten > 0 {
			log.InfoContext(ctx, "old deliveries and notices were forgotten; the editions' counts stay", "mails", forgotten, "older_than", keep.String())
			forgotten = 0
		}
		wait.Reset(look)
	}
}

// pruneChunk is how many mails one transaction forgets: others wait for the right to
// write for some 10 ms.
const pruneChunk = 1_000

// Prune forgets some of what has ended longer ago than keep, and returns how much; 0:
// nothing is that old. An edition goes as a whole, once nothing of it waits and
// nothing was opened, sent or done to it since; how its deliveries ended stays counted.
func (l *Ledger) Prune(ctx context.Context, now time.Time, keep time.Duration) (forgotten int64, err error) {
	before := now.Add(-keep)
	var edition int64
	err = l.db.Read().QueryRowContext(ctx, sqlPrunable, store.FirstID(before), store.Millis(before)).Scan(&edition)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return l.pruneNotices(ctx, before)
	case err != nil:
		return 0, fmt.Errorf("look for old deliveries: %w", err)
	}
	err = l.db.Write(ctx, func(tx *sql.Tx) (err error) {
		forgotten, err = pruneSome(ctx, tx, now, before, edition)
		return err
	})
	if errors.Is(err, errSentAgain) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("forget old deliveries: %w", err)
	}
	return forgotten, nil
}

// errSentAgain undoes the mark of an edition that somebody has just opened or sent.
var errSentAgain = errors.New("it was sent just now")

// sqlPrunable finds the oldest edition that has deliveries, and all of whose are old.
// Numbers of editions rise with the time at which they were opened.
const sqlPrunable = `SELECT e.id FROM editions e WHERE e.id < $1 AND ` + isPrunable + ` ORDER BY e.id LIMIT 1`

const isPrunable = `EXISTS (SELECT 1 FROM deliveries d WHERE d.edition = e.id)
	AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.edition = e.id AND d.done_at = 0)
	AND NOT EXISTS (SELECT 1 FROM counters c WHERE c.edition = e.id AND c.at >= $2)
	AND NOT EXISTS (SELECT 1 FROM actions a WHERE a.newsletter = e.newsletter AND a.local_date = e.local_date AND a.at >= $2)`

// pruneSome forgets the first of an edition's deliveries. The edition is marked first,
// so that from here on nobody opens any of it, and looked at again: somebody may have
// just before.
func pruneSome(ctx context.Context, tx *sql.Tx, now, before time.Time, edition int64) (int64, error) {
	if err := editions.Prune(ctx, tx, edition, now); err != nil {
		return 0, err
	}
	var still bool
	err := tx.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM editions e WHERE e.id = $1 AND "+isPrunable+")", edition, store.Millis(before)).Scan(&still)
	if err != nil {
		return 0, err
	}
	if !still {
		return 0, errSentAgain
	}
	last := int64(math.MaxInt64)
	err = tx.QueryRowContext(ctx, sqlPruneEnd, edition, pruneChunk-1).Scan(&last)
	if err != nil && !errors.Is(err, sql.ErrNoRows) { // there are fewer
		return 0, err
	}
	if _, err := tx.ExecContext(ctx, sqlKeepCounts, edition, last); err != nil {
		return 0, err
	}
	return affected(tx.ExecContext(ctx, sqlPrune, edition, last))
}

const (
	sqlPruneEnd   = `SELECT subscriber FROM deliveries WHERE edition = $1 ORDER BY subscriber LIMIT 1 OFFSET $2`
	sqlKeepCounts = `
		INSERT INTO past_deliveries (edition, state, code, enhanced, deliveries, doubted)
		SELECT edition, state, code, enhanced, COUNT(*), SUM(CASE WHEN doubts > 0 THEN 1 ELSE 0 END)
		FROM deliveries WHERE edition = $1 AND subscriber <= $2 GROUP BY edition, state, code, enhanced
		ON CONFLICT (edition, state, code, enhanced) DO UPDATE SET
			deliveries = past_deliveries.deliveries + excluded.deliveries, doubted = past_deliveries.doubted + excluded.doubted`
	sqlPrune        = `DELETE FROM deliveries WHERE edition = $1 AND subscriber <= $2`
	sqlPruneNotices = `DELETE FROM notices WHERE done_at > 0 AND id IN (SELECT id FROM notices WHERE id < $1 AND done_at > 0 ORDER BY id LIMIT $2)`
)

// pruneNotices forgets some of the notices that have ended: they hold addresses.
func (l *Ledger) pruneNotices(ctx context.Context, before time.Time) (n int64, err error) {
	var some bool // looking takes no lock
	err = l.db.Read().QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM notices WHERE id < $1 AND done_at > 0)", store.FirstID(before)).Scan(&some)
	if err == nil && some {
		err = l.db.Write(ctx, func(tx *sql.Tx) error {
			n, err = affected(tx.ExecContext(ctx, sqlPruneNotices, store.FirstID(before), pruneChunk))
			return err
		})
	}
	if err != nil {
		return 0, fmt.Errorf("forget old notices: %w", err)
	}
	return n, nil
}
