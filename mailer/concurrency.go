package mailer

import (
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"dailytip/verdict"
)

// concurrency is how many of a relay's connections are used: fewer when it says that
// this is too much, slowly more again.
type concurrency struct {
	connected atomic.Int32 // connections that the relay has accepted

	mu         sync.Mutex
	most       int           // this node's share of what is configured
	limit      int           // at most most; at least 1 unless that is 0
	changedAt  time.Time     // or when a storm was last heard
	narrowedAt time.Time     // the window of the last storm
	since      time.Time     // begin of the window that is counted
	replies    int           // in the window
	refusals   int           // those of them that ask for less
	grown      chan struct{} // closed when there are more
}

// A storm is so many replies that ask for less in one window of pace.narrow, and
// so large a part of all: one 421 is what many relays say after some number of
// messages.
const (
	storm     = 3
	stormPart = 0.1
)

func newConcurrency(most int) *concurrency {
	return &concurrency{most: most, limit: most, grown: make(chan struct{})}
}

// beyond returns a channel that is closed when connection i may work again, or
// nil when it may now.
func (c *concurrency) beyond(i int) <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if i < c.limit {
		return nil
	}
	return c.grown
}

// share sets how many connections this node may have.
func (c *concurrency) share(most int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case most < c.most:
		c.limit = min(c.limit, most)
	case c.limit == c.most || c.limit == 0: // it wasn't narrowed: the new ones may work at once
		c.limit = most
		c.more()
	}
	c.most = most
}

// used tells whether this node may use the relay at all.
func (c *concurrency) used() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.most > 0
}

// allowed is how many of the connections may be used just now.
func (c *concurrency) allowed() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.limit
}

// heed changes it after a reply, and returns the new one when it's
// fewer: at once when a relay speaks of its connections, else after a storm. What
// comes together counts once: it was all said before anything could change.
func (c *concurrency) heed(now time.Time, a verdict.Reply, v verdict.Verdict, p pace) (fewer int, narrowed bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now.Sub(c.since) >= p.narrow {
		c.since, c.replies, c.refusals = now, 0, 0
	}
	c.replies++
	if !asksForLess(a) {
		if v == verdict.Accepted && c.limit < c.most && now.Sub(c.changedAt) >= p.widen {
			c.limit++
			c.changedAt = now
			c.more()
		}
		return 0, false
	}
	c.refusals++
	to := c.limit
	connected := int(c.connected.Load())
	switch {
	case a.Stage == verdict.Connect && connected > 0:
		to = connected // as many as it has let in
	case c.narrowedAt.Equal(c.since):
	case aboutConcurrency(a):
		if connected > 0 {
			to = min(to, connected)
		}
		c.narrowedAt, to = c.since, max(to/2, 1)
	case c.refusals >= storm && float64(c.refusals) >= stormPart*float64(c.replies):
		c.narrowedAt, to = c.since, max(c.limit/2, 1)
		c.changedAt = now
	}
	if to >= c.limit {
		return 0, false
	}
	c.limit, c.changedAt = to, now
	return to, true
}

// asksForLess tells whether a reply says that the relay has too much to do. A
// refusal for now of one recipient (greylisting, RFC 6647) doesn't.
func asksForLess(a verdict.Reply) bool {
	switch {
	case a.Code/100 != 4:
		return false
	case a.Code == 421, a.Code == 452, a.Stage < verdict.RcptTo: // RFC 5321 §3.8, §4.2.3
		return true
	}
	return strings.HasPrefix(a.Enhanced, "4.3.") || a.Enhanced == "4.4.5" || a.Enhanced == "4.7.28" || // RFC 3463 §3.4, §3.5; 4.7.28: too much from us
		aboutConcurrency(a)
}

// concurrencyWords are those of a relay that counts connections: Exchange, Postfix,
// Gmail, Yahoo and others have no digits of their own for it.
var concurrencyWords = regexp.MustCompile(`(?i)concurren|simultaneous|too many (open )?(smtp )?(connections|sessions)|connections? (limit|rate)|(thread|session) limit`)

// aboutConcurrency tells whether a reply speaks of too many connections at a
// time. A wrong guess makes us slower for a while, and nothing else.
func aboutConcurrency(a verdict.Reply) bool {
	return a.Code/100 == 4 && (a.Code == 432 && a.Enhanced == "4.3.2" || concurrencyWords.MatchString(a.Text))
}

func (c *concurrency) more() {
	close(c.grown)
	c.grown = make(chan struct{})
}
