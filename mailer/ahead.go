package mailer

import (
	"context"
	"time"

	"dailytip/ledger"
)

// While the connections work, the dispatcher claims what they get next. When
// outcomes are committed, and so make room, the next mails can start at once: to
// read them in that same transaction would keep a quick relay waiting.

// underWay counts the mails that take up room: those that were started and
// whose outcome isn't committed.
func (d *dispatcher) underWay() int { return len(d.outstanding) - len(d.ready) }

// keep notes what was claimed.
func (d *dispatcher) keep(now time.Time, jobs []ledger.Job) {
	for _, job := range jobs {
		d.outstanding[job.Key] = struct{}{}
		d.ready = append(d.ready, d.messages.take(job, now))
	}
}

// next returns what can start when the outcomes are committed.
func (d *dispatcher) next() []ledger.Job {
	n := min(d.inFlight-d.underWay()+len(d.outcomes), len(d.ready))
	if n <= 0 {
		return nil
	}
	d.begun = d.begun[:0]
	for _, x := range d.ready[:n] {
		d.begun = append(d.begun, x.job)
	}
	return d.begun
}

// startReady starts as many mails as there is room for.
func (d *dispatcher) startReady(now time.Time) {
	n := min(d.inFlight-d.underWay(), len(d.ready))
	if n <= 0 {
		return
	}
	for _, x := range d.ready[:n] {
		if d.isPaused(x.job) && !x.job.Probe {
			d.outcomes = append(d.outcomes, ledger.Outcome{Job: x.job, State: ledger.Pending, NextAt: now})
			continue
		}
		if turn, ok := d.domains.admit(now, x.job); !ok {
			d.outcomes = append(d.outcomes, ledger.Outcome{
				Job: x.job, State: ledger.Pending, NextAt: turn, Answer: ledger.Answer{Text: "it waits for its turn: domains: limits how much its recipient's domain gets"},
			})
			continue
		}
		d.start(x)
	}
	left := copy(d.ready, d.ready[n:])
	clear(d.ready[left:])
	d.ready = d.ready[:left]
}

func (d *dispatcher) isPaused(job ledger.Job) bool {
	if len(d.paused) == 0 {
		return false
	}
	_, own := d.paused[scopeOf(job)]
	_, all := d.paused[ledger.Relay]
	return own || all
}

// lookAhead claims more than there is room for when so many came back together
// that the next of them would have to wait. A relay that is slow, or limited,
// gets nothing claimed ahead: what is claimed can't be paused or cancelled any
// more.
func (d *dispatcher) lookAhead(ctx context.Context, now time.Time, together int) {
	if d.idle || together < d.enough || len(d.ready) >= together || len(d.paused) > 0 || d.limited() {
		return
	}
	jobs, err := d.commit(ctx, now, ledger.Claiming{Limit: min(2*d.inFlight, largestCommit) - len(d.ready), Ahead: true})
	if err != nil {
		d.lost(now, err)
		return
	}
	d.idle = len(jobs) == 0
	d.keep(now, jobs)
}

// limited tells whether what may be claimed depends on more than room.
func (d *dispatcher) limited() bool {
	for _, l := range d.relays {
		if l.quota.limit > 0 || l.Rate > 0 {
			return true
		}
	}
	return len(d.domains) > 0
}
