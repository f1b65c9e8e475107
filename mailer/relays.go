package mailer

import (
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"dailytip/verdict"
)

// upstream is a relay as the connections see it: while it's down they leave it alone,
// and then one of them tries it for all.
type upstream struct {
	Relay
	limit       *rate.Limiter
	concurrency *concurrency
	quota       *quota
	queue       chan *message // for its connections
	next        *upstream     // takes what this one can't; nil: it's the last

	mu       sync.Mutex
	failures int           // in a row
	failedAt time.Time     // when the last of them was seen
	until    time.Time     // left alone until then
	last     verdict.Reply // what it said then

	avoidUntil map[string]time.Time // by scope, of whose mails it takes nothing
}

func newUpstream(r Relay, inFlight int) *upstream {
	return &upstream{
		Relay: r, limit: limiter(r.Rate), concurrency: newConcurrency(r.Connections),
		quota: &quota{limit: r.DailyLimit}, queue: make(chan *message, inFlight), avoidUntil: map[string]time.Time{},
	}
}

// trying is how long the others wait for the worker that tries a relay.
const trying = time.Minute

// open tells whether the relay may be tried now, and if not, what it said last. Who
// tries it for all gets the instant until which the others wait, for [upstream.undecided].
func (u *upstream) open(now time.Time, probe bool) (try time.Time, last verdict.Reply, ok bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.failures == 0 || probe {
		return time.Time{}, verdict.Reply{}, true
	}
	if now.Before(u.until) {
		return time.Time{}, u.last, false
	}
	u.until = now.Add(trying)
	return u.until, verdict.Reply{}, true
}

// undecided ends a try that has shown neither that the relay works nor that it's
// down: the next mail tries it.
func (u *upstream) undecided(try time.Time) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if !try.IsZero() && u.until.Equal(try) { // else somebody has found out meanwhile
		u.until = time.Time{}
	}
}

// failed puts the relay aside after an attempt that began at an instant. It
// reports whether that is news.
func (u *upstream) failed(began, now time.Time, a verdict.Reply, aside func(failures int) time.Duration) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	if began.Before(u.failedAt) { // several workers find out at once
		return false
	}
	u.failures++
	u.failedAt, u.until, u.last = now, now.Add(aside(u.failures)), a
	return u.failures == 1
}

// worked reports whether the relay had been put aside.
func (u *upstream) worked() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	was := u.failures > 0
	u.failures = 0
	return was
}

// aside tells whether the relay is left alone.
func (u *upstream) aside() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.failures > 0
}

// avoid keeps a scope's mails from the relay until an instant.
func (u *upstream) avoid(scope string, until time.Time) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.avoidUntil[scope] = until
}

// avoidedBy tells whether a scope's mails are kept from the relay just now.
func (u *upstream) avoidedBy(scope string, now time.Time) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return now.Before(u.avoidUntil[scope])
}

// after returns the next relay after this one that may take a scope's mails; nil:
// there's none.
func (u *upstream) after(scope string, now time.Time) *upstream {
	for u = u.next; u != nil && (!u.concurrency.used() || u.avoidedBy(scope, now)); {
		u = u.next
	}
	return u
}

// passedOver tells whether a scope's mails go past this relay to one after it.
func (u *upstream) passedOver(scope string, now time.Time) bool {
	return u.avoidedBy(scope, now) && u.after(scope, now) != nil
}

// asideFor is 5, 10, 20, 40, then 60 seconds.
func asideFor(failures int) time.Duration {
	return min(5*time.Second<<min(failures-1, 4), time.Minute)
}

// unavailable tells whether a reply says that the relay serves nobody just
// now, so that another should be tried.
func unavailable(a verdict.Reply) bool {
	switch verdict.Judge(a) {
	case verdict.Down:
		return a.Stage < verdict.RcptTo
	case verdict.Ours:
		return a.Stage < verdict.MailFrom || a.Stage == verdict.MailFrom && verdict.AboutLogin(a)
	}
	return false
}

// RelayState is how a relay is doing for this node.
type RelayState struct {
	Name        string
	Up          bool // false: it couldn't be reached, and is left alone for a moment
	Connections int  // that it has let in
	Allowed     int  // that may be used just now: fewer than configured when it has asked for less
}

// RelayStates tells how each relay is doing, in the order in which they're tried.
func (m *Mailer) RelayStates() []RelayState {
	states := make([]RelayState, len(m.relays))
	for i, u := range m.relays {
		states[i] = RelayState{Name: u.Name, Up: !u.aside(), Connections: int(u.concurrency.connected.Load()), Allowed: u.concurrency.allowed()}
	}
	return states
}

// drain takes back what waits for a relay's connections.
func (d *dispatcher) drain(ctx context.Context, u *upstream) {
	for {
		select {
		case x := <-u.queue:
			x.untried = true
			d.take(ctx, x)
		default:
			return
		}
	}
}
