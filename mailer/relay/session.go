package relay

import (
	"context"
	"errors"
	"sync"
	"time"

	"dailytip/verdict"
)

// Session sends one message after another over one connection, which it opens
// when it needs it and again when it was lost. One goroutine uses it.
type Session struct {
	r *Relay

	mu      sync.Mutex // against the idle timer
	c       *conn      // nil: none is open
	held    message    // the server waits for it, if holding
	holding bool
	next    message // the one that Send was given
	rested  time.Time
	idle    *time.Timer // runs expire while there is a connection
	done    []Done

	watched <-chan struct{} // the context whose end the connection is told
	unwatch func() bool     // nil: none
}

// Done is what became of a message.
type Done struct {
	// Ref is the Envelope's.
	Ref    any
	Answer verdict.Answer
}

// Session returns one that has no connection yet. How many there are at a time
// is the caller's to bound: each has a connection of its own.
func (r *Relay) Session() *Session {
	s := &Session{r: r}
	s.idle = time.AfterFunc(r.o.Idle, s.expire)
	s.idle.Stop()
	return s
}

// Send hands over a message. On a pipelining connection its body is held back to
// travel with the next message's envelope, so what is over comes back late: Send
// returns none, the one before, this one, or both, in order. The slice is reused
// by the next call; e.Data must stay untouched until its Done.
//
// After ctx ended nothing new is begun (the answer is Down, with the context's
// error), but a message on the wire is carried on for Grace.
func (s *Session) Send(ctx context.Context, e Envelope) []Done {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.done = s.done[:0]
	s.watch(ctx)
	refused := s.next.prepare(e)
	if err := ctx.Err(); err != nil && refused == nil {
		a := down(err)
		refused = &a
	}
	if refused != nil {
		s.finish(ctx, nil)
		s.over(&s.next, *refused)
	} else {
		s.ask(ctx, s.finish(ctx, &s.next))
	}
	s.rest()
	return s.done
}

// Flush ends what is held back and returns it. Call it before waiting for
// anything: the server waits too.
func (s *Session) Flush(ctx context.Context) []Done {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.done = s.done[:0]
	s.watch(ctx)
	s.finish(ctx, nil)
	s.rest()
	return s.done
}

// Close says QUIT. Flush must have been called: a message that is held back is
// given up, and that is the only error. A session that is used again opens
// another connection.
func (s *Session) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.idle.Stop()
	s.forget()
	switch {
	case s.c == nil:
	case s.holding: // QUIT would become a part of it
		s.c.drop()
	default:
		s.c.quit()
	}
	s.c = nil
	if s.holding {
		s.held, s.holding = message{}, false
		return errors.New("close session: a message was held back: Flush comes before Close")
	}
	return nil
}

// finish ends the message held back, if any. asked: next's envelope has
// travelled with it, and its answers are due on the connection.
func (s *Session) finish(ctx context.Context, next *message) (asked bool) {
	if !s.holding {
		return false
	}
	s.holding = false
	var a verdict.Answer
	if time.Since(s.rested) > silentAfter && !s.c.silent() {
		s.c.lost, a = true, verdict.Answer{Stage: verdict.Data, Err: errGone}
	} else {
		a, asked = s.c.finish(&s.held, next)
	}
	if s.again(ctx, &s.held, a) {
		var wanted bool
		if a, wanted = s.begin(ctx, &s.held); wanted {
			a, asked = s.c.finish(&s.held, next)
			s.again(ctx, &s.held, a)
		}
	}
	s.over(&s.held, a)
	return asked
}

// silentAfter is how long a message may be held back without a look at whether
// the server is still there.
const silentAfter = time.Second

var errGone = errors.New("the server gave up waiting for the message")

// ask gets the server to wait for the next message, whose envelope may be on its
// way already, and then holds it back or ends it.
func (s *Session) ask(ctx context.Context, asked bool) {
	var a verdict.Answer
	var wanted bool
	if asked {
		s.next.first = false
		s.c.count++
		if a, wanted = s.c.hear(); s.again(ctx, &s.next, a) {
			a, wanted = s.begin(ctx, &s.next)
		}
	} else {
		a, wanted = s.begin(ctx, &s.next)
	}
	if !wanted {
		s.over(&s.next, a)
		return
	}
	s.held, s.holding = s.next, true
	if !s.c.pipelining {
		s.rest()
		s.finish(ctx, nil)
	}
}

// begin sends m's envelope, over a fresh connection when there is none or the
// kept one turns out to be dead. wanted: the server waits for m.
func (s *Session) begin(ctx context.Context, m *message) (a verdict.Answer, wanted bool) {
	if s.c != nil && time.Since(s.rested) > checkAfter && !s.c.alive() {
		s.drop(down(errIdle))
	}
	for {
		if s.c == nil {
			if a = s.open(ctx); s.c == nil {
				return a, false
			}
		}
		if refused := s.c.cannot(m); refused != nil {
			return *refused, false
		}
		m.first = s.c.count == 0
		s.c.count++
		if a, wanted = s.c.begin(m); !s.again(ctx, m, a) {
			return a, wanted
		}
	}
}

var errIdle = errors.New("the server closed the idle connection")

// again drops a connection that is lost, or takes nothing more. It reports
// whether the message goes out once more: when nothing was said about it, and the
// fault may be that of a connection that was kept. A fresh one isn't followed by
// another.
func (s *Session) again(ctx context.Context, m *message, a verdict.Answer) bool {
	if s.c == nil {
		return false
	}
	if s.c.spent(a) {
		s.c.quit()
		s.c = nil
		return ctx.Err() == nil
	}
	if !s.c.lost {
		return false
	}
	s.drop(a)
	if m.first || ctx.Err() != nil {
		return false
	}
	switch a.Code {
	case 0:
		return a.Stage < verdict.Dot
	case 421, 503:
		return a.Stage == verdict.MailFrom
	}
	return false
}

func (s *Session) over(m *message, a verdict.Answer) {
	s.done = append(s.done, Done{Ref: m.ref, Answer: a})
	m.ref, m.data = nil, nil // the caller's again
}

func (s *Session) drop(a verdict.Answer) {
	s.c.drop()
	s.c = nil
	s.r.o.Log.Debug("connection lost", "relay", s.r.o.Host, "answer", a.String())
}

// open dials. Without a connection the answer says why.
func (s *Session) open(ctx context.Context) verdict.Answer {
	var a verdict.Answer
	if s.c, a = s.r.dial(ctx); s.c == nil {
		return a
	}
	s.forget()
	s.watch(ctx)
	s.idle.Reset(s.r.o.Idle)
	return a
}

// watch has the connection told when ctx ends. Contexts are told apart by their
// Done: to register each call anew would cost more than the rest of Send.
func (s *Session) watch(ctx context.Context) {
	if s.c == nil || ctx.Done() == s.watched && s.unwatch != nil {
		return
	}
	s.forget()
	s.watched, s.unwatch = ctx.Done(), context.AfterFunc(ctx, s.c.watch())
}

func (s *Session) forget() {
	if s.unwatch != nil {
		s.unwatch()
	}
	s.watched, s.unwatch = nil, nil
}

// rest notes when the session was used last.
func (s *Session) rest() { s.rested = time.Now() } //nolint:forbidigo // how long a socket was silent

// expire ends a connection that was idle for too long.
func (s *Session) expire() {
	if !s.mu.TryLock() {
		s.idle.Reset(s.r.o.Idle)
		return
	}
	defer s.mu.Unlock()
	left := s.r.o.Idle - time.Since(s.rested)
	switch {
	case s.c == nil:
	case s.holding:
		s.idle.Reset(s.r.o.Idle)
	case left > 0:
		s.idle.Reset(left)
	default:
		s.c.quit()
		s.c = nil
	}
}
