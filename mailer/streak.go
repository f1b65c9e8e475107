package mailer

import (
	"context"
	"time"

	"dailytip/ledger"
	"dailytip/verdict"
)

// streak is a row of refusals with nothing accepted in between. One refusal is
// one reader's; a row of them is more likely our fault or the relay's (P4): a
// relay that lost its table of users says of each that they don't exist.
//
// Final outcomes wait here, unrecorded, until it's clear which of the two it is.
// A crash meanwhile leaves them in doubt, and they're simply refused again.
type streak struct {
	counts map[verdict.Verdict]int
	held   []ledger.Outcome
	since  time.Time
}

// longestHold keeps a refusal from waiting for ever for company.
const longestHold = 5 * time.Second

// streak adds a refusal to its scope's row. It reports false when the outcome
// waits in the row.
func (d *dispatcher) streak(ctx context.Context, now time.Time, scope string, r result, o ledger.Outcome) bool {
	s := d.streaks[scope]
	if s == nil {
		s = &streak{counts: map[verdict.Verdict]int{}, since: now}
		d.streaks[scope] = s
	}
	s.counts[r.verdict]++
	limit := min(verdict.PauseAfter(r.answer), d.inFlight)
	hold := o.State == ledger.Failed && limit > 0 && !r.job.Probe
	if hold {
		s.held = append(s.held, o)
	}
	if limit > 0 && s.counts[r.verdict] >= limit {
		d.pause(ctx, now, scope, o.Answer, reason(r))
		for _, h := range s.held { // they're put back: it wasn't about them
			h.State, h.NextAt, h.Dead = ledger.Pending, now, false
			d.outcomes = append(d.outcomes, h)
		}
		delete(d.streaks, scope)
	}
	return !hold
}

// accepted ends the rows and pauses that a newsletter's mail belongs to: what
// was held is as it was said.
func (d *dispatcher) accepted(ctx context.Context, newsletter string) {
	for _, scope := range []string{newsletter, ledger.Relay} {
		d.release(scope)
		d.resume(ctx, scope)
	}
}

func (d *dispatcher) release(scope string) {
	if s := d.streaks[scope]; s != nil {
		d.outcomes = append(d.outcomes, s.held...)
		delete(d.streaks, scope)
	}
}

// settle lets held refusals be recorded once nothing else is on its way that
// could tell more, or when they have waited long enough.
func (d *dispatcher) settle(ctx context.Context) {
	held := d.held()
	if held == 0 {
		return
	}
	now := clock()
	for scope, s := range d.streaks {
		if len(d.outstanding) <= held || now.Sub(s.since) > longestHold {
			d.release(scope)
		}
	}
	if len(d.outcomes) > 0 {
		d.exchange(ctx)
	}
}

// held counts the outcomes that wait in rows.
func (d *dispatcher) held() int {
	n := 0
	for _, s := range d.streaks {
		n += len(s.held)
	}
	return n
}

// flush lets all held refusals be recorded.
func (d *dispatcher) flush() {
	for scope := range d.streaks {
		d.release(scope)
	}
}
