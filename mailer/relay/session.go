package relay

import (
	"context"

	"dailytip/verdict"
)

// Session sends one message after another over one connection, which it opens
// when it needs it and again when it was lost. One goroutine uses it.
type Session struct {
	r    *Relay
	c    *conn // nil: none is open
	done []Done
}

// Done is what became of a message.
type Done struct {
	// Ref is the Envelope's.
	Ref    any
	Answer verdict.Answer
}

// Session returns one that has no connection yet. How many there are at a time
// is the caller's to bound: each has a connection of its own.
func (r *Relay) Session() *Session { return &Session{r: r} }

// Send hands over a message. On a pipelining connection its body may be held
// back to travel with the next message's envelope, so what is over comes back
// late: Send returns none, the one before, this one, or both, in order. The
// slice is reused by the next call; e.Data must stay untouched until its Done.
//
// After ctx ended nothing new is begun (the answer is Down, with the context's
// error), but a message on the wire is carried on for Grace.
func (s *Session) Send(ctx context.Context, e Envelope) []Done {
	s.done = append(s.done[:0], Done{Ref: e.Ref, Answer: s.send(ctx, e)})
	return s.done
}

// Flush ends what is held back and returns it. Call it before waiting for
// anything.
func (s *Session) Flush(context.Context) []Done { return nil }

// Close says QUIT. Flush must have been called.
func (s *Session) Close() error {
	if s.c != nil {
		s.c.quit()
		s.c = nil
	}
	return nil
}

func (s *Session) send(ctx context.Context, e Envelope) verdict.Answer {
	m, refused := prepare(e)
	if refused != nil {
		return *refused
	}
	if err := ctx.Err(); err != nil {
		return down(err)
	}
	if s.c != nil && s.c.alive() {
		a, dead := s.c.send(ctx, m)
		s.keep()
		if !dead {
			return a
		}
	}
	if s.c != nil {
		s.c.drop()
	}
	var a verdict.Answer
	if s.c, a = s.r.dial(ctx); s.c == nil {
		return a
	}
	a, _ = s.c.send(ctx, m)
	s.keep()
	return a
}

// keep drops a connection that can't carry another message.
func (s *Session) keep() {
	if s.c.usable {
		s.c.rest()
		return
	}
	s.c.drop()
	s.c = nil
}
