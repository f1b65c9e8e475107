package subscribers

import (
	"context"
	"fmt"
	"strings"
	"time"

	"dailytip/lately"
	"dailytip/store"
)

// Growth is what happened to a newsletter's list in a week.
type Growth struct {
	Week       time.Time // when it began: a Monday, 00:00 UTC
	SignedUp   int64     // asked for it, or were asked whether they want it
	Confirmed  int64     // became readers, by their own word or by the operator's
	Left       int64
	Bounced    int64 // were suppressed because their mails came back,
	Complained int64 // or because they called one spam
}

const week = 7 * 24 * time.Hour

// weekOf is when the week began that an instant is in.
func weekOf(t time.Time) time.Time { return t.Truncate(week) } // Go's zero time is a Monday

// Growth returns what happened to a newsletter's list in the week of an instant and in
// those before it, oldest first. Each is counted from the histories of people and from
// what is left of those that are gone, by an index. Weeks that are over are counted once
// an hour, for a file may bring histories with old dates.
func (l *List) Growth(ctx context.Context, newsletter string, now time.Time, weeks int) ([]Growth, error) {
	all := make([]Growth, weeks)
	for i := range all {
		began := weekOf(now).Add(-time.Duration(weeks-1-i) * week)
		one, err := l.grown.Get(growthKey{newsletter, began.UnixMilli()}, now, func() (Growth, time.Duration, error) {
			g, err := l.growthIn(ctx, newsletter, began)
			if !now.Before(began.Add(week)) {
				return g, time.Hour, err
			}
			return g, lately.Holds(g.SignedUp + g.Confirmed + g.Left + g.Bounced + g.Complained), err
		})
		if err != nil {
			return nil, err
		}
		all[i] = one
	}
	return all, nil
}

type growthKey struct {
	newsletter string
	week       int64
}

// growthIn counts a week.
func (l *List) growthIn(ctx context.Context, newsletter string, began time.Time) (Growth, error) {
	g := Growth{Week: began}
	err := l.db.Read().QueryRowContext(ctx, sqlGrowth, newsletter, store.Millis(began), store.Millis(began.Add(week))).
		Scan(&g.SignedUp, &g.Confirmed, &g.Left, &g.Bounced, &g.Complained)
	if err != nil {
		return g, fmt.Errorf("count growth: %w", err)
	}
	return g, nil
}

// One statement, so that who is forgotten meanwhile is counted once.
var sqlGrowth = "SELECT " + strings.Join([]string{
	eventsOf(askingEvents), eventsOf(consentEvents), eventsOf(departureEvents),
	bouncesOf("<>") + " + " + pastOf(pastBounced),
	bouncesOf("=") + " + " + pastOf(pastComplained),
}, ",\n\t")

const duringTheWeek = " AND newsletter = $1 AND at >= $2 AND at < $3)"

// eventsOf counts what is counted as one. An index has the events of each kind together.
func eventsOf(kinds []string) string {
	var sum strings.Builder
	sum.WriteString(pastOf(kinds[0]))
	for _, kind := range kinds {
		sum.WriteString(" + (SELECT COUNT(*) FROM subscription_events WHERE kind = '" + kind + "'" + duringTheWeek)
	}
	return sum.String()
}

// bouncesOf counts those whose class is, or isn't, a complaint.
func bouncesOf(comparison string) string {
	return "(SELECT COUNT(*) FROM bounces WHERE decision = 'suppressed' AND class " + comparison + " 'complaint'" + duringTheWeek
}

func pastOf(kind string) string {
	return "(SELECT COALESCE(CAST(SUM(people) AS BIGINT), 0) FROM past_growth WHERE newsletter = $1 AND week = $2 AND kind = '" + kind + "')"
}
