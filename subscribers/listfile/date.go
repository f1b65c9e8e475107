package listfile

import (
	"fmt"
	"strings"
	"time"
)

// layouts are the ways in which programs write an instant that can be read in one way
// only. Without a zone it's UTC, as the programs that write none mean it.
var layouts = []string{
	time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05 Z07:00",
	"2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05 -0700 MST", "2006-01-02 15:04:05 UTC", "2006-01-02 15:04", time.DateOnly, "2006/01/02", "2006/01/02 15:04:05",
	"Jan 2, 2006", "Jan 2 2006", "January 2, 2006", "Jan 2, 2006 3:04 PM", "Jan 2, 2006 3:04:05 PM", "January 2, 2006 3:04 PM", "2 Jan 2006", "2 January 2006",
	"Mon Jan 2 2006", "Mon, 2 Jan 2006 15:04:05 GMT", time.RFC1123Z, "2.1.2006", "2.1.2006 15:04", "2.1.2006 15:04:05", // dots are for the day first
}

// twoWays are layouts that stand for two dates, unless one of those doesn't exist.
var twoWays = [2][]string{
	{"1/2/2006", "1/2/2006 15:04", "1/2/2006 15:04:05", "1/2/2006 3:04 PM", "1/2/2006 3:04:05 PM"},
	{"2/1/2006", "2/1/2006 15:04", "2/1/2006 15:04:05", "2/1/2006 3:04 PM", "2/1/2006 3:04:05 PM"},
}

// parseInstant reads an instant; "", and what databases write for no date, is the zero
// time.
func parseInstant(column, s string) (time.Time, error) {
	if s == "" || strings.HasPrefix(s, "0000-00-00") || strings.EqualFold(s, "null") || strings.EqualFold(s, "never") {
		return time.Time{}, nil
	}
	at, ok := parseLayouts(layouts, s)
	if !ok {
		american, isAmerican := parseLayouts(twoWays[0], s)
		european, isEuropean := parseLayouts(twoWays[1], s)
		if isAmerican && isEuropean && !american.Equal(european) {
			return time.Time{}, fmt.Errorf("%s %q can mean two days; write it like 2026-11-28T07:00:00Z", column, s)
		}
		if at, ok = american, isAmerican; isEuropean {
			at, ok = european, true
		}
	}
	if !ok || at.UnixMilli() <= 0 {
		return time.Time{}, fmt.Errorf("%s %q is no instant; write it like 2026-11-28T07:00:00Z", column, s)
	}
	return at.UTC(), nil
}

func parseLayouts(layouts []string, s string) (time.Time, bool) {
	for _, layout := range layouts {
		if at, err := time.Parse(layout, s); err == nil {
			return at, true
		}
	}
	return time.Time{}, false
}
