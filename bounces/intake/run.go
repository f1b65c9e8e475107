package intake

import (
	"context"
	"time"
)

// lookAgain is how often Run looks.
const lookAgain = time.Minute

// Run forgets what has been kept long enough, tells the operator of editions of which
// too much comes back, and pauses newsletters whose mails do for a fault of ours, until
// its context ends.
func (t *Taker) Run(ctx context.Context) error {
	tick := time.NewTicker(lookAgain)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			now := time.Now() //nolint:forbidigo // Run reads the clock
			if err := t.Look(ctx, now); err != nil && ctx.Err() == nil {
				t.Log.WarnContext(ctx, "what came back can't be looked after; the next try is in a minute", "error", err)
			}
		}
	}
}

// Look does once what Run does.
func (t *Taker) Look(ctx context.Context, now time.Time) error {
	if err := t.tellDoors(ctx, now); err != nil {
		return err
	}
	if err := t.Ledger.PauseForReturns(ctx, now); err != nil {
		return err
	}
	if err := t.Ledger.TellRates(ctx, now, t.AlertBounces, t.AlertComplaints); err != nil {
		return err
	}
	if more, err := t.prune(ctx, now); err != nil || more {
		return err
	}
	return t.List.PruneBounces(ctx, now)
}
