package subscribers

import "time"

// Decision is what was decided because of a bounce.
type Decision string

// The decisions.
const (
	Ignored  Decision = "ignored"    // it says nothing about the address
	Marked   Decision = "marked"     // dead, it seems; the next edition will tell
	Barring  Decision = "suppressed" // dead, or a complaint: it gets nothing any more
	HeldBack Decision = "held back"  // many of one domain at once: the operator decides
	Counted  Decision = "counted"    // one of those that end in a rest
	Resting  Decision = "resting"    // nothing goes there for a while
	Leaving  Decision = "unsubscribed"
	Undone   Decision = "undone" // by the operator; it counts for nothing
)

// Undoable are the decisions that an operator may take back.
func Undoable() []Decision { return []Decision{Barring, Marked, HeldBack, Counted, Resting} }

// The policy. An address that once worked is believed dead only when two editions say
// so; what worked is a mail that was accepted and of which nothing came back for
// QuietTime. Soft bounces that follow each other end in a rest.
const (
	QuietTime = 3 * 24 * time.Hour
	softLimit = 5                  // on so many editions,
	softSpan  = 7 * 24 * time.Hour // over such a time
	restTime  = 30 * 24 * time.Hour

	// What more than crowdMost readers of a domain, and more than a crowdShare-th of
	// all its readers, hear within crowdTime is about the domain rather than them.
	crowdMost  = 5
	crowdShare = 5
	crowdTime  = 24 * time.Hour
)

// past is what is known of an address when something is said of it.
type past struct {
	// good is when the last mail was accepted that stayed without a bounce for
	// QuietTime; zero: none ever was. What was said before it counts no more.
	good time.Time
	// hard are the mails since then that were refused for good, soft the editions that
	// came back for now, the first of them at softSince.
	hard      map[mailKey]bool
	soft      map[int64]bool
	softSince time.Time
	// resting: nothing goes there just now, and this is about a mail from before.
	resting bool
}

type mailKey struct{ edition, notice int64 }

// decide is the one judgement of what a bounce does to its reader, whether it was a
// reply while sending or came back later. many: so do many others of its domain.
func decide(p past, many bool, b Bounce, now time.Time) Decision {
	switch b.Class {
	case HardBounce:
		if many {
			return HeldBack
		}
		return decideHard(p, b)
	case SoftBounce:
		return decideSoft(p, b, now)
	case Complaint:
		if b.Reason == Unsubscribing {
			return Leaving
		}
		return Barring
	}
	return Ignored
}

func decideHard(p past, b Bounce) Decision {
	delete(p.hard, mailKey{b.Edition, b.Notice})
	if p.good.IsZero() || len(p.hard) > 0 {
		return Barring
	}
	return Marked
}

// decideSoft counts what came back since the last mail that arrived, also what was
// before a rest: the one mail that is tried after it begins the next rest, or the
// count anew.
func decideSoft(p past, b Bounce, now time.Time) Decision {
	if b.Edition == 0 {
		return Ignored // a notice that somebody asked for
	}
	first := p.softSince
	if first.IsZero() {
		first = now
	}
	p.soft[b.Edition] = true
	if len(p.soft) >= softLimit && now.Sub(first) >= softSpan && !p.resting {
		return Resting
	}
	return Counted
}
