package verdict

import (
	"strings"
	"time"
)

// The policy for soft bounces: an address is suspended after SoftLimit soft
// bounces on as many distinct editions, the first and the last of them at
// least SoftSpan apart. One accepted message resets the count. The caller
// counts; an edition that was retried ten times counts once, when it is given
// up.
const (
	SoftLimit = 5
	SoftSpan  = 7 * 24 * time.Hour
)

// Bounce classifies the Status field of a delivery report (RFC 3464 §2.3.4),
// a comment after the code is allowed. It is meant for recipients whose Action
// is "failed" only; "delayed" is no bounce (RFC 3464 §2.3.3). What can't be
// read is a soft bounce: the report says that the message failed, not why.
func Bounce(field string) Class {
	first, _, _ := strings.Cut(strings.TrimSpace(field), " ")
	first, _, _ = strings.Cut(first, "(") // "5.1.1(no mailbox)" is legal too
	code, ok := parseStatus(strings.TrimSpace(first))
	if !ok {
		return ClassSoft
	}
	return classify(code)
}

// classify is the table of doc.go.
func classify(s status) Class {
	switch s.class {
	case 2:
		return ClassIgnore
	case 4:
		return ClassSoft
	}
	switch s.subject {
	case 1: // addressing, RFC 3463 §3.2
		switch s.detail {
		case 1, 2, 3, 6, 10: // no mailbox, no system, bad syntax, moved; null MX (RFC 7505)
			return ClassSuppress
		case 7, 8: // the sender's address
			return ClassOwn
		}
	case 2: // mailbox, RFC 3463 §3.3
		switch s.detail {
		case 3, 252: // message too long for it; Microsoft 365: may not send as the sender
			return ClassOwn
		}
	case 3: // mail system, RFC 3463 §3.4
		if s.detail == 4 { // message too big
			return ClassOwn
		}
	case 4: // network, RFC 3463 §3.5
		if s.detail == 5 { // congestion; what large relays say of our daily quota
			return ClassOwn
		}
	case 5: // protocol, RFC 3463 §3.6
		return ClassOwn
	case 6: // content, RFC 3463 §3.7
		if s.detail == 7 || s.detail == 9 { // no SMTPUTF8 there, RFC 6531 §3.5
			return ClassUnroutable
		}
		return ClassOwn
	case 7: // policy, RFC 3463 §3.8
		switch s.detail {
		case 13, 17, 18: // account disabled (RFC 5248); owner changed (RFC 7293)
			return ClassSuppress
		case 19: // owner can't be told (RFC 7293)
			return ClassSoft
		}
		return ClassOwn
	}
	return ClassSoft
}

// Blame says what a reply given while sending means for the address. It is
// Bounce with the stage and the words taken into account: what a relay refuses before it has
// heard the recipient, and what it says of its own disk (x.3.x, temporary) or
// of its trust in us (x.7.x, temporary), never counts against a reader.
func Blame(a Reply) Class {
	switch Judge(a) {
	case Dead:
		return ClassSuppress
	case Ours:
		return ClassOwn
	case Unroutable:
		return ClassUnroutable
	case Refused:
		if code, ok := parseStatus(a.Enhanced); ok && classify(code) == ClassOwn || Assess(a).Class == ClassOwn {
			return ClassOwn
		}
		return ClassSoft
	case Retry:
		code, _ := parseStatus(a.Enhanced)
		if a.Stage < RcptTo || code.class == 4 && (code.subject == 3 || code.subject == 7) {
			return ClassIgnore
		}
		return ClassSoft
	}
	return ClassIgnore // Accepted, Down, InDoubt
}
