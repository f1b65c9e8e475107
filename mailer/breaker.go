package mailer

import (
	"context"
	"time"

	"dailytip/ledger"
	"dailytip/verdict"
)

// breaker is a circuit breaker: it counts refusals with nothing accepted in
// between. One refusal is one reader's; a streak of them is more likely our fault or
// the relay's (P4): a relay that lost its table of users says of each that they
// don't exist.
//
// Final outcomes wait here, unrecorded, until it's clear which of the two it is.
// They keep their places among in_flight; a crash leaves them in doubt, and
// they're simply refused again.
type breaker struct {
	counts     map[verdict.Verdict]int
	unrecorded []ledger.Outcome
}

// refused adds a refusal to its scope's row, and pauses the scope when the row is
// long enough.
func (d *dispatcher) refused(ctx context.Context, now time.Time, w ruling, r *message, o ledger.Outcome) {
	s := d.breakers[w.scope]
	if s == nil {
		s = &breaker{counts: map[verdict.Verdict]int{}}
		d.breakers[w.scope] = s
	}
	if o.State == ledger.Failed {
		s.unrecorded = append(s.unrecorded, o)
	} else {
		d.outcomes = append(d.outcomes, o)
	}
	if s.counts[r.verdict]++; s.counts[r.verdict] >= w.limit {
		d.pause(ctx, now, w.scope, o.Reply, reason(r))
		d.putBack(now, w.scope)
	}
}

// putBack ends a row whose refusals weren't about the readers.
func (d *dispatcher) putBack(now time.Time, scope string) {
	if s := d.breakers[scope]; s != nil {
		for _, o := range s.unrecorded {
			o.State, o.NextAt, o.Dead = ledger.Pending, now, false
			d.outcomes = append(d.outcomes, o)
		}
	}
	delete(d.breakers, scope)
}

// release lets a streak of refusals be recorded as they were said.
func (d *dispatcher) release(s *breaker) {
	d.outcomes = append(d.outcomes, s.unrecorded...)
	s.unrecorded = nil
}

// accepted ends the rows and pauses that a mail belongs to.
func (d *dispatcher) accepted(ctx context.Context, scope string) {
	for _, scope := range []string{scope, ledger.Relay} {
		if s := d.breakers[scope]; s != nil {
			d.release(s)
			delete(d.breakers, scope)
		}
		d.resume(ctx, scope)
	}
}

// settle lets the refusals that breakers keep be recorded when nothing is on its
// way, nor waiting, that could tell more: then the rows are over. When they take
// all places, they make room, and the rows are counted on. It reports whether there
// is something to record.
func (d *dispatcher) settle() bool {
	full := d.unrecorded() >= d.inFlight
	if d.busy() > 0 || len(d.outcomes) > 0 || !d.idle && !full {
		return false
	}
	for scope, s := range d.breakers {
		d.release(s)
		if !full {
			delete(d.breakers, scope)
		}
	}
	return len(d.outcomes) > 0
}

// unrecorded counts the refusals that breakers keep.
func (d *dispatcher) unrecorded() int {
	n := 0
	for _, s := range d.breakers {
		n += len(s.unrecorded)
	}
	return n
}
