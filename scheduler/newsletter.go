package scheduler

import (
	"time"

	"dailytip/subscribers"
	"dailytip/tips"
)

// Newsletter is what the scheduler knows of one.
type Newsletter struct {
	ID          string
	Language    string // BCP 47, of tips that don't say theirs
	Rule        Rule
	Zone        *time.Location // for all readers; nil: each reader's own
	DefaultZone *time.Location // of readers who have none; nil: UTC
	Library     *tips.Library
	// Withhold keeps a tip from being chosen, such as one whose mail would be
	// too large; nil: none is.
	Withhold    func(*tips.Tip) bool
	Tags        []string // only tips with one of these; empty: all
	Order       Order
	RepeatAfter time.Duration // whole days that a sent tip rests; 0: until the library is used up
	Stop        bool          // when nothing is left: send nothing instead of repeating
	Skips       []Skip
	Grace       time.Duration // how late a missed run still goes out; less than a day
	GiveUpAfter time.Duration // after the due instant, a delivery expires
	Proof       Proof
	Approve     bool // only approved texts are sent
}

// Proof is who is shown each edition before it goes out, and when.
type Proof struct {
	To     subscribers.Address // "": nobody
	Before time.Duration       // the edition's instant in the newsletter's default zone
}

// Schedule returns the due instants of a slot of the newsletter.
func (n *Newsletter) Schedule(slot subscribers.Slot) Schedule {
	s := Schedule{
		Rule: n.Rule, Zone: n.zone(slot.Timezone), Hour: n.Rule.hour, Minute: n.Rule.minute,
		Days: slot.Days, Cadence: slot.Cadence,
	}
	if t, err := time.Parse("15:04", slot.SendAt); err == nil {
		s.Hour, s.Minute = t.Hour(), t.Minute()
	}
	return s
}

// own returns the due instants of readers who chose nothing for themselves.
func (n *Newsletter) own() Schedule {
	return n.Schedule(subscribers.Slot{Cadence: subscribers.Daily})
}

// Next returns when the newsletter is next due for readers who chose nothing
// for themselves.
func (n *Newsletter) Next(now time.Time) time.Time { return n.own().Next(now) }

func (n *Newsletter) zone(name string) *time.Location {
	if n.Zone != nil {
		return n.Zone
	}
	if name != "" {
		// Names were checked when they came in; one that a newer tz database
		// has dropped must not cost the reader their mail.
		if zone, err := time.LoadLocation(name); err == nil {
			return zone
		}
	}
	if n.DefaultZone != nil {
		return n.DefaultZone
	}
	return time.UTC
}

// Today returns the date in the newsletter's default zone.
func (n *Newsletter) Today(now time.Time) Date { return DateOf(now, n.zone("")) }

// Begin returns the instant at which a date begins for a subscription's reader.
func (n *Newsletter) Begin(date Date, sub subscribers.Subscription) time.Time {
	return date.atOrNext(0, 0, n.zone(sub.Slot.Timezone))
}

// Upcoming returns the first date whose edition can still be opened when it
// hasn't been: the last that has come in the default zone, while it's within the
// grace, else the next. A plan begins there; what passed before without an
// edition gets none.
func (n *Newsletter) Upcoming(now time.Time) Date {
	own := n.own()
	date, due := own.next(now.Add(-n.Grace - time.Nanosecond))
	for {
		next, nextDue := own.next(due)
		switch {
		case due.IsZero():
			return n.Today(now)
		case nextDue.IsZero() || nextDue.After(now):
			return date
		}
		date, due = next, nextDue
	}
}

// NextDue returns when a subscription's next mail is due, or the zero time when
// none is. What is due but not yet opened counts.
func (n *Newsletter) NextDue(s subscribers.Subscription) time.Time {
	if s.State != subscribers.Active {
		return time.Time{}
	}
	after := s.Slot.DoneUntil
	if s.DueAfter.After(after) {
		after = s.DueAfter
	}
	return n.Schedule(s.Slot).Next(after)
}
