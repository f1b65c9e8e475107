package site

import (
	"time"

	"dailytip/subscribers"
	"dailytip/web"
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
type gates struct{ network, domain, total, acts *web.Limiter }

func newGates(l Limits) gates {
	return gates{
		network: web.NewLimiter(l.PerNetwork), domain: web.NewLimiter(l.PerDomain), total: web.NewLimiter(l.Total),
		acts: web.NewLimiter(actsPerHour),
	}
}

// signUp lets a sign-up through and returns 0, or how long to wait. It doesn't
// know whether the address is on the list, and so can't tell.
func (g gates) signUp(now time.Time, network string, a subscribers.Address) time.Duration {
	line := g.total.Delay(now, "")
	if !a.AtLargeProvider() {
		line = max(line, g.domain.Delay(now, a.OrganizationalDomain()))
	}
	if line > longestLine {
		return line - longestLine
	}
	return g.network.Allow(now, network)
}

// mail takes a mail's place in line, and returns how long it has to wait there.
func (g gates) mail(now time.Time, a subscribers.Address) time.Duration {
	wait := g.total.Reserve(now, "")
	if !a.AtLargeProvider() {
		wait = max(wait, g.domain.Reserve(now, a.OrganizationalDomain()))
	}
	return wait
}
