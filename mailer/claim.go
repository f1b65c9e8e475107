package mailer

import (
	"context"
	"time"

	"dailytip/ledger"
)

// exchange records and claims, until there's nothing more to record.
func (d *dispatcher) exchange(ctx context.Context) {
	more := true
	for more {
		more = d.page(ctx) && d.settle(ctx)
	}
}

// missing is how many more outcomes make a commit worthwhile. A commit costs as much
// as handing over a dozen mails, so outcomes gather while the connections have
// enough to do, but hardly longer than pace.gather.
func (d *dispatcher) missing() int {
	return min(d.busy()-d.keepBusy, largestCommit-len(d.outcomes))
}

// largestCommit bounds how long one commit keeps others from writing: about
// 5 ms on SQLite.
const largestCommit = 400

// busy counts the mails that a connection has, or will have.
func (d *dispatcher) busy() int { return len(d.outstanding) - len(d.outcomes) - d.suspected() }

// page makes one exchange. It reports false when the ledger fails: then the
// outcomes are kept and nothing is claimed, for without a ledger nothing goes
// out.
func (d *dispatcher) page(ctx context.Context) bool {
	now := clock()
	if now.Before(d.retryAt) || !d.tookOver && !d.takeOver(ctx, now) {
		return false
	}
	// What these outcomes free may be claimed in the same transaction.
	want := max(d.InFlight-len(d.outstanding)+len(d.outcomes), 0)
	if d.idle {
		want = 0
	}
	if len(d.outcomes) == 0 {
		if want == 0 {
			return true
		}
		// Looking is cheaper than claiming: it takes no lock.
		if work, err := d.Ledger.Waiting(ctx, now); err == nil && !work {
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
	jobs, err := d.commit(ctx, now, want)
	if err != nil {
		d.lost(now, err)
		return false
	}
	d.idle = want > 0 && len(jobs) == 0 || d.idle
	for _, job := range jobs {
		d.start(now, job)
	}
	return true
}

// start sends a mail on its way, unless its recipient's domain has had enough. It
// never blocks: each queue holds as much as may be outstanding.
func (d *dispatcher) start(now time.Time, job ledger.Job) {
	d.outstanding[job.Key] = struct{}{}
	if next, ok := d.domains.admit(now, job); !ok {
		d.outcomes = append(d.outcomes, ledger.Outcome{
			Job: job, State: ledger.Pending, NextAt: next, Reply: ledger.Reply{Text: "it waits for its turn: domains: limits how much its recipient's domain gets"},
		})
		return
	}
	x := d.messages.take(job)
	if d.Sign != nil {
		d.claimed <- x
	} else if !d.route(d.relays[0], x) {
		d.untried(x)
	}
}

// commit records the outcomes and claims.
func (d *dispatcher) commit(ctx context.Context, now time.Time, want int) ([]ledger.Job, error) {
	if !d.broken.IsZero() {
		// The transaction that failed may have been committed all the same, and
		// have claimed what we don't know of.
		known := func(k ledger.Key) bool { _, ok := d.outstanding[k]; return ok }
		if err := d.Ledger.Disown(ctx, now, d.owner(), known); err != nil {
			return nil, err
		}
	}
	jobs, err := d.Ledger.Exchange(ctx, now, d.outcomes, ledger.Claiming{Owner: d.owner(), Limit: want})
	if err != nil {
		return nil, err
	}
	if !d.broken.IsZero() {
		d.Log.Info("the ledger works again; sending goes on", "after", now.Sub(d.broken).Round(time.Second))
		d.broken = time.Time{}
	}
	for _, o := range d.outcomes {
		delete(d.outstanding, o.Job.Key)
	}
	clear(d.outcomes)
	d.outcomes = d.outcomes[:0]
	return jobs, nil
}
