package mailer

import (
	"context"
	"time"

	"dailytip/ledger"
)

const (
	poll      = time.Second      // how soon work of another process is seen
	lease     = time.Minute      // how long a silent node keeps its claims
	renewal   = lease / 3        //
	lastWords = 10 * time.Second // for recording when the context has ended
)

// dispatcher is the state of one Run: what is claimed, and what happened to it
// that isn't committed yet.
type dispatcher struct {
	*Mailer
	outstanding map[ledger.Key]ledger.Job
	outcomes    []ledger.Outcome // to be recorded with the next exchange
	broken      time.Time        // since when the ledger can't be written; zero: it can
	idle        bool             // the last exchange found nothing to claim
}

// dispatch is the one goroutine that writes: it records outcomes and claims the
// next page in the same transaction. While a transaction is under way further
// results gather, so commits grow as the load does.
func (m *Mailer) dispatch(ctx context.Context) error {
	d := &dispatcher{Mailer: m, outstanding: map[ledger.Key]ledger.Job{}}
	defer close(m.ready)
	d.begin(ctx)
	polling := time.NewTicker(poll)
	defer polling.Stop()
	renewing := time.NewTicker(renewal)
	defer renewing.Stop()
	for {
		select {
		case <-ctx.Done():
			d.end(ctx)
			return nil
		case <-m.wake:
			d.idle = false
		case <-polling.C:
			d.idle = false
			d.readPauses(ctx)
		case r := <-m.results:
			d.take(ctx, r)
			d.drain(ctx)
		case <-renewing.C:
			d.renew(ctx)
			continue
		}
		d.exchange(ctx)
	}
}

// begin takes over what a dead process left, and learns what is paused.
func (d *dispatcher) begin(ctx context.Context) {
	n, err := d.ledger.Recover(ctx, clock(), d.hold(), d.exclusive)
	switch {
	case err != nil:
		d.log.Error("can't look for mails in doubt", "error", err)
	case n > 0:
		d.log.Warn("mails in doubt: the last process ended before their answer was seen", "count", n)
	}
	d.readPauses(ctx)
}

func (d *dispatcher) drain(ctx context.Context) {
	for {
		select {
		case r := <-d.results:
			d.take(ctx, r)
		default:
			return
		}
	}
}

// exchange records and claims. When the ledger can't be written the outcomes are
// kept and nothing is claimed: without a ledger nothing goes out.
func (d *dispatcher) exchange(ctx context.Context) {
	// What these outcomes free may be claimed in the same transaction.
	want := d.inFlight - len(d.outstanding) + len(d.outcomes)
	// A handful of free places isn't worth a query of its own while others
	// are still on their way.
	if len(d.outstanding) > 0 && want < d.inFlight/4 || d.idle {
		want = 0
	}
	if len(d.outcomes) == 0 {
		if want <= 0 {
			return
		}
		if work, err := d.ledger.Waiting(ctx, clock()); err == nil && !work {
			d.settle(ctx)
			return
		}
	}
	jobs, err := d.ledger.Exchange(ctx, clock(), d.outcomes, ledger.Claiming{Owner: d.owner, Lease: lease, Limit: want})
	if err != nil {
		d.lost(ctx, err)
		return
	}
	if !d.broken.IsZero() {
		d.log.Info("the ledger can be written again", "after", clock().Sub(d.broken).Round(time.Second))
		d.broken = time.Time{}
	}
	for _, o := range d.outcomes {
		delete(d.outstanding, o.Job.Key)
	}
	d.outcomes = nil
	d.idle = want > 0 && len(jobs) == 0
	for _, job := range jobs {
		d.outstanding[job.Key] = job
		d.ready <- job // never blocks: it holds as much as may be outstanding
	}
	d.settle(ctx)
}

// lost says once that the ledger can't be written, and waits a moment.
func (d *dispatcher) lost(ctx context.Context, err error) {
	if ctx.Err() != nil {
		return
	}
	if d.broken.IsZero() {
		d.broken = clock()
		d.log.Error("the ledger can't be written; sending waits until it can", "error", err, "unrecorded", len(d.outcomes))
	}
	select {
	case <-ctx.Done():
	case <-time.After(poll):
	}
}

func (d *dispatcher) renew(ctx context.Context) {
	now := clock()
	if len(d.outstanding) > 0 {
		if err := d.ledger.Renew(ctx, now, ledger.Claiming{Owner: d.owner, Lease: lease}); err != nil && ctx.Err() == nil {
			d.log.Error("can't renew the claims of this process", "error", err)
			return
		}
	}
	// Beside other nodes, one of them may have died.
	if n, err := d.ledger.Recover(ctx, now, d.hold(), false); err == nil && n > 0 {
		d.log.Warn("mails in doubt: another node's claims ran out", "count", n)
	}
}

// end gives back what no worker has begun, waits for what is on the wire and
// records it all.
func (d *dispatcher) end(ctx context.Context) {
	for begun := false; !begun; {
		select {
		case job := <-d.ready:
			d.outcomes = append(d.outcomes, ledger.Outcome{Job: job, State: ledger.Pending, NextAt: job.OpenedAt})
			delete(d.outstanding, job.Key)
		default:
			begun = true
		}
	}
	quiet, cancel := context.WithTimeout(context.WithoutCancel(ctx), wireGrace+lastWords)
	defer cancel()
	for len(d.outstanding) > d.held()+d.answered() {
		select {
		case r := <-d.results:
			d.take(quiet, r)
			continue
		case <-time.After(wireGrace + time.Second):
		}
		break
	}
	d.flush()
	if len(d.outcomes) == 0 {
		return
	}
	if _, err := d.ledger.Exchange(quiet, clock(), d.outcomes, ledger.Claiming{Owner: d.owner}); err != nil {
		d.log.Error("the last outcomes can't be recorded; those mails are in doubt", "error", err, "count", len(d.outcomes))
	}
}

// answered counts the outstanding mails whose outcome waits to be recorded.
func (d *dispatcher) answered() int {
	n := 0
	for _, o := range d.outcomes {
		if _, ok := d.outstanding[o.Job.Key]; ok {
			n++
		}
	}
	return n
}
