package scheduler

import (
	"slices"
	"strings"
	"testing"
)

func TestSkipTakes(t *testing.T) {
	for _, tt := range []struct{ entry, takes, leaves string }{
		{"2026-12-24", "2026-12-24", "2026-12-23 2026-12-25 2027-12-24"},
		{"12-24", "2026-12-24 2027-12-24", "2026-12-23 2026-11-24"},
		{"02-29", "2028-02-29", "2026-02-28 2026-03-01"},
		{"2026-12-24..2027-01-02", "2026-12-24 2026-12-31 2027-01-02", "2026-12-23 2027-01-03 2027-12-24"},
		{"07-01..07-31", "2026-07-01 2027-07-31", "2026-06-30 2026-08-01"},
		{"12-24..01-02", "2026-12-24 2026-12-31 2027-01-01 2027-01-02", "2026-12-23 2027-01-03 2026-06-01"},
		{"holidays:us", "2026-12-25 2026-11-26 2026-07-04 2026-07-03", "2026-12-24 2026-07-02"}, // the 4th is a Saturday, kept on the 3rd
		{"holidays:us", "2022-01-01 2021-12-31", "2021-12-30 2022-12-31"},                       // New Year kept in the year before
		{"holidays:gb", "2027-12-27 2027-12-28 2026-04-03", "2027-12-29"},
		{"holidays:DE", "2026-10-03 2026-04-06", "2026-10-02"},
	} {
		s, err := ParseSkip(tt.entry)
		if err != nil {
			t.Errorf("%s: %v", tt.entry, err)
			continue
		}
		for d := range strings.FieldsSeq(tt.takes) {
			if !s.Takes(day(t, d)) {
				t.Errorf("%s leaves %s", tt.entry, d)
			}
		}
		for d := range strings.FieldsSeq(tt.leaves) {
			if s.Takes(day(t, d)) {
				t.Errorf("%s takes %s", tt.entry, d)
			}
		}
	}
}

func TestParseSkipRefuses(t *testing.T) {
	for _, entry := range []string{
		"", "..", "24.12.2026", "2026-02-29", "13-01", "02-30", "2026-12-24..01-02", "12-24..2027-01-02",
		"2027-01-02..2026-12-24", "2026-12-24..", "holidays:", "holidays:xx", "holidays:usa", "Christmas",
	} {
		if s, err := ParseSkip(entry); err == nil {
			t.Errorf("%q is read as %v", entry, s)
		} else if !strings.HasPrefix(err.Error(), "skip: ") {
			t.Errorf("%q: %v", entry, err)
		}
	}
}

func FuzzParseSkip(f *testing.F) {
	for _, s := range []string{"2026-12-24", "12-24..01-02", "holidays:us", "2026-12-24..2027-01-02", "é2-24"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, entry string) {
		s, err := ParseSkip(entry)
		if err != nil || s.holidays != nil {
			return
		}
		// What is accepted takes its own ends out, in a leap year.
		for _, end := range []string{s.first, s.last} {
			if len(end) == len("12-24") {
				end = "2028-" + end
			}
			if !s.Takes(day(t, end)) {
				t.Errorf("%q leaves %s", entry, end)
			}
		}
	})
}

func TestEveryHolidayListHasSome(t *testing.T) {
	for country := range strings.FieldsSeq("ar at au be bg br ca ch cz de dk es fr gb gr hr ie it jp lt lv nl no nz pl ro ru se si sk ua us za") {
		s, err := ParseSkip("holidays:" + country)
		if err != nil {
			t.Error(err)
			continue
		}
		var taken []string
		for d := day(t, "2026-01-01"); d != day(t, "2027-01-01"); d = d.Add(1) {
			if s.Takes(d) {
				taken = append(taken, d.String())
			}
		}
		if len(taken) < 4 || len(taken) > 40 || !slices.Contains(taken, "2026-01-01") {
			t.Errorf("%s: %d days: %v", country, len(taken), taken)
		}
	}
}
