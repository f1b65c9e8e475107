package subscribers

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode"

	"dailytip/store"
)

// WriteCSV writes the subscriptions that a filter takes, in the form that
// [ReadCSV] reads, and returns how many. Imported into an empty database, with the
// operator vouching for it, they are the same list again. Cells that a spreadsheet
// would take for a formula get a ' in front.
func (l *List) WriteCSV(ctx context.Context, w io.Writer, filter Filter) (int, error) {
	out := csv.NewWriter(w)
	if err := out.Write(slices.Concat(Columns, importedColumns)); err != nil {
		return 0, fmt.Errorf("write header: %w", err)
	}
	n := 0
	var source, consent string
	var left int64
	err := l.each(ctx, filter, historyColumns, []any{&source, &consent, &left}, func(p Subscriber, s Subscription) error {
		n++
		return out.Write(csvRow(p, s, source, consent, store.Time(left)))
	})
	out.Flush()
	if err == nil {
		err = out.Error()
	}
	return n, err
}

// historyColumns are columns with what the events say of a subscription: how it was
// signed up for, how that was confirmed, and when it was left, in ms.
const historyColumns = `,
	COALESCE((SELECT detail FROM subscription_events e WHERE e.subscriber = p.id AND e.newsletter = s.newsletter
		AND e.kind IN ('` + signedUp + `', '` + signedUpAgain + `') ORDER BY e.at DESC, e.id DESC LIMIT 1), ''),
	COALESCE((SELECT detail FROM subscription_events e WHERE e.subscriber = p.id AND e.newsletter = s.newsletter
		AND e.kind IN ('` + confirmed + `', '` + vouchedFor + `') ORDER BY e.at DESC, e.id DESC LIMIT 1), ''),
	COALESCE((SELECT MAX(at) FROM subscription_events e WHERE e.subscriber = p.id AND e.newsletter = s.newsletter
		AND e.kind = '` + leftEvent + `'), 0)`

func csvRow(p Subscriber, s Subscription, source, consent string, left time.Time) []string {
	if s.State != Unsubscribed && s.Before != Unsubscribed {
		left = time.Time{} // they came back
	}
	record := []string{
		string(p.Email), p.Name, p.Language, p.Timezone, s.Slot.SendAt, s.Slot.Days.String(), string(s.Slot.Cadence), s.Newsletter,
		string(s.State), string(s.Before), exact(s.PausedUntil), exact(s.CreatedAt), tidy(source), exact(s.ConfirmedAt), tidy(consent), exact(left),
		exact(p.SuppressedAt), tidy(p.SuppressedReason), s.CourseTip,
	}
	for i := range record {
		record[i] = guard(record[i])
	}
	return record
}

// exact writes an instant to the millisecond; "" for none.
func exact(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.999Z07:00")
}

// tidy writes a text, which may be what a relay answered, in one line.
func tidy(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	return strings.Join(strings.Fields(s), " ")
}
