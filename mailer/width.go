package mailer

import (
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"dailytip/verdict"
)

// width is how many of a relay's connections are used: fewer when it says that
// this is too much, slowly more again.
type width struct {
	connected atomic.Int32 // connections that the relay has accepted

	mu         sync.Mutex
	most       int           // this node's share of what is configured
	now        int           // at most most; at least 1 unless that is 0
	changedAt  time.Time     // or when a storm was last heard
	narrowedAt time.Time     // the window of the last storm
	since      time.Time     // begin of the window that is counted
	answers    int           // in the window
	refusals   int           // those of them that ask for less
	grown      chan struct{} // closed when there are more
}

// A storm is so many answers that ask for less in one window of pace.narrow, and
// so large a part of all: one 421 is what many relays say after some number of
// messages.
const (
	storm     = 3
	stormPart = 0.1
)

func newWidth(most int) *width { return &width{most: most, now: most, grown: make(chan struct{})} }

// beyond returns a channel that is closed when connection i may work again, or
// nil when it may now.
func (w *width) beyond(i int) <-chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	if i < w.now {
		return nil
	}
	return w.grown
}

// share sets how many connections this node may have.
func (w *width) share(most int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case most < w.most:
		w.now = min(w.now, most)
	case w.now == w.most || w.now == 0: // it wasn't narrowed: the new ones may work at once
		w.now = most
		w.more()
	}
	w.most = most
}

// used tells whether this node may use the relay at all.
func (w *width) used() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.most > 0
}

// heed changes the width after an answer, and returns the new one when it's
// fewer: at once when a relay speaks of its connections, else after a storm. What
// comes together counts once: it was all said before anything could change.
func (w *width) heed(now time.Time, a verdict.Answer, v verdict.Verdict, p pace) (fewer int, narrowed bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if now.Sub(w.since) >= p.narrow {
		w.since, w.answers, w.refusals = now, 0, 0
	}
	w.answers++
	if !asksForLess(a) {
		if v == verdict.Accepted && w.now < w.most && now.Sub(w.changedAt) >= p.widen {
			w.now++
			w.changedAt = now
			w.more()
		}
		return 0, false
	}
	w.refusals++
	to := w.now
	connected := int(w.connected.Load())
	switch {
	case a.Stage == verdict.Connect && connected > 0:
		to = connected // as many as it has let in
	case w.narrowedAt.Equal(w.since):
	case aboutConcurrency(a):
		if to = w.now; connected > 0 {
			to = min(to, connected)
		}
		w.narrowedAt, to = w.since, max(to/2, 1)
	case w.refusals >= storm && float64(w.refusals) >= stormPart*float64(w.answers):
		w.narrowedAt, to = w.since, max(w.now/2, 1)
		w.changedAt = now
	}
	if to >= w.now {
		return 0, false
	}
	w.now, w.changedAt = to, now
	return to, true
}

// asksForLess tells whether an answer says that the relay has too much to do. A
// refusal for now of one recipient (greylisting, RFC 6647) doesn't.
func asksForLess(a verdict.Answer) bool {
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

// aboutConcurrency tells whether an answer speaks of too many connections at a
// time. A wrong guess makes us slower for a while, and nothing else.
func aboutConcurrency(a verdict.Answer) bool {
	return a.Code/100 == 4 && (a.Code == 432 && a.Enhanced == "4.3.2" || concurrencyWords.MatchString(a.Text))
}

func (w *width) more() {
	close(w.grown)
	w.grown = make(chan struct{})
}
