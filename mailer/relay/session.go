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
//
// Nothing is waited for that can be heard later. On a pipelining connection a
// message's body and the next one's envelope leave in one write; the answers to
// both are read when the message after those is there, which usually finds them
// come.
type Session struct {
	r *Relay

	mu      sync.Mutex // against the idle timer
	c       *conn      // nil: none is open
	sent    message    // its answer is due, if flying
	held    message    // the server waits for it, if holding
	next    message    // the one that Send was given
	flying  bool
	asked   bool // held's envelope is on its way behind sent; only while flying
	holding bool // never while flying
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

// Send hands over a message. What became of it, and of those before it, is
// returned late: by the next calls, in order. The slice is reused by the next
// call; e.Data must stay untouched until its Done.
//
// After ctx ended nothing new is begun (the answer is Down, with the context's
// error), but a message on the wire is carried on for Grace.
func (s *Session) Send(ctx context.Context, e Envelope) []Done {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.done = s.done[:0]
	s.watch(ctx)
	s.collect(ctx)
	refused := s.next.prepare(e)
	err := ctx.Err()
	if err == nil && !s.wanted(&s.next) {
		err = ErrUnwanted
	}
	if err != nil && refused == nil {
		a := down(err)
		refused = &a
	}
	switch {
	case refused != nil:
		s.finish(ctx)
		s.over(&s.next, *refused)
	case s.holding && s.launch(ctx, &s.next):
		s.held = s.next
	default:
		s.collect(ctx)
		s.ask(ctx, s.next)
	}
	s.rest()
	return s.done
}

// Flush ends what is under way and returns it. Call it before waiting for
// anything: the server waits too.
func (s *Session) Flush(ctx context.Context) []Done {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.done = s.done[:0]
	if s.flying || s.holding {
		s.watch(ctx)
		s.collect(ctx)
		s.finish(ctx)
		s.rest()
	}
	return s.done
}

// Close says QUIT. Flush must have been called: a message that is under way is
// given up, and that is the only error. A session that is used again opens
// another connection.
func (s *Session) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.idle.Stop()
	s.forget()
	busy := s.flying || s.holding
	switch {
	case s.c == nil:
	case busy: // QUIT would become a part of it
		s.c.drop()
	default:
		s.c.quit()
	}
	s.c = nil
	if busy {
		s.sent, s.held, s.flying, s.asked, s.holding = message{}, message{}, false, false, false
		return errors.New("close session: a message was under way: Flush comes before Close")
	}
	return nil
}

// finish ends the message held back, if any, and hears what becomes of it.
func (s *Session) finish(ctx context.Context) {
	if s.holding {
		s.launch(ctx, nil)
		s.collect(ctx)
	}
}

// launch sends the message held back and, if it can travel along (asked), next's
// envelope. Afterwards it's flying, or over.
func (s *Session) launch(ctx context.Context, next *message) (asked bool) {
	s.sent, s.holding = s.held, false
	if !s.wanted(&s.sent) {
		a := verdict.Answer{Stage: verdict.Data, Err: ErrUnwanted}
		s.drop(a) // once the server waits for a message, nothing else ends that
		s.over(&s.sent, a)
		return false
	}
	if s.waited() && !s.c.silent() {
		s.c.lost = true
		s.resend(ctx, verdict.Answer{Stage: verdict.Data, Err: errGone})
		return false
	}
	a, asked, gone := s.c.send(&s.sent, next)
	if !gone {
		s.resend(ctx, a)
		return false
	}
	s.flying, s.asked = true, asked
	return asked
}

// collect hears what became of the message that is flying, and whether the
// server waits for the one whose envelope followed it.
func (s *Session) collect(ctx context.Context) {
	if !s.flying {
		return
	}
	c, asked := s.c, s.asked
	s.flying, s.asked = false, false
	s.resend(ctx, c.landed())
	if !asked {
		return
	}
	if s.c != c {
		s.ask(ctx, s.held)
		return
	}
	s.held.first = false
	s.c.count++
	a, wanted := s.c.hear()
	if s.again(ctx, &s.held, a) {
		a, wanted = s.begin(ctx, &s.held)
	}
	s.wait(ctx, a, wanted)
}

// resend ends the message that was sent with an answer, or sends it once more.
func (s *Session) resend(ctx context.Context, a verdict.Answer) {
	if s.again(ctx, &s.sent, a) {
		var wanted bool
		if a, wanted = s.begin(ctx, &s.sent); wanted {
			var gone bool
			if a, _, gone = s.c.send(&s.sent, nil); gone {
				a = s.c.landed()
			}
			s.again(ctx, &s.sent, a)
		}
	}
	s.over(&s.sent, a)
}

// silentAfter is how long a message may be held back without a look at whether
// the server is still there.
const silentAfter = time.Second

// waited tells whether something took so long that much may have changed.
func (s *Session) waited() bool { return time.Since(s.rested) > silentAfter }

// wanted tells whether a message is still to be sent.
func (s *Session) wanted(m *message) bool {
	return m.wanted == nil || !s.waited() || m.wanted(m.ref)
}

var errGone = errors.New("the server gave up waiting for the message")

// ErrUnwanted is the answer to a message that [Envelope.Wanted] took back.
var ErrUnwanted = errors.New("it was taken back while it waited for the server")

// ask gets the server to wait for a message.
func (s *Session) ask(ctx context.Context, m message) {
	s.held = m
	a, wanted := s.begin(ctx, &s.held)
	s.wait(ctx, a, wanted)
}

// wait holds a message back, or ends it when the server doesn't want it. Without
// PIPELINING there is nothing to hold it back for.
func (s *Session) wait(ctx context.Context, a verdict.Answer, wanted bool) {
	if !wanted {
		s.over(&s.held, a)
		return
	}
	s.holding = true
	if !s.c.pipelining {
		s.rest()
		s.launch(ctx, nil)
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
	case s.holding, s.flying:
		s.idle.Reset(s.r.o.Idle)
	case left > 0:
		s.idle.Reset(left)
	default:
		s.c.quit()
		s.c = nil
	}
}
