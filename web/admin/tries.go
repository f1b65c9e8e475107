package admin

import (
	"cmp"
	"net/http"
	"time"

	"dailytip/credential"
	"dailytip/web"
)

// How many tries there are an hour, a third of them at once. One person's tries are
// counted wherever they come from, whether there is such a person or not.
const (
	networkTries  = 120
	personTries   = 30
	providerTries = 120 // steps of the way to the provider and back, which has two
)

// siteFactor is how much more a whole IPv6 site may than one of its networks.
const siteFactor = 4

// origin is where a request comes from.
type origin struct{ network, site string }

func (a *Admin) origin(r *http.Request) origin {
	return origin{a.ClientNetwork(r), a.ClientSite(r)}
}

// originLimit bounds what comes from one place.
type originLimit struct{ networks, sites *web.Limiter }

func newOriginLimit(perHour int) originLimit {
	return originLimit{web.NewLimiter(perHour), web.NewLimiter(siteFactor * perHour)}
}

// allow counts a request, and returns how long it has to wait.
func (l originLimit) allow(now time.Time, o origin) time.Duration {
	if wait := l.networks.Allow(now, o.network); wait > 0 || o.site == "" {
		return wait
	}
	return l.sites.Allow(now, o.site)
}

// tries are how often somebody may try to sign in. The way by the provider has a limit of
// its own: it begins with a link, which any page can have its visitors' browsers follow.
type tries struct {
	passwords, provider originLimit
	devices             *web.Limiter // where somebody has signed in before
	// People are apart from the names that nobody has, of which somebody can make up so
	// many that a limiter forgets the others.
	people, others *web.Limiter
}

func newTries() tries {
	return tries{
		passwords: newOriginLimit(networkTries), provider: newOriginLimit(providerTries), devices: web.NewLimiter(personTries),
		people: web.NewLimiter(personTries), others: web.NewLimiter(personTries),
	}
}

// mayTry counts a try with a name and a password, and returns how long it has to wait. A
// device where that person has signed in before has tries of its own, whatever guesses
// come from others, also from behind the same address; device "": it's none.
func (a *Admin) mayTry(r *http.Request, name, device string) time.Duration {
	if device != "" {
		return a.tries.devices.Allow(a.Now(), device)
	}
	return a.tries.allow(a.Now(), a.origin(r), name, a.Admins.Has(name))
}

// client is by what passwords that wait are counted; "": they aren't, for a device has
// few tries.
func (a *Admin) client(r *http.Request, device string) string {
	if device != "" {
		return ""
	}
	o := a.origin(r)
	return cmp.Or(o.site, o.network)
}

// allow counts a try with a name and a password, and returns how long it has to wait.
// known: somebody has the name.
func (t tries) allow(now time.Time, o origin, name string, known bool) time.Duration {
	if wait := t.passwords.allow(now, o); wait > 0 {
		return wait
	}
	name, err := credential.Name(name)
	switch {
	case err != nil:
		return 0 // nobody can have it
	case known:
		return t.people.Allow(now, name)
	}
	return t.others.Allow(now, name)
}
