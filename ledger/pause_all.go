package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"dailytip/store"
)

// PauseAll holds all that waits, confirmations and other notices too, until
// [Ledger.ResumeNow] ends that; mails on the wire finish, and what isn't out by its time
// expires. It reports whether it changed anything.
func (l *Ledger) PauseAll(ctx context.Context, now time.Time, who string) (changed bool, err error) {
	err = l.db.Write(ctx, func(tx *sql.Tx) error {
		p := PauseInfo{Newsletter: Relay, Since: now, Reason: "somebody paused it: " + store.Text(who)}
		if changed, err = l.pause(ctx, tx, p); err != nil || !changed {
			return err
		}
		if _, err := l.note(ctx, tx, now, Action{Kind: ActionPause, Who: who}); err != nil {
			return err
		}
		return l.tellPaused(ctx, tx, now, p)
	})
	if err != nil {
		return false, fmt.Errorf("pause all: %w", err)
	}
	return changed, nil
}
