package mailer

import (
	"time"

	"dailytip/verdict"
)

// Observation is one attempt to hand a mail to a relay, for who measures.
type Observation struct {
	Relay      string // host:port
	Newsletter string
	Kind       string // of a notice; "": a delivery
	Attempt    int    // from 1
	Verdict    verdict.Verdict
	Reply      verdict.Reply
	Took       time.Duration // from the relay's turn to its reply, connecting included
	Bytes      int           // of the message
}

// observed tells who measures what a relay said to a mail.
func (m *Mailer) observed(x *message) {
	if m.Observe == nil {
		return
	}
	m.Observe(Observation{
		Relay: x.relay, Newsletter: x.job.Newsletter, Kind: x.job.Kind, Attempt: x.job.Attempts,
		Verdict: x.verdict, Reply: x.reply, Took: clock().Sub(x.began), Bytes: len(x.bytes.data),
	})
}

// RelayState is how a relay is doing for this node.
type RelayState struct {
	Name        string
	Up          bool // false: it couldn't be reached, and is left alone for a moment
	Connections int  // that it has let in
	Allowed     int  // that may be used just now: fewer than configured when it has asked for less
}

// RelayStates tells how each relay is doing, in the order in which they're tried.
func (m *Mailer) RelayStates() []RelayState {
	states := make([]RelayState, len(m.relays))
	for i, u := range m.relays {
		states[i] = RelayState{Name: u.Name, Up: !u.aside(), Connections: int(u.concurrency.connected.Load()), Allowed: u.concurrency.allowed()}
	}
	return states
}

// aside tells whether the relay is left alone.
func (u *upstream) aside() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.failures > 0
}

func (c *concurrency) allowed() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.limit
}
