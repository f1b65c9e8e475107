package subscribers

import (
	"fmt"
	"strings"
	"time"

	"golang.org/x/text/language"

	"dailytip/zone"
)

// Days is a set of weekdays; bit 0 is Monday. Zero means the newsletter's own.
type Days int64

var dayNames = [7]string{"MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"}

// Has tells whether the set holds a weekday. The zero set holds every day.
func (d Days) Has(w time.Weekday) bool {
	return d == 0 || d&(1<<((int(w)+6)%7)) != 0
}

// String writes what [ParseDays] reads: "MON WED", or "" for zero.
func (d Days) String() string {
	var names []string
	for i, name := range dayNames {
		if d&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return strings.Join(names, " ")
}

// ParseDays reads "MON-FRI", "MON WED" or a mixture; ranges may go over the end
// of the week. "" is zero.
func ParseDays(s string) (Days, error) {
	var d Days
	for _, part := range strings.FieldsFunc(strings.ToUpper(s), func(r rune) bool { return r == ' ' || r == ',' }) {
		first, last, isRange := strings.Cut(part, "-")
		i, err := dayNumber(first)
		if err != nil {
			return 0, err
		}
		j := i
		if isRange {
			if j, err = dayNumber(last); err != nil {
				return 0, err
			}
		}
		for ; ; i = (i + 1) % 7 {
			d |= 1 << i
			if i == j {
				break
			}
		}
	}
	return d, nil
}

func dayNumber(s string) (int, error) {
	for i, name := range dayNames {
		if s == name {
			return i, nil
		}
	}
	return 0, fmt.Errorf("days: %q is no weekday; write MON, TUE, WED, THU, FRI, SAT or SUN, as in MON-FRI or MON WED", s)
}

// Cadence is how often a reader gets mail: each day, or once a week with the
// week's tips.
type Cadence string

// The cadences.
const (
	Daily  Cadence = "daily"
	Weekly Cadence = "weekly"
)

// ParseCadence reads a cadence; "" is daily.
func ParseCadence(s string) (Cadence, error) {
	switch c := Cadence(strings.ToLower(s)); c {
	case "":
		return Daily, nil
	case Daily, Weekly:
		return c, nil
	}
	return "", fmt.Errorf("cadence %q is unknown; write daily or weekly", s)
}

// ParseSendAt reads a wall-clock time HH:MM; "" means the newsletter's own.
func ParseSendAt(s string) (string, error) {
	if s == "" {
		return "", nil
	}
	t, err := time.Parse("15:04", s)
	if err != nil {
		return "", fmt.Errorf("send_at %q is no time of day; write it like 07:00", s)
	}
	return t.Format("15:04"), nil
}

// ParseZone reads an IANA zone; "" means the newsletter's default.
func ParseZone(s string) (string, error) {
	if s == "" {
		return "", nil
	}
	if err := zone.Check(s); err != nil {
		return "", fmt.Errorf("time zone %q is unknown: it %w", s, err)
	}
	return s, nil
}

// ParseLanguage reads a BCP 47 tag; "" means the newsletter's own.
func ParseLanguage(s string) (string, error) {
	if s == "" {
		return "", nil
	}
	tag, err := language.Parse(s)
	if err != nil {
		return "", fmt.Errorf("language %q is unknown; write a tag like en, zh-CN or pt-BR", s)
	}
	return tag.String(), nil
}
