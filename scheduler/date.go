package scheduler

import (
	"fmt"
	"time"
)

// Date is a day of the calendar, of no zone. Dates can be compared with ==; the
// zero value is no date.
type Date struct{ t time.Time } // midnight UTC

// ParseDate reads YYYY-MM-DD.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Date{}, fmt.Errorf("%q is no date; write it like 2026-12-24", s)
	}
	return Date{t}, nil
}

// DateOf returns the date that clocks in a zone show at an instant.
func DateOf(t time.Time, zone *time.Location) Date {
	y, m, d := t.In(zone).Date()
	return Date{time.Date(y, m, d, 0, 0, 0, 0, time.UTC)}
}

// String writes YYYY-MM-DD.
func (d Date) String() string { return d.t.Format(time.DateOnly) }

// Add returns the date some days later.
func (d Date) Add(days int) Date { return Date{d.t.AddDate(0, 0, days)} }

// Sub returns how many days d is after other.
func (d Date) Sub(other Date) int { return int(d.t.Sub(other.t) / (24 * time.Hour)) }

// After tells whether d is later than other.
func (d Date) After(other Date) bool { return d.t.After(other.t) }

// IsZero tells whether there is no date.
func (d Date) IsZero() bool { return d.t.IsZero() }

// Weekday returns the day of the week.
func (d Date) Weekday() time.Weekday { return d.t.Weekday() }

// At returns the first instant at which clocks in a zone show this date and a
// time of day; when they jump over it, the instant of the jump. It returns false
// when the zone skipped the whole date, as Pacific/Apia did 2011-12-30.
func (d Date) At(hour, minute int, zone *time.Location) (time.Time, bool) {
	if begin, shown := first(d.t, zone); !shown && DateOf(begin, zone) != d {
		return time.Time{}, false
	}
	due, _ := first(d.t.Add(time.Duration(hour)*time.Hour+time.Duration(minute)*time.Minute), zone)
	return due, true
}

// atOrNext is [Date.At], and for a date that the zone skipped the beginning of the next.
func (d Date) atOrNext(hour, minute int, zone *time.Location) time.Time {
	at, ok := d.At(hour, minute, zone)
	if !ok {
		at, _ = d.Add(1).At(0, 0, zone)
	}
	return at
}

// first returns the first instant at which clocks in a zone show a wall time,
// given as if it were UTC, and true; or the instant at which they jump over it,
// and false. time.Date doesn't do: it leaves open which instant it takes in a
// gap or an overlap.
func first(wall time.Time, zone *time.Location) (time.Time, bool) {
	// Through the stretches of constant offset, from safely before: no offset
	// is anywhere near two days.
	for t := wall.Add(-48 * time.Hour).In(zone); ; {
		_, offset := t.Zone()
		start, end := t.ZoneBounds()
		shown := wall.Add(-time.Duration(offset) * time.Second)
		switch {
		case shown.Before(start): // the stretch before ended too early for it
			return start.UTC(), false
		case end.IsZero() || shown.Before(end):
			return shown, true
		}
		t = end
	}
}
