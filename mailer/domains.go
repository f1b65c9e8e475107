package mailer

import (
	"math"
	"strings"
	"time"

	"golang.org/x/time/rate"

	"dailytip/ledger"
)

// DomainLimit is how hard one recipient domain may be used, over all relays.
type DomainLimit struct {
	Connections int     // mails on their way to it at a time; 0: no limit
	Rate        float64 // mails a second; 0: no limit
}

// domains put deliveries off whose recipients' domain has had enough. They go back to
// the ledger with the instant at which it's their turn, so that they take no place in
// flight from the others. Notices are counted and never put off: somebody waits for
// them.
type domains map[string]*domain

type domain struct {
	DomainLimit
	connections int // this node's share
	rate        *rate.Limiter
	busy        int
	turn        time.Time // of the last one that was put off
	pace        float64   // mails a second that came back, a moving average
	doneAt      time.Time
}

func newDomains(limits map[string]DomainLimit) domains {
	all := domains{}
	for name, limit := range limits {
		d := &domain{DomainLimit: limit}
		all[strings.ToLower(name)] = d
	}
	all.share(alone)
	return all
}

func (all domains) share(p ledger.Place) {
	for _, d := range all {
		d.connections = math.MaxInt
		if d.Connections > 0 {
			d.connections = shareOf(d.Connections, p) // perhaps none: then the others claim what we put off
		}
		d.rate = limiter(d.Rate / float64(p.Nodes))
	}
}

// limiter allows so many a second, as many of them at once; 0: no limit.
func limiter(perSecond float64) *rate.Limiter {
	if perSecond <= 0 {
		return rate.NewLimiter(rate.Inf, 1)
	}
	return rate.NewLimiter(rate.Limit(perSecond), max(1, int(perSecond)))
}

// of returns a job's domain, or nil when it has no limit.
func (all domains) of(job ledger.Job) *domain {
	if len(all) == 0 {
		return nil
	}
	address := string(job.Email)
	return all[strings.ToLower(address[strings.LastIndexByte(address, '@')+1:])]
}

// admit lets a job go, or says when it is its turn.
func (all domains) admit(now time.Time, job ledger.Job) (turn time.Time, ok bool) {
	d := all.of(job)
	switch {
	case d == nil:
		return time.Time{}, true
	case job.Kind == "" && (d.busy >= d.connections || !d.rate.AllowN(now, 1)):
		if d.turn.Before(now) {
			d.turn = now
		}
		d.turn = d.turn.Add(d.gap())
		return d.turn, false
	case job.Kind != "":
		d.rate.ReserveN(now, 1) // counted, and not waited for
	}
	d.busy++
	return time.Time{}, true
}

// gap is the time from one turn to the next: as the rate says, or as fast as
// mails come back.
func (d *domain) gap() time.Duration {
	perSecond := max(d.pace, 1)
	if d.Rate > 0 && (d.Connections == 0 || float64(d.rate.Limit()) < perSecond) {
		perSecond = float64(d.rate.Limit())
	}
	return time.Duration(float64(time.Second) / perSecond)
}

// over counts a mail that has come back.
func (all domains) over(now time.Time, job ledger.Job) {
	d := all.of(job)
	if d == nil {
		return
	}
	d.busy--
	if since := now.Sub(d.doneAt).Seconds(); since > 0 && !d.doneAt.IsZero() {
		const weight = 0.1
		d.pace += weight * (min(1/since, 1000) - d.pace)
	}
	d.doneAt = now
}
