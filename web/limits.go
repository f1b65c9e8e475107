package web

import (
	"sync"
	"time"

	"golang.org/x/time/rate"

	"dailytip/subscribers"
)

// Limits bound how many sign-ups there may be an hour, a third of them at once;
// 0: no limit. They count in this process. What a mailbox gets is bounded in the
// database, whatever these are. A network that has used up its share is refused.
// With the other two nobody knows who is to blame: what is too much goes out
// later.
type Limits struct {
	PerNetwork int // from one IPv4 address, or one IPv6 network of 64 bits
	PerDomain  int // for the addresses of one mail domain but the large providers'
	Total      int
}

const (
	// actsPerHour is how often one link's buttons may be pressed.
	actsPerHour = 120
	// longestLine is how far ahead mails are put that wait for a limit.
	longestLine = 24 * time.Hour
)

// gates are the limits in force.
type gates struct{ network, domain, total, acts *gate }

func newGates(l Limits) gates {
	return gates{
		network: newGate(l.PerNetwork), domain: newGate(l.PerDomain), total: newGate(l.Total),
		acts: newGate(actsPerHour),
	}
}

// signUp lets a sign-up through and returns 0, or how long to wait. It doesn't
// know whether the address is on the list, and so can't tell.
func (g gates) signUp(now time.Time, network string, a subscribers.Address) time.Duration {
	line := g.total.line(now, "")
	if !a.Public() {
		line = max(line, g.domain.line(now, a.House()))
	}
	if line > longestLine {
		return line - longestLine
	}
	return g.network.pass(now, network)
}

// mail takes a mail's place in line, and returns how long it has to wait there.
func (g gates) mail(now time.Time, a subscribers.Address) time.Duration {
	wait := g.total.reserve(now, "")
	if !a.Public() {
		wait = max(wait, g.domain.reserve(now, a.House()))
	}
	return wait
}

// keptBuckets bounds a gate's memory, in keys; each takes some 200 bytes, and
// twice as many may be there.
const keptBuckets = 20_000

// gate lets each key pass so many times an hour. It forgets the keys that it
// hasn't seen for the longest; who has that many networks is bounded by the
// limit on the total.
type gate struct {
	every rate.Limit
	burst int

	mu          sync.Mutex
	young, past map[string]*rate.Limiter
}

// newGate returns nil for no limit.
func newGate(perHour int) *gate {
	if perHour <= 0 {
		return nil
	}
	return &gate{
		every: rate.Limit(float64(perHour) / time.Hour.Seconds()), burst: (perHour + 2) / 3,
		young: map[string]*rate.Limiter{},
	}
}

// pass returns 0 when a key may pass, else how long until it may.
func (g *gate) pass(now time.Time, key string) time.Duration {
	if g == nil {
		return 0
	}
	reserved := g.bucket(key).ReserveN(now, 1)
	wait := reserved.DelayFrom(now)
	if wait > 0 {
		reserved.CancelAt(now)
	}
	return wait
}

// reserve takes a place, and returns how long it is until that comes.
func (g *gate) reserve(now time.Time, key string) time.Duration {
	if g == nil {
		return 0
	}
	return g.bucket(key).ReserveN(now, 1).DelayFrom(now)
}

// line is how long the next place would have to wait.
func (g *gate) line(now time.Time, key string) time.Duration {
	if g == nil {
		return 0
	}
	missing := 1 - g.bucket(key).TokensAt(now)
	return time.Duration(max(missing, 0) / float64(g.every) * float64(time.Second))
}

func (g *gate) bucket(key string) *rate.Limiter {
	g.mu.Lock()
	defer g.mu.Unlock()
	b := g.young[key]
	if b != nil {
		return b
	}
	if b = g.past[key]; b == nil {
		b = rate.NewLimiter(g.every, g.burst)
	}
	if len(g.young) >= keptBuckets {
		g.past, g.young = g.young, map[string]*rate.Limiter{}
	}
	g.young[key] = b
	return b
}
