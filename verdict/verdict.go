package verdict

import "fmt"

// Stage is the moment of an SMTP conversation that a reply belongs to.
// Stages are ordered: a later one is greater.
type Stage int

// The stages. Data lasts until the 354 and while the message is written; Dot
// begins when the final dot may have reached the server.
const (
	Connect Stage = iota
	TLS
	Auth
	MailFrom
	RcptTo
	Data
	Dot
)

var stageNames = [...]string{"connect", "tls", "auth", "mail from", "rcpt to", "data", "dot"}

// String gives the stage in words: "connect", "mail from", "dot".
func (s Stage) String() string { return name(stageNames[:], int(s), "stage") }

// Reply is what a server said, or that it said nothing.
type Reply struct {
	Stage Stage
	// Code is the reply code, 200–599; 0: none was seen. A message that we
	// refuse ourselves carries the code that a server would have given, and a
	// Text that says so.
	Code int
	// Enhanced is the enhanced status code, such as "5.1.1"; "" when the
	// server gave none.
	Enhanced string
	// Text is the server's text without its codes: one line, printable, for
	// the operator. [Assess] reads it, within its bounds.
	Text string
	// Err is the network's error, nil when there was a reply.
	Err error
}

// String gives the reply as a log or a list should show it:
// "550 5.1.1 no such user", or the network's error and where it happened.
func (a Reply) String() string {
	s := ""
	if a.Code != 0 {
		s = fmt.Sprintf("%d", a.Code)
	}
	for _, part := range []string{a.Enhanced, a.Text} {
		if part != "" {
			if s != "" {
				s += " "
			}
			s += part
		}
	}
	if s == "" && a.Err != nil {
		s = a.Err.Error()
	}
	if s == "" {
		s = "no reply"
	}
	return s + " (at " + a.Stage.String() + ")"
}

// Verdict is what to do with a message after a reply.
type Verdict int

// The verdicts. Accepted is not the zero value: a reply that nobody judged
// must never look like a delivery.
const (
	// Down: the relay can't be reached or went away; nothing was said about
	// the message. Drop the connection, put the message back, try again later
	// or through the next relay. Counts as no attempt.
	Down Verdict = iota
	// Accepted: the relay has taken responsibility (RFC 5321 §4.2.5).
	Accepted
	// Retry: a temporary refusal of this message. Try again later.
	Retry
	// Dead: the address doesn't exist. The message fails and nobody writes to
	// the address again.
	Dead
	// Refused: this message fails for this reader; what that means for the
	// address, Assess tells.
	Refused
	// Ours: our fault or the relay's. Pause the run, say so, put the message
	// back. Never the reader's fault.
	Ours
	// Unroutable: the message can't go through this relay (an
	// internationalised address and no SMTPUTF8), another might take it.
	Unroutable
	// InDoubt: handed over, the reply never seen. It may have been delivered.
	InDoubt
)

var verdictNames = [...]string{"down", "accepted", "retry", "dead", "refused", "ours", "unroutable", "in doubt"}

// String gives the verdict in words: "accepted", "in doubt".
func (v Verdict) String() string { return name(verdictNames[:], int(v), "verdict") }

// Class is what a bounce says about an address.
type Class int

// The classes. The zero value does nothing.
const (
	ClassIgnore     Class = iota // not a failure, or not about the address
	ClassSuppress                // the address is dead: never write to it again
	ClassSoft                    // a soft bounce: several of them, over some time, rest the address
	ClassOwn                     // our fault: tell the operator, leave the address alone
	ClassUnroutable              // can't go through this relay: leave the address alone
)

var classNames = [...]string{"ignore", "suppress", "soft", "own", "unroutable"}

// String gives the class in words: "suppress", "soft".
func (c Class) String() string { return name(classNames[:], int(c), "class") }

func name(names []string, i int, kind string) string {
	if i < 0 || i >= len(names) {
		return fmt.Sprintf("%s %d", kind, i)
	}
	return names[i]
}
