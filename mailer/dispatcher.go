package mailer

import (
	"context"
	"time"

	"dailytip/ledger"
)

// writeTime bounds one look at the ledger or one transaction. A stop doesn't cut
// a transaction short: whether it was committed would be unknown. It's longer than
// SQLite waits for another process's lock, so that the log can tell of that.
const writeTime = 20 * time.Second

// dispatcher is the state of one Run: what is claimed, and what happened to it
// that isn't committed yet. One goroutine uses it.
type dispatcher struct {
	*Mailer
	outstanding map[ledger.Key]struct{} // claimed; a claim's outcome isn't committed
	outcomes    []ledger.Outcome        // to be recorded with the next exchange
	breakers    map[circuit]*breaker
	tookOver    bool                        // what was claimed before the start is dealt with; until then nothing is claimed
	paused      map[string]ledger.PauseInfo // by scope
	logged      map[string]bool             // complaints that were logged
	broken      time.Time                   // since when the ledger fails; zero: it works
	retryAt     time.Time                   // a ledger that failed is left alone until then
	idle        bool                        // the last look found nothing to claim
	keepBusy    int                         // mails on their way that keep all connections busy
	place       ledger.Place                // among the nodes; zero: not known yet
	emptied     []*message                  // room for what comes back
	journal     journal
}

func (m *Mailer) dispatcher() *dispatcher {
	d := &dispatcher{
		Mailer: m, outstanding: map[ledger.Key]struct{}{}, breakers: map[circuit]*breaker{},
		paused: map[string]ledger.PauseInfo{}, logged: map[string]bool{},
		journal: journal{ledger: m.Ledger, log: m.Log, out: m.Out},
	}
	for _, u := range m.relays {
		d.keepBusy += u.Connections + (u.Connections+1)/2 // one on the wire each, and for every other one to follow it
	}
	return d
}

// dispatch is the one goroutine that writes: it records outcomes and claims the
// next page in the same transaction. Meanwhile further outcomes gather, so
// commits grow as the load does.
func (d *dispatcher) dispatch(ctx context.Context) {
	bounded(ctx, d.begin)
	polling := time.NewTicker(d.pace.poll)
	defer polling.Stop()
	beating := time.NewTicker(d.pace.beat)
	defer beating.Stop()
	gathering := time.NewTimer(d.pace.gather)
	defer gathering.Stop()
	unbroken := context.WithoutCancel(ctx)
	for ctx.Err() == nil {
		d.over.wakeAt(d.missing())
		select {
		case <-ctx.Done():
		case <-d.wake:
			d.idle = false
			bounded(ctx, d.exchange)
		case <-polling.C:
			d.idle = false
			bounded(ctx, d.poll)
		case <-d.over.ready:
			if d.takeAll(unbroken); d.missing() <= 0 {
				bounded(ctx, d.exchange)
			}
		case <-gathering.C:
			if d.takeAll(unbroken); len(d.outcomes) > 0 {
				bounded(ctx, d.exchange)
			}
		case <-beating.C:
			bounded(ctx, d.beat)
		}
		if len(d.outstanding) > 0 {
			gathering.Reset(d.pace.gather)
		}
	}
	d.end(ctx)
}

// poll sees what another process has changed.
func (d *dispatcher) poll(ctx context.Context) {
	d.readPauses(ctx)
	d.exchange(ctx)
	d.finishCancelled(ctx, clock())
	d.journal.look(ctx, clock())
}

func bounded(ctx context.Context, f func(context.Context)) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeTime)
	defer cancel()
	f(ctx)
}

// begin takes over what a dead process left, and learns what is paused.
func (d *dispatcher) begin(ctx context.Context) {
	d.takeOver(ctx, clock())
	d.readPauses(ctx)
	d.beat(ctx)
}

// lost says once that the ledger fails, and leaves it alone for a moment.
func (d *dispatcher) lost(now time.Time, err error) {
	d.retryAt = now.Add(d.pace.poll)
	if d.broken.IsZero() {
		d.broken = now
		d.Log.Error("the ledger can't be read or written; sending waits until it can, and nothing is lost", "error", err, "unrecorded", len(d.outcomes))
	}
}

// recall takes back what waits for a connection: the context has ended, so none
// begins another, but one that waits for the relay can't say so.
func (d *dispatcher) recall(ctx context.Context) {
	close(d.claimed)
	d.composers.Wait()
	for _, u := range d.relays {
		d.drain(ctx, u)
	}
}

// end gives back what no connection has begun and what circuit breakers hold, waits for
// what is on the wire, and records it all.
func (d *dispatcher) end(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), d.pace.wire+writeTime)
	defer cancel()
	now := clock()
	d.recall(ctx)
	wire := time.NewTimer(d.pace.wire + time.Second) // the relays give up first
	defer wire.Stop()
	d.over.wakeAt(1)
	for over := false; !over && d.busy() > 0; {
		select {
		case <-d.over.ready:
			d.takeAll(ctx)
		case <-wire.C:
			over = true
		}
	}
	for c, b := range d.breakers {
		d.putBackUntil(now, c, b.waiting)
		b.waiting = nil
	}
	d.recordLast(ctx)
	if n := d.busy(); n > 0 {
		d.Log.Warn("the relay didn't answer in time; those mails are in doubt and dealt with at the next start", "count", n)
	}
	d.handBack(ctx)
}

// recordLast records what is known, for as long as it may take.
func (d *dispatcher) recordLast(ctx context.Context) {
	for len(d.outcomes) > 0 {
		_, err := d.commit(ctx, clock(), 0)
		if err == nil {
			break
		}
		d.lost(clock(), err)
		select {
		case <-time.After(d.pace.poll):
			continue
		case <-ctx.Done():
		}
		d.Log.Error("the last outcomes can't be recorded; those mails are in doubt and dealt with at the next start", "error", err, "count", len(d.outcomes))
		return
	}
}
