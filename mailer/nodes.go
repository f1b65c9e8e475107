package mailer

import (
	"context"
	"time"

	"golang.org/x/time/rate"

	"dailytip/ledger"
)

// tenure is the name under which a node claims, and until when what it has claimed
// is its own: a node that couldn't reach the ledger for a lease's time has lost
// all that to the others, and goes on under another name.
type tenure struct {
	owner string
	until time.Time
}

func (m *Mailer) owner() string { return m.tenure.Load().owner }

// ours tells whether a mail is still ours to send.
func (m *Mailer) ours(x *message) bool {
	t := m.tenure.Load()
	return x.job.Owner == t.owner && (m.Exclusive || clock().Before(t.until))
}

// beat says that this node is alive, looks for claims of nodes that have died, and
// takes its share of the relays: what they allow holds for the sum of the nodes.
func (d *dispatcher) beat(ctx context.Context) {
	if d.Exclusive {
		return
	}
	now := clock()
	t := *d.tenure.Load()
	if now.After(t.until) {
		t.owner = newOwner()
	}
	shared, err := d.Ledger.Clock(ctx, now)
	if err != nil {
		d.lost(now, err)
		return
	}
	d.compareClocks(now, shared)
	p, err := d.Ledger.Beat(ctx, shared, t.owner, missedBeats*d.pace.beat)
	if err != nil {
		d.lost(now, err)
		return
	}
	d.tenure.Store(&tenure{t.owner, now.Add(d.pace.lease)})
	if err := d.recoverClaims(ctx, shared); err != nil {
		d.lost(now, err)
		return
	}
	d.takeShare(ctx, now, p)
}

// skew is how far this machine's clock may be from the database's unmentioned; less
// than that a busy machine takes to ask.
const skew = 10 * time.Second

// compareClocks says once that this machine's clock is wrong, or the database's.
// Leases don't depend on it, for they go by the database's alone; but each daemon
// opens editions by its own.
func (d *dispatcher) compareClocks(own, shared time.Time) {
	apart := own.Sub(shared).Round(time.Second)
	if apart.Abs() < skew {
		delete(d.logged, "clock")
		return
	}
	if !d.logged["clock"] {
		d.logged["clock"] = true
		d.Log.Warn("this machine's clock differs from the database's, so mails may go out at a wrong time; set both by NTP", "ahead", apart)
	}
}

// takeShare changes what this node may use of the relays when the number of nodes
// has changed.
func (d *dispatcher) takeShare(ctx context.Context, now time.Time, p ledger.Place) {
	if d.place.Nodes == 0 && p.Nodes > 1 {
		// The others learn of us at their next beat.
		d.retryAt = now.Add(d.pace.beat)
	}
	if p == d.place {
		return
	}
	if d.place.Nodes != 0 || p.Nodes > 1 {
		d.Log.Info("the number of nodes that send from this database has changed; each takes its share of the relays", "nodes", p.Nodes)
	}
	d.place = p
	for _, u := range d.relays {
		u.concurrency.share(shareOf(u.Connections, p))
		if u.Rate > 0 {
			u.limit.SetLimitAt(now, rate.Limit(u.Rate/float64(p.Nodes)))
		}
		if !u.concurrency.used() {
			d.drain(ctx, u)
		}
	}
	d.domains.share(p)
}

// shareOf divides n things among the nodes: all their shares add up to n.
func shareOf(n int, p ledger.Place) int {
	if p.Nodes <= 1 {
		return n
	}
	share := n / p.Nodes
	if p.Rank < n%p.Nodes {
		share++
	}
	return share
}

// missedBeats is how many of them make a node count as gone: others then take
// its share. What it has claimed is its own for the rest of its lease.
const missedBeats = 3

var alone = ledger.Place{Nodes: 1}
