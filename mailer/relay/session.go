package relay

import (
	"context"
	"errors"

	"dailytip/verdict"
)

// Session sends one message after another over one connection, which it opens
// when it needs it and again when it was lost. One goroutine uses it.
type Session struct {
	r *Relay
	c *conn // nil: none is open
}

// Session returns one that has no connection yet. How many there are at a time
// is the caller's to bound: each has a connection of its own.
func (r *Relay) Session() *Session { return &Session{r: r} }

// ErrUnwanted is the reply to a message that [Envelope].Wanted took back.
var ErrUnwanted = errors.New("it was taken back while it waited for the server")

// Send hands over a message and gives the server's reply; a fault of the network
// or of the message is a reply too.
//
// After ctx ended nothing new is begun (the reply is Down, with the context's
// error), but a message on the wire is carried on for Grace.
func (s *Session) Send(ctx context.Context, e Envelope) verdict.Reply {
	m, refused := e.check()
	if refused != nil {
		return *refused
	}
	for {
		if err := ctx.Err(); err != nil {
			return down(err)
		}
		kept := s.c != nil
		if !kept {
			var a verdict.Reply
			if s.c, a = s.r.dial(ctx); s.c == nil {
				return a
			}
		}
		a := s.c.transact(ctx, m)
		again := kept && aboutConnection(a)
		switch {
		case s.c.lost:
			s.r.o.Log.Debug("connection lost", "relay", s.r.o.Host, "reply", a.String())
			s.drop()
		case again, ctx.Err() != nil:
			s.Close()
		}
		if !again {
			return a
		}
	}
}

// transact is the conversation for one message (RFC 5321 §3.3). Afterwards lost
// says whether the connection can be used again.
func (c *conn) transact(ctx context.Context, m *message) verdict.Reply {
	stop := context.AfterFunc(ctx, c.hurry)
	defer stop()
	if refused := c.cannot(m); refused != nil {
		return *refused
	}
	if a, ok := c.envelope(m); !ok {
		c.reset()
		return a
	}
	if m.wanted != nil && !m.wanted() {
		c.lost = true // once the server waits for a message, nothing else ends that
		return verdict.Reply{Stage: verdict.Data, Err: ErrUnwanted}
	}
	if a, ok := c.data(m); !ok {
		return a
	}
	c.within(c.o.DotTimeout)
	a, _ := c.reply(verdict.Dot)
	return a
}

// aboutConnection tells whether a reply says nothing about the message, so that
// the fault may be that of a connection that was kept: the server has closed it,
// or takes no more over it. OpenSMTPD then says 452 4.5.3 (too many recipients,
// RFC 3463 §3.6) to the 101st MAIL, and 503 is said by a server that is out of
// step.
func aboutConnection(a verdict.Reply) bool {
	if a.Code == 0 {
		return a.Stage < verdict.Dot && !errors.Is(a.Err, ErrUnwanted)
	}
	return a.Stage == verdict.MailFrom && (a.Code == 421 || a.Code == 503 || a.Code/100 == 4 && a.Enhanced == "4.5.3")
}

// Close says QUIT. A session that is used again opens another connection.
func (s *Session) Close() {
	if s.c != nil {
		s.c.quit()
		s.drop()
	}
}

// drop ends the connection at once.
func (s *Session) drop() {
	_ = s.c.net.Close() // its writes have been heard of already
	s.c = nil
}
