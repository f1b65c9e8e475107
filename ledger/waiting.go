package ledger

import (
	"context"
	"fmt"
	"time"

	"dailytip/store"
)

// Waiting tells whether something could be claimed, without writing. What a pause
// holds can't be, until its next try is due: looking each second must not take
// the lock for writing as long as a relay is down.
func (l *Ledger) Waiting(ctx context.Context, now time.Time) (bool, error) {
	w, err := l.lookForWork(ctx, l.db.Read(), now, 0)
	if err != nil {
		return false, err
	}
	h := held{}
	if w.paused {
		pauses, err := l.AllPauses(ctx)
		if err != nil {
			return false, err
		}
		if h = heldBy(pauses, now); h.all && !h.probeAll {
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
		probe, paused := h.scopes[w.Newsletter]
		if w.State == EditionOpen && (w.fresh || w.later) && (probe || !paused) {
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
	err = l.db.Read().QueryRowContext(ctx, sqlNoticesFree, store.Millis(now)).Scan(&free)
	if err != nil {
		return false, fmt.Errorf("look for notices: %w", err)
	}
	return free, nil
}

const sqlNoticesFree = `
	SELECT EXISTS (SELECT 1 FROM notices WHERE ` + claimable + ` AND NOT EXISTS (
		SELECT 1 FROM pauses WHERE pauses.newsletter = notices.newsletter || '/notices' AND pauses.probe_at > $1))`
