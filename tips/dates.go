package tips

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// layouts are the forms of an instant that libraries use, most common first.
// A time without a zone is taken as UTC.
var layouts = []string{
	time.RFC3339,
	"2006-01-02",
	"2006-01-02 15:04:05 -0700",
	"2006-01-02 15:04:05 -07:00",
	"2006-01-02 15:04:05Z07:00",
	"2006-01-02 15:04:05",
	"2006-01-02T15:04:05",
	"2006-01-02T15:04:05-0700",
	"2006-01-02 15:04:05 MST",
	"2006-01-02 15:04 -0700",
	"2006-01-02 15:04",
	"2006-01-02T15:04Z07:00",
	"2006-01-02T15:04",
	"2006/01/02",
	"2006/01/02 15:04:05",
	"2006-1-2",
	"January 2, 2006",
	"Jan 2, 2006",
	"2 January 2006",
	"2 Jan 2006",
	time.RFC1123Z,
	time.RFC1123,
}

// parseInstant reads a timestamp in any of the usual forms, in UTC.
func parseInstant(s string) (time.Time, bool) {
	t, _, ok := parseLayouts(s)
	return t, ok
}

// parseLayouts reads a timestamp, in UTC, and says in which of the layouts it stood.
// In UTC, too, its year must have four digits: JSON can't hold another one.
func parseLayouts(s string) (at time.Time, layout string, ok bool) {
	s = strings.TrimSpace(s)
	if t, ok := parseEpoch(s); ok {
		return t, time.RFC3339, true
	}
	for _, form := range layouts {
		if t, err := time.Parse(form, s); err == nil {
			t = t.UTC()
			return t, form, t.Year() >= 0 && t.Year() <= 9999
		}
	}
	return time.Time{}, "", false
}

// parseEpoch reads the count of seconds or milliseconds since 1970 that programs such
// as Dendron write: those of the years from 1990 to 2100, which no other date looks like.
func parseEpoch(s string) (time.Time, bool) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || s[0] == '+' {
		return time.Time{}, false
	}
	at := time.Unix(n, 0).UTC()
	if len(s) > 11 {
		at = time.UnixMilli(n).UTC()
	}
	return at, at.Year() >= 1990 && at.Year() <= 2100
}

var plainDate = regexp.MustCompile(`^(\d{4}-)?\d{1,2}-\d{1,2}$`)

// parsePin reads a plain date: "2026-12-24", or "12-24" for every year (02-29
// then is in leap years only). plain says that s has the form of a date at
// all; date is "" when there is no such day.
func parsePin(s string) (date string, plain bool) {
	s = strings.TrimSpace(s)
	if !plainDate.MatchString(s) {
		return "", false
	}
	if t, err := time.Parse("2006-1-2", s); err == nil {
		return t.Format(time.DateOnly), true
	}
	if t, err := time.Parse("2006-1-2", "2024-"+s); err == nil {
		return t.Format("01-02"), true
	}
	return "", true
}

var jekyllName = regexp.MustCompile(`^(\d{4}-\d{1,2}-\d{1,2})-(.+)$`)

// jekyllFile splits the name of a post, "2022-01-28-own-up", into its date and
// its slug.
func jekyllFile(name string) (date time.Time, slug string, ok bool) {
	m := jekyllName.FindStringSubmatch(name)
	if m == nil {
		return time.Time{}, "", false
	}
	date, err := time.Parse("2006-1-2", m[1])
	return date, m[2], err == nil
}
