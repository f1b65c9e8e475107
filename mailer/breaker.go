package mailer

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"dailytip/ledger"
	"dailytip/verdict"
)

// breaker is a circuit breaker: it looks at what a relay refuses of a scope with
// nothing accepted in between. One refusal is one reader's; a streak of them, or
// a queue of which nothing is taken, is more likely our fault or the relay's (P4):
// a relay that lost its table of users says of each that they don't exist.
//
// Refusals for good wait here, unrecorded, until it's clear which of the two it is.
// They keep their places among in_flight; a crash leaves them in doubt, and
// they're simply refused again.
type breaker struct {
	weight  int       // of the streak; it ends at tooMuch
	waiting []refusal // in the order in which they came
	taken   int       // how many mails were accepted
	before  int       // taken when the queue was last empty
	broken  int       // how often in a row the relay was avoided; a restart forgets it, and tries the relay sooner
	dead    string    // the domain of which the relay knows no address, while that is why the scope is paused; "": none
	// undecided are mails whose refusals were put back. When others have been accepted
	// since, they're refused for what they are.
	undecided map[ledger.Key]undecided
}

// undecided is what is remembered of a mail whose refusal was put back.
type undecided struct {
	taken     int       // how many mails had been accepted then
	expiresAt time.Time // nothing is asked of it any more
}

// circuit is what a breaker belongs to: what one relay is given of one scope. The
// relay is "" for what concerns all of them.
type circuit struct{ relay, scope string }

// refusal is an outcome that isn't recorded yet, and what it may turn out to be.
type refusal struct {
	ledger.Outcome
	verdict verdict.Verdict
	at      time.Time // when the reply came
	why     string    // what to tell the operator if it isn't the reader's
}

// The weights of refusals say how few in a row it takes to blame us or the relay
// rather than the readers.
const (
	tooMuch = 20
	atOnce  = tooMuch // it concerns everyone
	ofThree = 7       // what sounds like our fault, once the recipient is known
	ofFive  = 4       // the sender refused for now; conversations that break off
	ofTen   = 2       // one server's refusal: "relay access denied" may sound like one
	ofAll   = 1       // an address that doesn't exist
)

// breaker returns a circuit's breaker.
func (d *dispatcher) breaker(c circuit) *breaker {
	b := d.breakers[c]
	if b == nil {
		b = &breaker{undecided: map[ledger.Key]undecided{}}
		d.breakers[c] = b
	}
	return b
}

// refused adds a refusal to its circuit's streak, and breaks the circuit when that
// is too much.
func (d *dispatcher) refused(ctx context.Context, now time.Time, w ruling, x refusal) {
	b := d.breaker(w.circuit)
	then, again := b.undecided[x.Job.Key]
	delete(b.undecided, x.Job.Key)
	switch {
	case x.State != ledger.Failed:
		b.weight += w.weight
		d.outcomes = append(d.outcomes, x.Outcome)
	case again && then.taken < b.taken && x.verdict != verdict.Ours:
		d.outcomes = append(d.outcomes, x.Outcome)
	default:
		b.weight += w.weight
		b.waiting = append(b.waiting, x)
	}
	// A relay that was avoided has to take a mail first: until then one refusal is enough.
	if b.weight >= tooMuch || b.broken > 0 {
		d.breakCircuit(ctx, now, w.circuit, x)
	}
}

// breakCircuit stops what isn't about the readers: the next relay takes the scope's
// mails, or the scope is paused. Its refusals are put back until then.
func (d *dispatcher) breakCircuit(ctx context.Context, now time.Time, c circuit, x refusal) {
	b := d.breaker(c)
	maps.DeleteFunc(b.undecided, func(_ ledger.Key, u undecided) bool { return u.expiresAt.Before(now) })
	b.dead = deadDomain(b.waiting)
	why := cmp.Or(allDead(b.dead, len(b.waiting)), x.why)
	if d.avoid(ctx, now, c, x.Reply, why) {
		b.dead = ""
	} else {
		d.pause(ctx, now, c.scope, x.Reply, why+heldBack(b.dead))
	}
	d.putBack(now, c, b.waiting...)
	b.waiting, b.weight, b.before = nil, 0, b.taken
}

// avoid keeps a scope's mails from a relay for a while, when there's another that
// may take them.
func (d *dispatcher) avoid(ctx context.Context, now time.Time, c circuit, a ledger.Reply, why string) bool {
	u := d.relay(c)
	if u == nil || u.after(c.scope, now) == nil {
		return false
	}
	b := d.breaker(c)
	until := now.Add(2 * d.pace.probe(c.scope, b.broken)) // past the next try of a paused scope, which is the next relay's
	u.avoid(c.scope, until)
	if b.broken++; b.broken == 1 {
		d.Log.Error("a relay takes nothing of a newsletter, the next one gets its mails: "+why, "newsletter", c.scope, "relay", u.Name, "reply", a.String(), "next_try", until.Format(time.RFC3339))
		d.tell(ctx, now, d.alertAvoided(now, c, a, why))
	}
	return true
}

// relay is the one that a circuit belongs to; nil: all.
func (d *dispatcher) relay(c circuit) *upstream {
	for _, u := range d.relays {
		if u.Name == c.relay {
			return u
		}
	}
	return nil
}

// putBack records refusals as nothing that was said about their mails, which go
// again at the circuit's next try.
func (d *dispatcher) putBack(now time.Time, c circuit, refusals ...refusal) {
	at := now
	if p, paused := d.paused[c.scope]; paused && c.scope != ledger.Relay {
		at = p.ProbeAt
	}
	d.putBackUntil(at, c, refusals)
}

func (d *dispatcher) putBackUntil(at time.Time, c circuit, refusals []refusal) {
	b := d.breaker(c)
	for _, x := range refusals {
		x.HeldBack = x.Dead && x.Job.Kind == "" && x.Job.Email.Domain() == b.dead
		x.State, x.NextAt, x.Dead = ledger.Pending, at, false
		d.outcomes = append(d.outcomes, x.Outcome)
		b.undecided[x.Job.Key] = undecided{b.taken, x.Job.ExpiresAt}
	}
}

// accepted ends the streak and the pauses that a mail belongs to. A mail that was
// under way when others were refused says nothing of what came then: the last ones
// before a quota was used up.
func (d *dispatcher) accepted(ctx context.Context, x *message) {
	delete(d.breakers, circuit{scope: ledger.Relay})
	d.resume(ctx, ledger.Relay)
	scope := scopeOf(x.job)
	b := d.breaker(circuit{x.relay, scope})
	delete(b.undecided, x.job.Key)
	if p, paused := d.paused[scope]; paused && !x.job.Probe && x.began.Before(p.Since) {
		return
	}
	before := slices.IndexFunc(b.waiting, func(r refusal) bool { return !r.at.Before(x.began) })
	if before < 0 {
		before = len(b.waiting)
	}
	for _, r := range b.waiting[:before] {
		d.outcomes = append(d.outcomes, r.Outcome)
	}
	b.waiting, b.weight = b.waiting[before:], 0
	b.taken++
	b.dead = ""
	if b.broken > 0 {
		b.broken = 0
		d.Log.Info("the relay takes the newsletter's mails again", "newsletter", scope, "relay", x.relay)
	}
	d.resume(ctx, scope)
}

// settle decides on the refusals that wait when nothing is on its way, nor waiting,
// that could tell more. When they take all places they make room, and the streaks
// go on. It reports whether there is something to record.
func (d *dispatcher) settle(ctx context.Context) bool {
	if d.busy() > 0 || len(d.outcomes) > 0 || !d.idle && d.suspected() < d.InFlight {
		return false
	}
	now := clock()
	for c, b := range d.breakers {
		suspects := d.believe(c, b)
		b.waiting = nil
		if !d.idle {
			d.putBackUntil(now.Add(d.pace.probe(c.scope, 0)), c, suspects)
			continue
		}
		b.before = b.taken
		if !isNotices(c.scope) { // those come one by one: their streak goes on
			b.weight = 0
		}
		if len(suspects) > 0 {
			b.waiting = suspects
			d.breakCircuit(ctx, now, c, suspects[len(suspects)-1])
		}
	}
	return len(d.outcomes) > 0
}

// believe records the refusals that are the readers' own, and returns the others.
// When the relay has taken something, a refusal is one reader's unless it sounds
// like our fault. So is that of a notice: they come one by one, to addresses that
// strangers type.
func (d *dispatcher) believe(c circuit, b *breaker) (suspects []refusal) {
	for _, x := range b.waiting {
		if x.verdict != verdict.Ours && (b.taken > b.before || isNotices(c.scope)) {
			d.outcomes = append(d.outcomes, x.Outcome)
		} else {
			suspects = append(suspects, x)
		}
	}
	return suspects
}

// suspected counts the refusals that wait in breakers.
func (d *dispatcher) suspected() int {
	n := 0
	for _, b := range d.breakers {
		n += len(b.waiting)
	}
	return n
}
