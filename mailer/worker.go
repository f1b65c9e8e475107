package mailer

import (
	"context"
	"time"

	"dailytip/mailer/relay"
	"dailytip/verdict"
)

// composing writes the mails that were claimed, ahead of the connections:
// signing takes longer than sending, and several cores can sign.
func (m *Mailer) composing(ctx context.Context) {
	for job := range m.claimed {
		x := m.messages.take(job)
		if ctx.Err() == nil {
			x.err = m.compose(ctx, x)
		}
		switch {
		case ctx.Err() != nil:
			x.untried, x.err = true, nil
			m.results <- x
		case x.err != nil:
			m.results <- x
		default:
			m.relays[0].queue <- x
		}
	}
}

// carrying is one connection's work: it hands over what waits for its relay.
// While there is more, a message's end travels with the beginning of the next
// one, so its answer comes one message late.
func (m *Mailer) carrying(ctx context.Context, l *line) {
	s := l.Session()
	defer func() {
		if err := s.Close(); err != nil {
			m.log.Debug("closing a connection", "relay", l.Name, "error", err)
		}
	}()
	idle := time.NewTimer(idleTime)
	defer idle.Stop()
	for {
		var x *message
		select {
		case x = <-l.queue:
		default:
			m.answered(ctx, l, s.Flush(ctx))
			idle.Reset(idleTime)
			select {
			case x = <-l.queue:
			case <-idle.C:
				_ = s.Close() // it opens another when it has to
				continue
			case <-m.stopped:
				return
			}
		}
		m.hand(ctx, l, s, x)
	}
}

// idleTime is how long a connection is kept that has nothing to do.
const idleTime = 30 * time.Second

// hand gives one mail to the connection, or to the next relay when this one is
// left alone.
func (m *Mailer) hand(ctx context.Context, l *line, s *relay.Session, x *message) {
	if ctx.Err() != nil {
		m.untried(x)
		return
	}
	if last, ok := l.open(clock(), x.job.Probe); !ok {
		if x.relay == "" {
			x.relay, x.answer = l.Name, last
		}
		m.pass(l, x)
		return
	}
	if !m.await(ctx, l, s, x) {
		m.untried(x)
		return
	}
	x.began = clock()
	m.answered(ctx, l, s.Send(ctx, relay.Envelope{From: x.from, To: string(x.job.Email), Data: x.data, Ref: x}))
}

// await waits for the relay's rate. It reports false when the mail can't go any
// more (P7), or a stop came first.
func (m *Mailer) await(ctx context.Context, l *line, s *relay.Session, x *message) bool {
	if !l.limit.Allow() {
		// Nobody else's answer may wait for our turn.
		m.answered(ctx, l, s.Flush(ctx))
		if err := l.limit.Wait(ctx); err != nil {
			<-ctx.Done() // its deadline comes before our turn
			return false
		}
	}
	return clock().Before(x.job.ExpiresAt)
}

// answered brings back the mails that are over, or tries them elsewhere.
func (m *Mailer) answered(ctx context.Context, l *line, over []relay.Done) {
	for _, d := range over {
		x, ok := d.Ref.(*message)
		if !ok {
			continue
		}
		x.relay, x.answer, x.verdict = l.Name, d.Answer, verdict.Judge(d.Answer)
		m.observed(x)
		switch {
		case ctx.Err() != nil && x.verdict == verdict.Down:
			m.untried(x)
		case x.verdict == verdict.Down && x.answer.Stage >= verdict.MailFrom && x.tries == 0:
			// Many relays close a connection after some number of messages,
			// and a fresh one works.
			x.tries++
			l.queue <- x
		case unavailable(x.answer):
			if l.failed(x.began, clock(), x.answer, m.pace.aside) && len(m.relays) > 1 {
				m.log.Warn("a relay is left alone for now, the others take its mails: "+reason(x), "relay", l.Name, "answer", x.answer.String())
			}
			m.pass(l, x)
		default:
			if l.worked() && len(m.relays) > 1 {
				m.log.Info("the relay works again", "relay", l.Name)
			}
			if x.verdict == verdict.Unroutable {
				m.pass(l, x)
				continue
			}
			m.results <- x
		}
	}
}

// pass gives a mail to the relay after l; without one, what it has heard so far
// stands. It never blocks: each queue holds as much as may be claimed.
func (m *Mailer) pass(l *line, x *message) {
	if l.next == nil {
		x.verdict = verdict.Judge(x.answer)
		m.results <- x
		return
	}
	x.tries = 0
	l.next.queue <- x
}

// untried brings back a mail that nothing was said about.
func (m *Mailer) untried(x *message) {
	x.untried = true
	m.results <- x
}
