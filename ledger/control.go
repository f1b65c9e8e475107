package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"dailytip/editions"
	"dailytip/hooks"
	"dailytip/store"
)

// PauseEdition holds what an edition has still to send; mails on the wire
// finish. Deliveries of later zones are opened and wait too. All of them expire
// at their time. It reports whether it changed anything.
func (l *Ledger) PauseEdition(ctx context.Context, now time.Time, e editions.Edition, who string) (changed bool, err error) {
	return l.setEdition(ctx, now, e, editions.Open, editions.Paused, Action{Kind: ActionPause, Who: who})
}

// ResumeEdition ends an edition's pause.
func (l *Ledger) ResumeEdition(ctx context.Context, now time.Time, e editions.Edition, who string) (changed bool, err error) {
	return l.setEdition(ctx, now, e, editions.Paused, editions.Open, Action{Kind: ActionResume, Who: who})
}

func (l *Ledger) setEdition(ctx context.Context, now time.Time, e editions.Edition, from, to string, a Action) (changed bool, err error) {
	err = l.db.Write(ctx, func(tx *sql.Tx) error {
		changed, err = editions.SetState(ctx, tx, e, from, to)
		if err != nil || !changed {
			return err
		}
		counts, err := l.Count(ctx, tx, e)
		if err != nil {
			return err
		}
		a.Newsletter, a.LocalDate, a.Deliveries = e.Newsletter, e.LocalDate, counts.Pending+counts.Retry
		if _, err = l.note(ctx, tx, now, a); err != nil || to != editions.Paused {
			return err
		}
		return l.events.Edition(ctx, tx, now, hooks.EditionPaused, hooks.Edition{
			ID: e.ID, Newsletter: e.Newsletter, LocalDate: e.LocalDate, Reason: "by command",
		})
	})
	if err != nil {
		return false, fmt.Errorf("%s edition: %w", a.Kind, err)
	}
	return changed, nil
}

// controlChunk is how many deliveries a command, or [Ledger.Expire], changes in one
// transaction, so that a daemon that is sending never waits long for the write lock.
const controlChunk = 2_500

// CancelEdition ends an edition for good: what waits is withdrawn, what is on the
// wire finishes, later zones get nothing. What may have arrived, and would have
// been sent again, stays in doubt. It returns how many deliveries it withdrew.
func (l *Ledger) CancelEdition(ctx context.Context, now time.Time, e editions.Edition, who string) (withdrawn int64, err error) {
	var action int64
	err = l.db.Write(ctx, func(tx *sql.Tx) error {
		if err := editions.Cancel(ctx, tx, e); err != nil {
			return err
		}
		counts, err := l.Count(ctx, tx, e)
		if err != nil {
			return err
		}
		if err := l.tellCounts(ctx, tx, now, hooks.EditionFailed, counts, cancelled); err != nil {
			return err
		}
		action, err = l.note(ctx, tx, now, Action{
			Kind: ActionCancel, Newsletter: e.Newsletter, LocalDate: e.LocalDate, Who: who,
			Detail: fmt.Sprintf("%d of %d were sent", counts.Sent, counts.Due),
		})
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("cancel edition: %w", err)
	}
	return l.withdraw(ctx, now, e, action)
}

// withdraw ends what a cancelled edition has still to send.
func (l *Ledger) withdraw(ctx context.Context, now time.Time, e editions.Edition, action int64) (total int64, err error) {
	err = l.inChunks(ctx, func(tx *sql.Tx) (int64, error) {
		n, err := l.withdrawSome(ctx, tx, now, e)
		if err != nil || n == 0 {
			return 0, err
		}
		total += n
		return n, noteMore(ctx, tx, action, n)
	})
	if err != nil {
		return total, fmt.Errorf("withdraw deliveries: %w", err)
	}
	return total, nil
}

// withdrawSome withdraws no more than one transaction should.
func (l *Ledger) withdrawSome(ctx context.Context, tx *sql.Tx, now time.Time, e editions.Edition) (int64, error) {
	ended, err := l.endUnsent(ctx, tx, now, sqlWithdraw(l.db), e.ID, store.Millis(now), controlChunk)
	return int64(len(ended)), err
}

// sqlWithdraw ends what waits of an edition, in the order of its index: without an order
// PostgreSQL would pass over all that has ended to find the next.
func sqlWithdraw(db *store.DB) string {
	return `
		WITH waiting AS MATERIALIZED (
			SELECT edition, subscriber FROM deliveries WHERE edition = $1 AND done_at = 0 AND ` + waits + `
			ORDER BY next_at, subscriber LIMIT $3` + db.SkipLocked("deliveries") + `)
		UPDATE deliveries ` + setUnsent(Withdrawn, "'"+cancelled+"'") + `, done_at = $2
		WHERE (edition, subscriber) IN (SELECT edition, subscriber FROM waiting)` + returningUnsent
}

const cancelled = "the edition was cancelled"

// FinishCancelled withdraws what a cancelled edition got back since, or was
// opened for a later zone, and what a command that was cut off has left.
func (l *Ledger) FinishCancelled(ctx context.Context, now time.Time) (total int64, err error) {
	open, err := l.unfinished(ctx, l.db.Read())
	if err != nil {
		return 0, err
	}
	for _, e := range open {
		if e.State != editions.Cancelled {
			continue
		}
		n, err := l.withdraw(ctx, now, e, 0)
		total += n
		if err != nil {
			return total, err
		}
	}
	return total, nil
}
