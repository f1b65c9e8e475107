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
	return x.job.Owner == t.owner && (m.exclusive || clock().Before(t.until))
}

// beat says that this node is alive, looks for claims of nodes that have died, and
// takes its share of the relays: what they allow holds for the sum of the nodes.
func (d *dispatcher) beat(ctx context.Context) {
	if d.exclusive {
		return
	}
	now := clock()
	t := *d.tenure.Load()
	if now.After(t.until) {
		t.owner = newOwner()
	}
	shared, err := d.ledger.Clock(ctx, now)
	if err != nil {
		d.lost(now, err)
		return
	}
	d.compareClocks(now, shared)
	p, err := d.ledger.Beat(ctx, shared, t.owner, missedBeats*d.pace.beat)
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
		d.log.Warn("this machine's clock differs from the database's, so mails may go out at a wrong time; set both by NTP", "ahead", apart)
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
		d.log.Info("the number of nodes that send from this database has changed; each takes its share of the relays", "nodes", p.Nodes)
	}
	d.place = p
	for _, l := range d.relays {
		l.concurrency.share(p.Share(l.Connections))
		if l.Rate > 0 {
			l.limit.SetLimitAt(now, rate.Limit(l.Rate/float64(p.Nodes)))
		}
		if !l.concurrency.used() {
			d.drain(ctx, l)
		}
	}
	d.domains.share(p)
}

// missedBeats is how many of them make a node count as gone: others then take
// its share. What it has claimed is its own for the rest of its lease.
const missedBeats = 3

// provide reserves for relays with a day's total, and returns how many mails may
// be claimed at all: none when every relay's is used up.
func (d *dispatcher) provide(ctx context.Context, now time.Time) (room int, err error) {
	date, limited := utcDate(now), true
	for _, l := range d.relays {
		if !l.concurrency.used() {
			continue
		}
		if l.quota.limit == 0 {
			limited = false
			continue
		}
		if want := l.quota.wants(date, d.inFlight); want > 0 {
			granted, err := d.ledger.Reserve(ctx, l.Name, date, want, l.quota.limit)
			if err != nil {
				return 0, err
			}
			if l.quota.got(date, want, granted) {
				d.log.Warn("a relay's daily_limit is used up; what it can't take goes through another, or waits for the next day (UTC) while give_up_after allows it",
					"relay", l.Name, "daily_limit", l.quota.limit, "day", date)
			}
		}
		room += l.quota.atHand()
	}
	if !limited {
		return d.inFlight, nil
	}
	return max(room-d.busy(), 0), nil
}

// handBack returns what was reserved and not used, and leaves the nodes.
func (d *dispatcher) handBack(ctx context.Context) {
	for _, l := range d.relays {
		if date, left := l.quota.rest(); left > 0 {
			if err := d.ledger.Return(ctx, l.Name, date, left); err != nil {
				d.log.Debug("returning what a relay didn't use", "relay", l.Name, "error", err)
			}
		}
	}
	if err := d.ledger.Leave(ctx, d.owner()); err != nil {
		d.log.Debug("leaving the nodes", "error", err)
	}
}

// drain takes back what waits for a relay's connections.
func (d *dispatcher) drain(ctx context.Context, l *upstream) {
	for {
		select {
		case x := <-l.queue:
			x.untried = true
			d.take(ctx, x)
		default:
			return
		}
	}
}

var alone = ledger.Place{Nodes: 1}
