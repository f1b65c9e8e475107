package mailer

import (
	"context"
	"errors"
	"time"

	"dailytip/mailer/relay"
	"dailytip/verdict"
)

// connection is one of a relay's: it hands over what waits for the relay. One
// goroutine runs it.
type connection struct {
	*Mailer
	upstream *upstream
	session  *relay.Session
	number   int
	up       bool      // the relay has let it in
	shutOut  time.Time // until then the relay lets others in, and not this one
}

// handOver works until nothing is on its way any more.
func (c *connection) handOver(ctx context.Context) {
	defer c.close()
	idle := time.NewTimer(idleTime)
	defer idle.Stop()
	for {
		queue := c.upstream.queue
		wait := c.upstream.concurrency.beyond(c.number)
		if wait == nil {
			wait = c.untilLetIn()
		}
		if wait != nil {
			queue = nil
			c.close()
		}
		idle.Reset(idleTime)
		select {
		case x := <-queue:
			c.hand(ctx, x)
		case <-wait:
		case <-idle.C:
			c.close() // it opens another when it has to
		case <-c.stopped:
			return
		}
	}
}

// untilLetIn returns a channel that is closed when this connection, which the relay
// didn't let in while it served others, may try again; nil: now.
func (c *connection) untilLetIn() <-chan struct{} {
	left := c.shutOut.Sub(clock())
	if left <= 0 || c.upstream.concurrency.connected.Load() == 0 {
		return nil
	}
	over := make(chan struct{})
	time.AfterFunc(left, func() { close(over) })
	return over
}

// idleTime is how long a connection is kept that has nothing to do.
const idleTime = 30 * time.Second

func (c *connection) close() {
	c.let(false)
	c.session.Close()
}

// let notes whether the relay has this connection.
func (c *connection) let(in bool) {
	if in != c.up {
		c.up = in
		c.upstream.concurrency.connected.Add(map[bool]int32{true: 1, false: -1}[in])
	}
}

// hand gives one mail to the relay, or to the next one when this one is left alone
// or has had its share.
func (c *connection) hand(ctx context.Context, x *message) {
	if ctx.Err() != nil {
		c.untried(x)
		return
	}
	if c.upstream.passedOver(scopeOf(x.job), clock()) {
		c.tryNext(x)
		return
	}
	try, last, ok := c.upstream.open(clock(), x.job.Probe)
	if !ok {
		if x.relay == "" {
			x.relay, x.reply = c.upstream.Name, last
		}
		c.tryNext(x)
		return
	}
	if !c.composed(ctx, x) {
		c.upstream.undecided(try)
		return
	}
	if !c.await(ctx, x) || !c.ours(x) {
		c.upstream.undecided(try)
		c.untried(x)
		return
	}
	if !c.upstream.quota.take() {
		c.upstream.undecided(try)
		c.tryNext(x)
		return
	}
	x.began, x.try = clock(), try
	c.reply(ctx, x, c.session.Send(ctx, relay.Envelope{
		From: x.from, To: string(x.job.Email), Data: x.bytes.data, Wanted: func() bool { return c.stillWanted(x) },
	}))
}

// stillWanted tells whether a mail may go out that has waited for its relay: it's
// still ours, and not stale (P7).
func (m *Mailer) stillWanted(x *message) bool { return m.ours(x) && clock().Before(x.job.ExpiresAt) }

// await waits for the relay's rate. It reports false when the mail can't go any
// more (P7), or a stop came first.
func (c *connection) await(ctx context.Context, x *message) bool {
	if err := c.upstream.limit.Wait(ctx); err != nil {
		<-ctx.Done() // its deadline comes before our turn
		return false
	}
	return clock().Before(x.job.ExpiresAt)
}

// reply brings back a mail that is over, or tries it elsewhere.
func (c *connection) reply(ctx context.Context, x *message, a verdict.Reply) {
	u := c.upstream
	x.relay, x.reply, x.verdict = u.Name, a, verdict.Judge(a)
	c.observed(x)
	c.let(x.verdict != verdict.Down && a.Stage >= verdict.MailFrom)
	now := clock()
	x.ended = now
	if fewer, narrowed := u.concurrency.heed(now, a, x.verdict, c.pace); narrowed {
		c.Log.Info("a relay asks for less: fewer connections are used, and slowly more again", "relay", u.Name, "connections", fewer, "reply", a.String())
	}
	if x.verdict == verdict.Down && a.Stage < verdict.MailFrom {
		u.quota.giveBack()
	}
	switch {
	case ctx.Err() != nil && x.verdict == verdict.Down, errors.Is(a.Err, relay.ErrUnwanted):
		u.undecided(x.try)
		c.untried(x)
	case unavailable(a) && a.Stage < verdict.MailFrom && u.concurrency.connected.Load() > 0:
		// It serves others: too many at once, or a certificate that has expired
		// since. Those handOver on, and will see for themselves.
		c.shutOut = now.Add(c.pace.aside(1))
		u.undecided(x.try)
		u.queue <- x
	case x.verdict == verdict.Down && a.Stage >= verdict.MailFrom && x.tries == 0:
		// Many relays close a connection after some number of messages, and a
		// fresh one works.
		x.tries++
		u.undecided(x.try)
		u.queue <- x
	case unavailable(a):
		if u.failed(x.began, now, a, c.pace.aside) && len(c.relays) > 1 {
			c.Log.Warn("a relay is left alone for now, the others take its mails: "+reason(x), "relay", u.Name, "reply", a.String())
		}
		c.tryNext(x)
	default:
		if u.worked() && len(c.relays) > 1 {
			c.Log.Info("the relay works again", "relay", u.Name)
		}
		if x.verdict == verdict.Unroutable {
			c.tryNext(x)
			return
		}
		c.back(x)
	}
}

// tryNext gives a mail to the relay after this one; without one, what it has heard
// so far stands.
func (c *connection) tryNext(x *message) {
	x.tries = 0
	switch {
	case c.route(c.upstream.next, x):
	case x.relay == "":
		c.untried(x)
	default:
		x.verdict = verdict.Judge(x.reply)
		c.back(x)
	}
}

// route puts a mail into the queue of the first relay from u on that this node
// may use. It never blocks: each queue holds as much as may be claimed.
func (m *Mailer) route(u *upstream, x *message) bool {
	for ; u != nil; u = u.next {
		if u.concurrency.used() {
			u.queue <- x
			return true
		}
	}
	return false
}

// untried brings back a mail that nothing was said about.
func (m *Mailer) untried(x *message) {
	x.untried = true
	m.back(x)
}

// back brings a mail back to the dispatcher.
func (m *Mailer) back(x *message) {
	m.buffers.give(x)
	m.over.put(x, x.verdict != verdict.Accepted)
}
