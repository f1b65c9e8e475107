package scheduler

import (
	"errors"
	"fmt"
	"math/bits"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// Rule is what a cron expression says: on which days, at what time of day. The
// zero value is no rule; [ParseRule] makes one.
type Rule struct {
	spec         *cron.SpecSchedule
	hour, minute int
}

// ParseRule reads "minute hour day month weekday". The time must be one minute
// of the day, since a reader gets one tip a day, and some day must match.
func ParseRule(expr string) (Rule, error) {
	// The parser takes a zone in front, and panics when nothing follows it.
	if strings.Contains(expr, "TZ=") {
		return Rule{}, errors.New("schedule: write the zone in timezone:, not as CRON_TZ=")
	}
	parsed, err := cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow).Parse(expr)
	if err != nil {
		return Rule{}, fmt.Errorf("schedule %q: %w; it is minute hour day month weekday (0-6 or SUN-SAT), like 0 7 * * MON-FRI", expr, err)
	}
	spec, ok := parsed.(*cron.SpecSchedule)
	if !ok || bits.OnesCount64(spec.Minute&^star) != 1 || bits.OnesCount64(spec.Hour&^star) != 1 {
		return Rule{}, fmt.Errorf("schedule %q: it must name one minute of the day, like 0 7 * * MON-FRI", expr)
	}
	r := Rule{spec, bits.TrailingZeros64(spec.Hour), bits.TrailingZeros64(spec.Minute)}
	if !r.matchesEver() {
		return Rule{}, fmt.Errorf("schedule %q: no day of any year matches it", expr)
	}
	return r, nil
}

// star is the bit by which robfig/cron marks a field that was written *.
const star = 1 << 63

// Matches tells whether the rule takes a date. As in cron, a day of the month
// and a weekday that are both restricted are alternatives.
func (r Rule) Matches(date Date) bool {
	_, month, day := date.t.Date()
	if r.spec.Month&(1<<month) == 0 {
		return false
	}
	dom := r.spec.Dom&(1<<day) != 0
	dow := r.takes(date.Weekday())
	if r.spec.Dom&star != 0 || r.spec.Dow&star != 0 {
		return dom && dow
	}
	return dom || dow
}

// takes tells whether the weekday field holds a weekday.
func (r Rule) takes(w time.Weekday) bool { return r.spec.Dow&(1<<w) != 0 }

// matchesEver looks at a leap year: it has each day of each month, and each
// month has each weekday. Of 30 February cron's own Next gives the zero time.
func (r Rule) matchesEver() bool {
	for date := (Date{time.Date(2028, 1, 1, 0, 0, 0, 0, time.UTC)}); date.t.Year() == 2028; date = date.Add(1) {
		if r.Matches(date) {
			return true
		}
	}
	return false
}
