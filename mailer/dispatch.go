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
	outstanding map[ledger.Key]struct{}     // claimed; a claim's outcome isn't committed
	ready       []*message                  // those of them that wait for room
	begun       []ledger.Job                // those of them that get some, for the ledger
	outcomes    []ledger.Outcome            // to be recorded with the next exchange
	room        []*message                  // to gather what comes back in
	streaks     map[string]*streak          // by scope
	paused      map[string]ledger.PauseInfo // by scope
	said        map[string]bool             // complaints that were logged
	broken      time.Time                   // since when the ledger fails; zero: it works
	rest        time.Time                   // a ledger that failed is left alone until then
	idle        bool                        // the last look found nothing to claim
	enough      int                         // mails on their way that keep all connections busy
	place       ledger.Place                // among the nodes; zero: not known yet
	journal     journal
}

// dispatch is the one goroutine that writes: it records outcomes and claims the
// next page in the same transaction. Meanwhile further results gather, so
// commits grow as the load does.
func (m *Mailer) dispatch(ctx context.Context) {
	d := &dispatcher{
		Mailer: m, outstanding: map[ledger.Key]struct{}{}, streaks: map[string]*streak{},
		paused: map[string]ledger.PauseInfo{}, said: map[string]bool{},
		journal: journal{ledger: m.ledger, log: m.log},
	}
	for _, l := range m.relays {
		d.enough += 2 * l.Connections // one on the wire and one to follow it
	}
	bounded(ctx, d.begin)
	polling := time.NewTicker(m.pace.poll)
	defer polling.Stop()
	renewing := time.NewTicker(m.pace.lease / 3)
	defer renewing.Stop()
	beating := time.NewTicker(m.pace.beat)
	defer beating.Stop()
	gathering := time.NewTimer(time.Hour)
	defer gathering.Stop()
	gathering.Stop()
	unbroken := context.WithoutCancel(ctx)
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-m.wake:
			d.idle = false
			d.collect(unbroken)
			bounded(ctx, d.exchange)
		case <-polling.C:
			d.idle = false
			d.collect(unbroken)
			bounded(ctx, func(ctx context.Context) {
				d.readPauses(ctx)
				d.exchange(ctx)
				d.journal.look(ctx, clock())
			})
		case <-m.returns.ready:
			if d.collect(unbroken); !d.worthwhile() {
				m.returns.expect(d.missing())
				continue // what came waits for company, as long as what came before it
			}
			bounded(ctx, d.exchange)
		case <-gathering.C:
			if d.collect(unbroken); len(d.outcomes) > 0 {
				bounded(ctx, d.exchange)
			}
		case <-renewing.C:
			bounded(ctx, d.renew)
		case <-beating.C:
			bounded(ctx, d.beat)
		}
		if len(d.outstanding) > d.held() {
			m.returns.expect(d.missing())
			gathering.Reset(m.pace.gather)
		}
	}
	d.end(ctx)
}

func bounded(ctx context.Context, f func(context.Context)) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeTime)
	defer cancel()
	f(ctx)
}

// begin takes over what a dead process left, and learns what is paused. Whoever
// restarts the program has mended something, so pauses are tried at once.
func (d *dispatcher) begin(ctx context.Context) {
	now := clock()
	n, err := d.ledger.Recover(ctx, now, d.hold(), d.exclusive)
	if err == nil {
		err = d.ledger.ProbeNow(ctx, now)
	}
	if err != nil {
		d.lost(now, err)
	}
	if n > 0 {
		d.log.Warn("mails are in doubt: the last process ended before it saw the relay's answer; they're sent again under the same Message-ID, or wait for you where in_doubt is hold", "count", n)
	}
	d.readPauses(ctx)
	d.beat(ctx)
}

// collect takes what has come back.
func (d *dispatcher) collect(ctx context.Context) {
	d.room = d.returns.take(d.room)
	for i, x := range d.room {
		d.take(ctx, x)
		d.room[i] = nil
	}
}

// exchange records and claims, until there's nothing more to record.
func (d *dispatcher) exchange(ctx context.Context) {
	more := true
	for more {
		more = d.page(ctx) && d.settle()
	}
}

// worthwhile tells whether to commit what has come back. A commit costs as much
// as handing over a dozen mails, so results gather: while the connections have
// enough to do, but hardly longer than pace.gather.
func (d *dispatcher) worthwhile() bool { return d.missing() <= 0 }

// missing is how many more mails must come back before a commit is worthwhile.
func (d *dispatcher) missing() int {
	return min(largestCommit-len(d.outcomes), d.busy()-d.enough)
}

// largestCommit bounds how long one commit keeps others from writing: about
// 5 ms on SQLite.
const largestCommit = 400

// busy counts the mails that a worker has, or will have.
func (d *dispatcher) busy() int { return d.underWay() - len(d.outcomes) - d.held() }

// page makes one exchange. It reports false when the ledger fails: then the
// outcomes are kept and nothing is claimed, for without a ledger nothing goes
// out.
func (d *dispatcher) page(ctx context.Context) bool {
	now := clock()
	if now.Before(d.rest) {
		return false
	}
	// What these outcomes free may be claimed in the same transaction.
	want := max(d.inFlight-d.underWay()+len(d.outcomes)-len(d.ready), 0)
	if d.idle {
		want = 0
	}
	if len(d.outcomes) == 0 {
		if want == 0 {
			return true
		}
		// Looking is cheaper than claiming: it takes no lock.
		if work, err := d.ledger.Waiting(ctx, now); err == nil && !work {
			d.idle = true
			return true
		}
	}
	if want > 0 {
		room, err := d.provide(ctx, now)
		if err != nil {
			d.lost(now, err)
			return false
		}
		want = min(want, room)
	}
	if want == 0 && len(d.outcomes) == 0 {
		return true
	}
	together := len(d.outcomes)
	jobs, err := d.commit(ctx, now, ledger.Claiming{Limit: want, Begin: d.next()})
	if err != nil {
		d.lost(now, err)
		return false
	}
	d.idle = want > 0 && len(jobs) == 0 || d.idle
	d.keep(now, jobs)
	d.startReady(now)
	d.lookAhead(ctx, now, together)
	return true
}

// start sends a mail on its way. It never blocks: each queue holds as much as
// may be outstanding.
func (d *dispatcher) start(x *message) {
	if d.sign != nil {
		d.claimed <- x
	} else if !d.route(d.relays[0], x) {
		d.untried(x)
	}
}

// commit records the outcomes and claims.
func (d *dispatcher) commit(ctx context.Context, now time.Time, c ledger.Claiming) ([]ledger.Job, error) {
	if !d.broken.IsZero() {
		// The transaction that failed may have been committed all the same, and
		// have claimed what we don't know of.
		known := func(k ledger.Key) bool { _, ok := d.outstanding[k]; return ok }
		if err := d.ledger.Disown(ctx, now, d.owner, known); err != nil {
			return nil, err
		}
	}
	c.Owner, c.Lease = d.owner, d.pace.lease
	jobs, err := d.ledger.Exchange(ctx, now, d.outcomes, c)
	if err != nil {
		return nil, err
	}
	if !d.broken.IsZero() {
		d.log.Info("the ledger works again; sending goes on", "after", now.Sub(d.broken).Round(time.Second))
		d.broken = time.Time{}
	}
	for _, o := range d.outcomes {
		delete(d.outstanding, o.Job.Key)
	}
	clear(d.outcomes)
	d.outcomes = d.outcomes[:0]
	return jobs, nil
}

// lost says once that the ledger fails, and leaves it alone for a moment.
func (d *dispatcher) lost(now time.Time, err error) {
	d.rest = now.Add(d.pace.poll)
	if d.broken.IsZero() {
		d.broken = now
		d.log.Error("the ledger can't be read or written; sending waits until it can, and nothing is lost", "error", err, "unrecorded", len(d.outcomes))
	}
}

// renew keeps this node's claims, and looks for those of a node that died.
func (d *dispatcher) renew(ctx context.Context) {
	now := clock()
	if len(d.outstanding) > 0 {
		if err := d.ledger.Renew(ctx, now, ledger.Claiming{Owner: d.owner, Lease: d.pace.lease}); err != nil {
			d.lost(now, err)
			return
		}
		if now.UnixMilli() >= d.heldUntil.Load() {
			// Nobody can have taken what was claimed within a lease of here.
			d.heldSince.Store(clock().Add(-d.pace.lease).UnixMilli())
		}
		d.heldUntil.Store(now.Add(d.pace.lease).UnixMilli())
	}
	n, err := d.ledger.Recover(ctx, now, d.hold(), false)
	switch {
	case err != nil:
		d.lost(now, err)
	case n > 0:
		d.log.Warn("mails are in doubt: another node has died, or lost the database, before it recorded them; they're sent again under the same Message-ID, or wait for you where in_doubt is hold", "count", n)
	}
}

// recall takes back what waits for a connection: the context has ended, so none
// begins another, but one that waits for the relay can't say so.
func (d *dispatcher) recall(ctx context.Context) {
	close(d.claimed)
	d.composers.Wait()
	for _, l := range d.relays {
		d.drain(ctx, l)
	}
}

// end gives back what no connection has begun and what waits in rows, waits for
// what is on the wire, and records it all.
func (d *dispatcher) end(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), d.pace.wire+writeTime)
	defer cancel()
	now := clock()
	for _, x := range d.ready {
		x.untried = true
		d.take(ctx, x)
	}
	d.ready = nil
	d.recall(ctx)
	wire := time.NewTimer(d.pace.wire + time.Second) // the relays give up first
	defer wire.Stop()
	for over := false; !over; {
		d.returns.expect(1)
		if d.collect(ctx); d.busy() <= 0 {
			break
		}
		select {
		case <-d.returns.ready:
		case <-wire.C:
			over = true
		}
	}
	for scope := range d.streaks {
		d.putBack(now, scope)
	}
	d.recordLast(ctx)
	if n := d.busy(); n > 0 {
		d.log.Warn("the relay didn't answer in time; those mails are in doubt and dealt with at the next start", "count", n)
	}
	d.handBack(ctx)
}

// recordLast records what is known, for as long as it may take.
func (d *dispatcher) recordLast(ctx context.Context) {
	for len(d.outcomes) > 0 {
		_, err := d.commit(ctx, clock(), ledger.Claiming{})
		if err == nil {
			break
		}
		d.lost(clock(), err)
		select {
		case <-time.After(d.pace.poll):
			continue
		case <-ctx.Done():
		}
		d.log.Error("the last outcomes can't be recorded; those mails are in doubt and dealt with at the next start", "error", err, "count", len(d.outcomes))
		return
	}
}
