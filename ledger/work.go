package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"dailytip/editions"
	"dailytip/store"
)

// work is what there is to do, in one edition at most.
type work struct {
	paused  bool // something is
	notices bool // some can be claimed
	editions.Edition
	ready bool // some of its deliveries can be claimed
}

// sqlWork finds the first edition after $2 that isn't over, by the beginning of an
// index, however many deliveries there are. $1 is now. It asks for what comes first in
// the index's order. Asked for the least edition, or whether one EXISTS, PostgreSQL would
// read another index or the table, and pass over all that is sent each time.
const sqlWork = `
	SELECT EXISTS (SELECT 1 FROM pauses), EXISTS (SELECT 1 FROM notices WHERE ` + isReady + `),
		COALESCE(e.id, 0), COALESCE(e.newsletter, ''), COALESCE(e.local_date, ''), COALESCE(e.state, ''),
		(SELECT COUNT(*) > 0 FROM (SELECT 1 FROM deliveries WHERE edition = e.id AND done_at = 0 AND ` + isReady + ` ORDER BY next_at LIMIT 1) AS one)
	FROM (SELECT 1) AS once LEFT JOIN editions e
	ON e.id = (SELECT edition FROM deliveries WHERE done_at = 0 AND edition > $2 ORDER BY edition, next_at, subscriber LIMIT 1)`

// lookForWork returns the first edition after one that has deliveries which wait or
// are in flight; its ID is 0 when there's none.
func (l *Ledger) lookForWork(ctx context.Context, q store.Queryer, now time.Time, after int64) (work, error) {
	return scanWork(q.QueryRowContext(ctx, sqlWork, store.Millis(now), after))
}

// nextWork is lookForWork while claiming.
func (l *Ledger) nextWork(ctx context.Context, tx *sql.Tx, now time.Time, after int64) (work, error) {
	return scanWork(l.statements.QueryRow(ctx, tx, sqlWork, store.Millis(now), after))
}

func scanWork(row *sql.Row) (w work, err error) {
	err = row.Scan(&w.paused, &w.notices, &w.ID, &w.Newsletter, &w.LocalDate, &w.State, &w.ready)
	if err != nil {
		return w, fmt.Errorf("look for work: %w", err)
	}
	return w, nil
}

// unfinished returns the editions that have deliveries which wait or are in
// flight, oldest first.
func (l *Ledger) unfinished(ctx context.Context, q store.Queryer) (all []editions.Edition, err error) {
	for after := int64(0); ; {
		w, err := l.lookForWork(ctx, q, time.Time{}, after)
		if err != nil || w.ID == 0 {
			return all, err
		}
		all, after = append(all, w.Edition), w.ID
	}
}

// Waiting tells whether something could be claimed, without writing. What a pause
// holds can't be, until its next try is due: looking each second must not take
// the lock for writing as long as a relay is down.
func (l *Ledger) Waiting(ctx context.Context, now time.Time) (bool, error) {
	w, err := l.lookForWork(ctx, l.db.Read(), now, 0)
	if err != nil {
		return false, err
	}
	var p paused
	if w.paused {
		pauses, err := l.AllPauses(ctx)
		if err != nil {
			return false, err
		}
		if p = pausedBy(pauses, now); p.all && !p.probeAll {
			return false, nil
		}
		if w.notices, err = l.noticesFree(ctx, now); err != nil {
			return false, err
		}
	}
	if w.notices {
		return true, nil
	}
	for w.ID != 0 {
		if p.lets(w) {
			return true, nil
		}
		if w, err = l.lookForWork(ctx, l.db.Read(), now, w.ID); err != nil {
			return false, err
		}
	}
	return false, nil
}

// noticesFree tells whether a notice could be claimed that no pause of its
// newsletter's notices holds just now.
func (l *Ledger) noticesFree(ctx context.Context, now time.Time) (free bool, err error) {
	err = l.db.Read().QueryRowContext(ctx, `
		SELECT EXISTS (SELECT 1 FROM notices WHERE `+isReady+` AND NOT EXISTS (
			SELECT 1 FROM pauses WHERE pauses.newsletter = notices.newsletter || '/notices' AND (pauses.probe_at > $1 OR pauses.probe_at = 0)))`, store.Millis(now)).Scan(&free)
	if err != nil {
		return false, fmt.Errorf("look for notices: %w", err)
	}
	return free, nil
}
