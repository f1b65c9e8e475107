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

// What programs elsewhere are told, each in the transaction that does it.

// tellEnd tells that nothing of an edition is left. That one was cancelled has been told.
func (l *Ledger) tellEnd(ctx context.Context, tx *sql.Tx, now time.Time, c Counts) error {
	switch {
	case c.Edition.State == editions.Cancelled:
		return nil
	case c.Sent == 0 && c.Failed+c.Expired+c.InDoubt > 0:
		return l.tellCounts(ctx, tx, now, hooks.EditionFailed, c, "not one of its mails was sent")
	}
	return l.tellCounts(ctx, tx, now, hooks.EditionFinished, c, "")
}

// tellCounts tells how it stands with an edition.
func (l *Ledger) tellCounts(ctx context.Context, tx *sql.Tx, now time.Time, t hooks.Type, c Counts, reason string) error {
	e := c.Edition
	return l.events.Edition(ctx, tx, now, t, hooks.Edition{ID: e.ID, Newsletter: e.Newsletter, LocalDate: e.LocalDate, Reason: reason, Counts: &hooks.Counts{
		Due: c.Due, Sent: c.Sent, Failed: c.Failed, InDoubt: c.InDoubt, Expired: c.Expired, Withdrawn: c.Withdrawn,
	}})
}

// tellMissed tells, once for a date, that readers who were due get no edition.
func (l *Ledger) tellMissed(ctx context.Context, tx *sql.Tx, now time.Time, r Run) error {
	if r.State != RunSkipped || r.Deliveries == 0 || !l.events.Wants(hooks.EditionFailed) {
		return nil
	}
	var others bool
	err := tx.QueryRowContext(ctx, `
		SELECT EXISTS (SELECT 1 FROM runs WHERE newsletter = $1 AND local_date = $2 AND slot <> $3 AND state = 'skipped' AND deliveries > 0)`,
		r.Newsletter, r.LocalDate, r.Slot).Scan(&others)
	if err != nil || others {
		return err
	}
	return l.events.Edition(ctx, tx, now, hooks.EditionFailed, hooks.Edition{Newsletter: r.Newsletter, LocalDate: r.LocalDate, Reason: r.Reason})
}

// WorthTelling is how long a pause of everything lasts before it's told: a relay that was
// restarted is nobody's business. What somebody pauses is told at once.
const WorthTelling = 15 * time.Minute

// tellPaused tells once of a pause that it holds a newsletter's run, or all of them.
func (l *Ledger) tellPaused(ctx context.Context, tx *sql.Tx, now time.Time, p PauseInfo) error {
	short := p.Newsletter == Relay && !p.Held() && now.Sub(p.Since) < WorthTelling
	if _, notices := InScope(p.Newsletter); notices || short || !l.events.Wants(hooks.EditionPaused) {
		return nil
	}
	n, err := affected(tx.ExecContext(ctx, "UPDATE pauses SET told_at = $2 WHERE newsletter = $1 AND told_at = 0", p.Newsletter, store.Millis(now)))
	if err != nil || n == 0 {
		return err
	}
	err = l.events.Edition(ctx, tx, now, hooks.EditionPaused, hooks.Edition{Newsletter: p.Newsletter, Reason: p.Reason, Reply: store.Text(p.Reply.String())})
	if err != nil {
		return fmt.Errorf("tell of a pause: %w", err)
	}
	return nil
}
