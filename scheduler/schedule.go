package scheduler

import (
	"time"

	"github.com/robfig/cron/v3"

	"dailytip/subscribers"
)

// Schedule is the due instants of one slot: a rule in a zone, with what its
// readers chose for themselves. It implements cron.Schedule.
type Schedule struct {
	Rule    Rule
	Zone    *time.Location
	Hour    int
	Minute  int
	Days    subscribers.Days // 0: the rule's
	Cadence subscribers.Cadence
}

var _ cron.Schedule = Schedule{}

// horizon is how far a schedule looks for its next instant: a rule such as
// 29 February may rest for eight years.
const horizon = 366 * 9

// Matches tells whether a mail is due on a date. A weekly reader's is due on
// the last of their days in the week from Monday to Sunday, or without days on
// the last day that the newsletter goes out.
func (s Schedule) Matches(date Date) bool {
	if s.Cadence != subscribers.Weekly {
		return s.Rule.Matches(date) && s.Days.Has(date.Weekday())
	}
	takes := func(d Date) bool {
		if s.Days != 0 {
			return s.Days.Has(d.Weekday())
		}
		return s.Rule.Matches(d)
	}
	if !takes(date) {
		return false
	}
	for d := date; d.Weekday() != time.Sunday; {
		if d = d.Add(1); takes(d) {
			return false
		}
	}
	return true
}

// Due returns the instant at which a date's mail is due, and false when the
// date doesn't match or doesn't exist in the zone.
func (s Schedule) Due(date Date) (time.Time, bool) {
	if !s.Matches(date) {
		return time.Time{}, false
	}
	return date.at(s.Hour, s.Minute, s.Zone)
}

// Next returns the first due instant after t, or the zero time when there's
// none within nine years.
func (s Schedule) Next(t time.Time) time.Time {
	_, due := s.next(t)
	return due
}

func (s Schedule) next(t time.Time) (Date, time.Time) {
	// A day earlier: a gap can move a date's instant into the next date.
	date := DateOf(t, s.Zone).Add(-1)
	for range horizon {
		if due, ok := s.Due(date); ok && due.After(t) {
			return date, due
		}
		date = date.Add(1)
	}
	return Date{}, time.Time{}
}

// everyMinute makes robfig/cron tick on each full minute. It adds to the
// instant it's given instead of building a new one, so that the monotonic
// reading stays and a step of the clock can't put the next tick an hour away.
type everyMinute struct{}

// Next returns the next full minute.
func (everyMinute) Next(t time.Time) time.Time {
	return t.Add(time.Minute - time.Duration(t.UnixNano())%time.Minute)
}
