package tips

import (
	"strings"
	"time"
)

// Moment is an instant, "2030-01-01T08:00:00Z", or the beginning of a date in
// whatever zone it's looked at, "2030-01-01". "" is none.
type Moment string

// Reached tells whether the moment has come at an instant; a date is compared
// in the instant's zone. None never comes.
func (m Moment) Reached(at time.Time) bool {
	if m == "" {
		return false
	}
	if m.IsDate() {
		return at.Format(time.DateOnly) >= string(m)
	}
	t, err := time.Parse(time.RFC3339Nano, string(m))
	return err == nil && !at.Before(t)
}

// IsDate tells whether the moment is a date without a time of day.
func (m Moment) IsDate() bool { return len(m) == len(time.DateOnly) }

// Time is the moment as an instant; a date begins in UTC, for want of a zone.
func (m Moment) Time() time.Time {
	layout := time.RFC3339Nano
	if m.IsDate() {
		layout = time.DateOnly
	}
	t, err := time.Parse(layout, string(m))
	if err != nil {
		return time.Time{}
	}
	return t
}

// parseMoment reads a date or an instant in any of the usual forms.
func parseMoment(s string) (Moment, bool) {
	t, layout, ok := parseLayouts(s)
	switch {
	case !ok:
		return "", false
	case !strings.Contains(layout, "15"): // no hour
		return Moment(t.Format(time.DateOnly)), true
	}
	return Moment(t.Format(time.RFC3339Nano)), true
}

// WhyNot says why the tip can't be sent at an instant, in the newsletter's zone;
// "" when it can.
func (t *Tip) WhyNot(at time.Time) string {
	switch {
	case t.NeverRendered:
		return "never rendered"
	case t.Draft:
		return "draft"
	case t.Expires.Reached(at):
		return "expired"
	case t.NotBefore != "" && !t.NotBefore.Reached(at):
		return "future"
	}
	return ""
}

// At returns the tip as it may be sent at an instant: without translations that
// aren't to be read yet, or any more.
func (t *Tip) At(at time.Time) Tip {
	out := *t
	for i := range t.Translations {
		if t.Translations[i].readable(at) {
			continue
		}
		out.Translations = append([]Translation(nil), t.Translations[:i]...)
		for _, tr := range t.Translations[i+1:] {
			if tr.readable(at) {
				out.Translations = append(out.Translations, tr)
			}
		}
		return out
	}
	return out
}

func (t *Translation) readable(at time.Time) bool {
	return !t.Expires.Reached(at) && (t.NotBefore == "" || t.NotBefore.Reached(at))
}
