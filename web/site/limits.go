package site

import (
	"time"

	"dailytip/subscribers"
	"dailytip/web"
)

// Limits bound how many sign-ups there may be an hour, a third of them at once;
// 0: no limit. They count in this process. What one mailbox gets is bounded in the
// database, whatever these limits are. A network beyond its limit is refused. With
// the other two nobody knows who is to blame, so the mails beyond them go out later.
type Limits struct {
	PerNetwork int // from one IPv4 address, or one IPv6 network of 64 bits
	PerDomain  int // for the addresses of one mail domain but the large providers'
	Total      int
}

const (
	// buttonsPerHour is how often one link's buttons may be pressed.
	buttonsPerHour = 120
	// longestDelay is how long a mail may have to wait for a limit.
	longestDelay = 24 * time.Hour
)

// limiters count what the limits bound.
type limiters struct{ network, domain, total, buttons *web.Limiter }

func newLimiters(l Limits) limiters {
	return limiters{
		network: web.NewLimiter(l.PerNetwork), domain: web.NewLimiter(l.PerDomain), total: web.NewLimiter(l.Total),
		buttons: web.NewLimiter(buttonsPerHour),
	}
}

// signUp returns 0 when a sign-up may go on, else how long to wait. It doesn't know
// whether the address is on the list, so it can't give that away.
func (g limiters) signUp(now time.Time, network string, a subscribers.Address) time.Duration {
	line := g.total.Delay(now, "")
	if !a.AtLargeProvider() {
		line = max(line, g.domain.Delay(now, a.OrganizationalDomain()))
	}
	if line > longestDelay {
		return line - longestDelay
	}
	return g.network.Allow(now, network)
}

// mail counts a mail, and returns how long it has to wait.
func (g limiters) mail(now time.Time, a subscribers.Address) time.Duration {
	wait := g.total.Reserve(now, "")
	if !a.AtLargeProvider() {
		wait = max(wait, g.domain.Reserve(now, a.OrganizationalDomain()))
	}
	return wait
}
