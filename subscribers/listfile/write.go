package listfile

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"

	"dailytip/subscribers"
)

// Write writes the subscriptions that a filter takes as CSV, and returns how many.
// Who is suppressed and has none is a row without a newsletter.
// Imported into an empty database, with the operator vouching for it, they are the
// same list again. Cells that a spreadsheet would take for a formula get a ' in
// front. Of who was erased there's nothing.
func Write(ctx context.Context, w io.Writer, l *subscribers.List, filter subscribers.Filter) (int, error) {
	out := csv.NewWriter(w)
	if err := out.Write(ExportColumns); err != nil {
		return 0, fmt.Errorf("write header: %w", err)
	}
	n := 0
	err := l.EachWithHistory(ctx, filter, func(p subscribers.Subscriber, s subscribers.Subscription, h subscribers.History) error {
		n++
		return out.Write(exported(p, s, h))
	})
	if err == nil && filter.Newsletter == "" && (filter.State == "" || filter.State == subscribers.Suppressed) {
		err = l.EachBarred(ctx, func(p subscribers.Subscriber) error {
			n++
			return out.Write(exported(p, subscribers.Subscription{State: subscribers.Suppressed, CreatedAt: p.CreatedAt}, subscribers.History{}))
		})
	}
	out.Flush()
	if err == nil {
		err = out.Error()
	}
	return n, err
}

func exported(p subscribers.Subscriber, s subscribers.Subscription, h subscribers.History) []string {
	row := []string{
		string(p.Email), p.Name, p.Language, p.Timezone, s.Slot.SendAt, s.Slot.Days.String(), string(s.Slot.Cadence), s.Newsletter,
		string(s.State), string(s.Before), exact(s.PausedUntil), exact(s.CreatedAt), tidy(h.Source), exact(s.ConfirmedAt), tidy(h.Consent), exact(h.LeftAt),
		exact(p.SuppressedAt), tidy(p.SuppressedReason), s.CourseTip,
	}
	for i := range row {
		row[i] = guard(row[i])
	}
	return row
}

// exact writes an instant to the millisecond; "" for none.
func exact(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.999Z07:00")
}

// tidy writes a text, which may be what a relay replied, in one line.
func tidy(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	return strings.Join(strings.Fields(s), " ")
}

// risky are the first characters that make a spreadsheet take a cell for a formula.
const risky = "=+-@\t\r"

// guard keeps a spreadsheet from running a cell; unguard undoes it.
func guard(s string) string {
	if isRisky(s) {
		return "'" + s
	}
	return s
}

func unguard(s string) string {
	if rest, ok := strings.CutPrefix(s, "'"); ok && isRisky(rest) {
		return rest
	}
	return s
}

// isRisky tells whether a cell is a formula, or has a ' in front of one already.
func isRisky(s string) bool {
	s = strings.TrimLeft(s, "'")
	return s != "" && strings.IndexByte(risky, s[0]) >= 0
}
