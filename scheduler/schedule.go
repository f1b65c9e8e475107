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
	Hour    int              // 0 to 23
	Minute  int              // 0 to 59
	Days    subscribers.Days // 0: the rule's
	Cadence subscribers.Cadence
}

var _ cron.Schedule = Schedule{}

// horizon is how many days a schedule looks for its next instant: from one
// 29 February to the next it may be eight years, 2096 to 2104.
const horizon = 366 * 9

// Matches tells whether a mail is due on a date. A weekly reader's is due on one
// weekday, so that the seven dates in each mail join without gap or overlap.
func (s Schedule) Matches(date Date) bool {
	if s.Cadence == subscribers.Weekly {
		return date.Weekday() == s.weekday()
	}
	return s.Rule.Matches(date) && s.Days.Has(date.Weekday())
}

// weekday returns the day of a weekly mail: the last of the reader's days in
// the week from Monday to Sunday, else the last that the rule's weekday field
// names.
func (s Schedule) weekday() time.Weekday {
	for back := range 7 {
		day := time.Weekday((7 - back) % 7) // Sunday, Saturday, …, Monday
		if s.Days != 0 && s.Days.Has(day) || s.Days == 0 && s.Rule.takes(day) {
			return day
		}
	}
	return time.Sunday // "0 7 15 * ,": a weekday field that names none
}

// Due returns the instant at which a date's mail is due, and false when the
// date doesn't match or doesn't exist in the zone.
func (s Schedule) Due(date Date) (time.Time, bool) {
	if !s.Matches(date) {
		return time.Time{}, false
	}
	return date.At(s.Hour, s.Minute, s.Zone)
}

// Next returns the first due instant after t, or the zero time when there's
// none within nine years.
func (s Schedule) Next(t time.Time) time.Time {
	_, due := s.next(t)
	return due
}

func (s Schedule) next(t time.Time) (Date, time.Time) {
	// It needn't begin a day earlier: an instant of yesterday's date has passed.
	date := DateOf(t, s.Zone)
	for range horizon {
		if due, ok := s.Due(date); ok && due.After(t) {
			return date, due
		}
		date = date.Add(1)
	}
	return Date{}, time.Time{}
}
