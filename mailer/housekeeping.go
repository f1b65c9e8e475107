package mailer

import (
	"context"
	"time"

	"dailytip/ledger"
)

// What is claimed by nobody who lives, or can't be claimed any more, is ended here. The
// scheduler ends what expires.

// takeOver deals with what was claimed before this process began, and has all that is
// paused tried at once: whoever starts the program again has mended something. Nothing
// is claimed before that is done, so that it can be tried until it is. It reports
// whether it's done.
func (d *dispatcher) takeOver(ctx context.Context, now time.Time) bool {
	shared, err := d.Ledger.Clock(ctx, now)
	if err == nil {
		err = d.recoverClaims(ctx, shared)
	}
	if err == nil {
		err = d.Ledger.ProbeNow(ctx, now)
	}
	if err != nil {
		d.lost(now, err)
	}
	d.tookOver = err == nil
	return d.tookOver
}

// recoverClaims puts what dead processes have claimed back into the queue. Where no other
// process may send, all claims are a dead one's, as long as this one has made none;
// else a claim is lost when its node was silent for a lease.
func (d *dispatcher) recoverClaims(ctx context.Context, shared time.Time) error {
	lease := d.pace.lease
	if d.Exclusive {
		lease = ledger.NoLease
	}
	n, err := d.Ledger.Recover(ctx, shared, lease, d.hold())
	if n > 0 {
		d.Log.Warn("mails are in doubt: the process that had claimed them ended, or lost the database, before it recorded the relay's reply; they're sent again under the same Message-ID, or wait for you where in_doubt is hold, or when it was the fourth time", "count", n)
	}
	return err
}

// finishCancelled ends what a cancelled edition got back since, was opened for a later
// zone, or was left by a command that was cut off.
func (d *dispatcher) finishCancelled(ctx context.Context, now time.Time) {
	if _, err := d.Ledger.FinishCancelled(ctx, now); err != nil {
		d.Log.Debug("ending what is left of cancelled editions", "error", err) // the next exchange will say what is wrong
	}
}
