package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"dailytip/store"
)

// The states of an edition. Only an open one's deliveries are claimed; nothing
// leads out of cancelled.
const (
	EditionOpen      = "open"
	EditionPaused    = "paused"
	EditionCancelled = "cancelled"
)

// ErrCancelled means that an edition was cancelled, which can't be undone.
var ErrCancelled = errors.New("the edition was cancelled")

// PauseEdition holds what an edition has still to send; mails on the wire
// finish. Deliveries of later zones are opened and wait too. All of them expire
// at their time. It reports whether it changed anything.
func (l *Ledger) PauseEdition(ctx context.Context, now time.Time, e Edition, who string) (changed bool, err error) {
	return l.turnEdition(ctx, now, e, EditionOpen, EditionPaused, Action{Kind: ActionPause, Who: who})
}

// ResumeEdition ends an edition's pause.
func (l *Ledger) ResumeEdition(ctx context.Context, now time.Time, e Edition, who string) (changed bool, err error) {
	return l.turnEdition(ctx, now, e, EditionPaused, EditionOpen, Action{Kind: ActionResume, Who: who})
}

func (l *Ledger) turnEdition(ctx context.Context, now time.Time, e Edition, from, to string, a Action) (changed bool, err error) {
	err = l.db.Write(ctx, func(tx *sql.Tx) error {
		n, err := affected(tx.ExecContext(ctx, "UPDATE editions SET state = $1 WHERE id = $2 AND state = $3", to, e.ID, from))
		if err != nil {
			return err
		}
		if changed = n > 0; !changed {
			return l.unlessCancelled(ctx, tx, e)
		}
		counts, err := l.Count(ctx, tx, e)
		if err != nil {
			return err
		}
		a.Newsletter, a.LocalDate, a.Deliveries = e.Newsletter, e.LocalDate, counts.Pending+counts.Retry
		_, err = l.note(ctx, tx, now, a)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("%s edition: %w", a.Kind, err)
	}
	return changed, nil
}

func (l *Ledger) unlessCancelled(ctx context.Context, q store.Queryer, e Edition) error {
	var state string
	if err := q.QueryRowContext(ctx, "SELECT state FROM editions WHERE id = $1", e.ID).Scan(&state); err != nil {
		return fmt.Errorf("read edition: %w", err)
	}
	if state == EditionCancelled {
		return ErrCancelled
	}
	return nil
}

// controlChunk is how many deliveries a command changes in one transaction, so
// that a daemon that is sending never waits long for the write lock.
const controlChunk = 2_500

// CancelEdition ends an edition for good: what waits is withdrawn, what is on the
// wire finishes, later zones get nothing. What may have arrived, and would have
// been sent again, stays in doubt. It returns how many deliveries it withdrew.
func (l *Ledger) CancelEdition(ctx context.Context, now time.Time, e Edition, who string) (withdrawn int64, err error) {
	var action int64
	err = l.db.Write(ctx, func(tx *sql.Tx) error {
		n, err := affected(tx.ExecContext(ctx, "UPDATE editions SET state = $1 WHERE id = $2 AND state <> $1", EditionCancelled, e.ID))
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrCancelled
		}
		counts, err := l.Count(ctx, tx, e)
		if err != nil {
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
func (l *Ledger) withdraw(ctx context.Context, now time.Time, e Edition, action int64) (total int64, err error) {
	for more := true; more; {
		err := l.db.Write(ctx, func(tx *sql.Tx) (err error) {
			var n int64
			if n, more, err = l.withdrawSome(ctx, tx, now, e); err != nil {
				return err
			}
			total += n
			return noteMore(ctx, tx, action, n)
		})
		if err != nil {
			return total, fmt.Errorf("withdraw deliveries: %w", err)
		}
		l.db.GiveWay(ctx)
	}
	return total, nil
}

// withdrawSome withdraws no more than one transaction should, and tells whether
// there may be more.
func (l *Ledger) withdrawSome(ctx context.Context, tx *sql.Tx, now time.Time, e Edition) (n int64, more bool, err error) {
	s, err := l.take(ctx, tx, e.ID, controlChunk, 0, forever)
	if err != nil {
		return 0, false, err
	}
	fresh, err := l.writeOutSpan(ctx, tx, e.ID, s, change{state: Withdrawn, answer: cancelled, end: store.Millis(now)})
	if err != nil {
		return 0, false, err
	}
	later, err := affected(tx.ExecContext(ctx, sqlWithdrawLater, e.ID, store.Millis(now), controlChunk))
	return fresh + later, !s.empty() || later > 0, err
}

// In sqlWithdrawLater the condition stands twice: see sqlTakeLater.
const (
	cancelled        = "the edition was cancelled"
	sqlWithdrawLater = `
		UPDATE deliveries SET state = CASE WHEN doubts > 0 THEN 'in_doubt' ELSE 'withdrawn' END, done_at = $2, next_at = 0, code = 0, enhanced = '',
			answer = CASE WHEN doubts > 0 THEN '` + cancelled + `; an earlier answer was never seen' ELSE '` + cancelled + `' END
		WHERE next_at + 0 > 0 AND id IN (
			SELECT id FROM deliveries WHERE edition = $1 AND next_at > 0 ORDER BY next_at, id LIMIT $3 + 0)`
)

// FinishCancelled withdraws what a cancelled edition got back since, or was
// opened for a later zone, and what a command that was cut off has left.
func (l *Ledger) FinishCancelled(ctx context.Context, now time.Time) (total int64, err error) {
	open, err := l.openEditions(ctx, l.db.Read())
	if err != nil {
		return 0, err
	}
	for _, e := range open {
		if e.State != EditionCancelled {
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

// CancelledOn tells whether a date's edition was cancelled: its tip goes into no
// week's mail either.
func (l *Ledger) CancelledOn(ctx context.Context, newsletter, date string) (bool, error) {
	e, err := l.Edition(ctx, l.db.Read(), newsletter, date)
	if errors.Is(err, ErrNoEdition) {
		return false, nil
	}
	return e.State == EditionCancelled, err
}
