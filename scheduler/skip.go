package scheduler

import (
	"fmt"
	"strings"

	"github.com/rickar/cal/v2"
)

// Skip is one entry of skip: days without an edition.
type Skip struct {
	first, last string // YYYY-MM-DD or MM-DD, both included
	holidays    *cal.Calendar
}

// ParseSkip reads YYYY-MM-DD, MM-DD (every year), FIRST..LAST (both included;
// of yearly dates also over New Year) or holidays:CC.
func ParseSkip(entry string) (Skip, error) {
	if country, ok := strings.CutPrefix(entry, "holidays:"); ok {
		holidays := holidaysOf(strings.ToLower(country))
		if holidays == nil {
			return Skip{}, fmt.Errorf("skip: the holidays of %q aren't known; list their dates instead", country)
		}
		return Skip{holidays: &cal.Calendar{Holidays: holidays}}, nil
	}
	first, last, isRange := strings.Cut(entry, "..")
	if !isRange {
		last = first
	}
	for _, s := range []string{first, last} {
		full := s
		if len(s) == len("12-24") {
			full = "2028-" + s // a year with a 29 February
		}
		if _, err := ParseDate(full); err != nil {
			return Skip{}, fmt.Errorf("skip: %q is no date; write it like 2026-12-24, or 12-24 for every year", s)
		}
	}
	switch {
	case len(first) != len(last):
		return Skip{}, fmt.Errorf("skip: %q has a year at one end only", entry)
	case len(first) == len("2026-12-24") && first > last:
		return Skip{}, fmt.Errorf("skip: %q ends before it begins", entry)
	}
	return Skip{first: first, last: last}, nil
}

// Takes tells whether the entry takes a date out. Of a holiday that falls on a
// weekend it takes the day itself and the working day kept for it, which may be
// in another year.
func (s Skip) Takes(date Date) bool {
	if s.holidays != nil {
		actual, observed, _ := s.holidays.IsHoliday(date.t)
		return actual || observed
	}
	day := date.String()
	day = day[len(day)-len(s.first):]
	if s.first > s.last { // over New Year
		return day >= s.first || day <= s.last
	}
	return day >= s.first && day <= s.last
}
