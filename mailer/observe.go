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
