package bounces

import (
	"cmp"

	"dailytip/verdict"
)

// Event is what a mail provider tells of one recipient, in a form of its own.
type Event struct {
	Recipient string
	// Reply is what the remote server said, with or without its type ("smtp;") in
	// front; "" where the provider doesn't tell.
	Reply string
	// Status is the enhanced status code (RFC 3463); "" where there is none.
	Status string
	// Class is the provider's own opinion; "" is none.
	Class Class
	// Reason is one word for the provider's opinion; "" is "provider".
	Reason string
}

// Told takes the provider's opinion as it is: of a complaint, or where no remote
// server was asked.
func (e Event) Told() Finding {
	return Finding{Recipient: firstAddress(e.Recipient), Class: e.Class, Reason: cmp.Or(e.Reason, "provider"), Reply: replyIn(e.Reply)}
}

// Judged judges an event as a report is judged, by the reply and the status. The
// provider's opinion counts only where these say nothing.
func (e Event) Judged() Finding {
	text := withoutType(e.Reply[:min(len(e.Reply), 8*mostReply)])
	a := reply(text, e.Status, "")
	if _, told := stageOf(text); !told && e.Class == Hard {
		// The provider has seen the conversation. If it says that the address is dead,
		// then it was the recipient that was refused.
		a.Stage = verdict.RcptTo
	}
	f := judged(firstAddress(e.Recipient), a)
	if f.Reason == verdict.Undefined && e.Class != "" {
		f.Class, f.Reason = e.Class, cmp.Or(e.Reason, "provider")
	}
	return f
}
