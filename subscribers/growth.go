package subscribers

import (
	"context"
	"database/sql"
	"fmt"
	"time"

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
		one, err := l.grown.get(growthKey{newsletter, began.UnixMilli()}, now, func() (Growth, time.Duration, error) {
			g, err := l.growthIn(ctx, newsletter, began)
			switch {
			case !now.Before(began.Add(week)):
				return g, time.Hour, err
			case g.SignedUp+g.Confirmed+g.Left+g.Bounced+g.Complained >= largeCount:
				return g, countedIn, err
			}
			return g, 0, err
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

// One statement, so that who is forgotten meanwhile is counted once: sqlForgetGrowth
// keeps what sqlGrowth has counted.
const sqlGrowth = `
	SELECT ` + eventsOf + ` kind = '` + signedUp + `')` + eventsToo + ` kind = '` + signedUpAgain + `')` + pastOf + ` kind = '` + signedUp + `'),
		` + eventsOf + ` kind = '` + confirmed + `')` + eventsToo + ` kind = '` + vouchedFor + `')` + pastOf + ` kind = '` + confirmed + `'),
		` + eventsOf + ` kind = '` + leftEvent + `')` + pastOf + ` kind = '` + leftEvent + `'),
		` + bouncesOf + ` class <> 'complaint')` + pastOf + ` kind = 'bounced'),
		` + bouncesOf + ` class = 'complaint')` + pastOf + ` kind = 'complained')`

const (
	eventsOf  = `(SELECT COUNT(*) FROM subscription_events WHERE newsletter = $1 AND at >= $2 AND at < $3 AND`
	eventsToo = ` + ` + eventsOf
	bouncesOf = `(SELECT COUNT(*) FROM bounces WHERE decision = 'suppressed' AND newsletter = $1 AND at >= $2 AND at < $3 AND`
	pastOf    = ` + (SELECT COALESCE(CAST(SUM(people) AS BIGINT), 0) FROM past_growth WHERE newsletter = $1 AND week = $2 AND`
)

// weekInSQL is weekOf the column at.
const weekInSQL = `at - (at + 259200000) % 604800000` // 1 January 1970 was a Thursday

// What of a person's history is counted, before it's deleted. $1 is the person, whose
// condition follows.
const (
	sqlKeepEvents = `
		INSERT INTO past_growth (newsletter, week, kind, people)
		SELECT newsletter, week, kind, COUNT(*) FROM (
			SELECT newsletter, ` + weekInSQL + ` AS week, CASE kind WHEN '` + signedUpAgain + `' THEN '` + signedUp + `' WHEN '` + vouchedFor + `' THEN '` + confirmed + `' ELSE kind END AS kind
			FROM subscription_events WHERE subscriber = $1
				AND kind IN ('` + signedUp + `', '` + signedUpAgain + `', '` + confirmed + `', '` + vouchedFor + `', '` + leftEvent + `')) AS gone
		WHERE newsletter <> ''`
	sqlKeepBounces = `
		INSERT INTO past_growth (newsletter, week, kind, people)
		SELECT newsletter, week, kind, COUNT(*) FROM (
			SELECT newsletter, ` + weekInSQL + ` AS week, CASE class WHEN 'complaint' THEN 'complained' ELSE 'bounced' END AS kind
			FROM bounces WHERE subscriber = $1 AND decision = 'suppressed') AS gone
		WHERE newsletter <> ''`
	keepGrowth = `
		GROUP BY newsletter, week, kind
		ON CONFLICT (newsletter, week, kind) DO UPDATE SET people = past_growth.people + excluded.people`
)

// copied takes an event from the counts that is written down a second time, for the same
// person at another address.
func copied(ctx context.Context, tx *sql.Tx, e Event) error {
	kind := map[string]string{signedUp: signedUp, signedUpAgain: signedUp, confirmed: confirmed, vouchedFor: confirmed, leftEvent: leftEvent}[e.Kind]
	if kind == "" || e.Newsletter == "" {
		return nil
	}
	_, err := tx.ExecContext(ctx, `
		INSERT INTO past_growth (newsletter, week, kind, people) VALUES ($1, $2, $3, -1)
		ON CONFLICT (newsletter, week, kind) DO UPDATE SET people = past_growth.people + excluded.people`,
		e.Newsletter, store.Millis(weekOf(e.At)), kind)
	if err != nil {
		return fmt.Errorf("count growth: %w", err)
	}
	return nil
}
