package scheduler

import (
	"errors"
	"fmt"
	"math/bits"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// Rule is what a cron expression says: on which days, at what time of day.
type Rule struct {
	spec         *cron.SpecSchedule
	hour, minute int
}

// ParseRule reads "minute hour day month weekday". The time must be one minute
// of the day: a reader gets one tip a day.
func ParseRule(expr string) (Rule, error) {
	// The parser takes a zone in front, and panics when nothing follows it.
	if strings.Contains(expr, "TZ=") {
		return Rule{}, errors.New("schedule: write the zone in timezone:, not as CRON_TZ=")
	}
	parsed, err := cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow).Parse(expr)
	if err != nil {
		return Rule{}, fmt.Errorf("schedule %q: %w", expr, err)
	}
	spec, ok := parsed.(*cron.SpecSchedule)
	if !ok || bits.OnesCount64(spec.Minute&^star) != 1 || bits.OnesCount64(spec.Hour&^star) != 1 {
		return Rule{}, fmt.Errorf("schedule %q: it must name one minute of the day, like 0 7 * * MON-FRI", expr)
	}
	return Rule{spec, bits.TrailingZeros64(spec.Hour), bits.TrailingZeros64(spec.Minute)}, nil
}

// star is the bit by which robfig/cron marks a field that was written *.
const star = 1 << 63

// Matches tells whether the rule takes a date. As in cron, a day of the month
// and a weekday that are both restricted are alternatives.
func (r Rule) Matches(date Date) bool {
	_, month, day := date.t.Date()
	dom := r.spec.Dom&(1<<day) != 0
	dow := r.spec.Dow&(1<<date.t.Weekday()) != 0
	if r.spec.Month&(1<<month) == 0 {
		return false
	}
	if r.spec.Dom&star != 0 || r.spec.Dow&star != 0 {
		return dom && dow
	}
	return dom || dow
}

// Date is a day of the calendar, of no zone.
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
func (d Date) Sub(other Date) int { return int(d.t.Sub(other.t).Hours() / 24) }

// After tells whether d is later than other.
func (d Date) After(other Date) bool { return d.t.After(other.t) }

// Weekday returns the day of the week.
func (d Date) Weekday() time.Weekday { return d.t.Weekday() }

// at returns the instant at which clocks in a zone show a time of this date,
// and false when the zone skipped the whole date (Pacific/Apia, 2011-12-30).
func (d Date) at(hour, minute int, zone *time.Location) (time.Time, bool) {
	y, m, day := d.t.Date()
	if DateOf(time.Date(y, m, day, 12, 0, 0, 0, zone), zone) != d {
		return time.Time{}, false
	}
	// time.Date doesn't say which instant it takes in a gap or an overlap, so
	// try the offsets in force a day before and a day after, the earlier first.
	wall := time.Date(y, m, day, hour, minute, 0, 0, time.UTC)
	_, before := wall.Add(-24 * time.Hour).In(zone).Zone()
	_, after := wall.Add(24 * time.Hour).In(zone).Zone()
	var best time.Time
	for _, offset := range []int{before, after} {
		t := wall.Add(-time.Duration(offset) * time.Second)
		if _, o := t.In(zone).Zone(); o == offset && (best.IsZero() || t.Before(best)) {
			best = t
		}
	}
	if !best.IsZero() {
		return best, true
	}
	// The wall clock jumps over the time: the first instant after the gap is
	// the change itself. With the offset from before the gap, the wall time
	// falls just behind it.
	start, _ := wall.Add(-time.Duration(before) * time.Second).In(zone).ZoneBounds()
	return start.UTC(), true
}
