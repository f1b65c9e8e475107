package ledger

import (
	"context"
	"time"
)

// Clock is the time by which nodes are seen and leases end. It is the database's,
// not the machine's: a node whose clock is fast would take the others for dead, and
// send again what they have on the wire. now is what this machine's clock shows.
func (l *Ledger) Clock(ctx context.Context, now time.Time) (time.Time, error) {
	return l.db.Clock(ctx, now)
}
