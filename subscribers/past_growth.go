package subscribers

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"dailytip/store"
)

// What is counted of people who are forgotten is kept as a sum for each week, by kinds.
// These are of their bounces.
const (
	pastBounced    = "bounced"
	pastComplained = "complained"
)

// What is counted as one: events, as the first of which their sum is kept.
var (
	askingEvents    = []string{signedUp, signedUpAgain}
	consentEvents   = []string{confirmed, vouchedFor}
	departureEvents = []string{leftEvent}

	countedEvents = [...][]string{askingEvents, consentEvents, departureEvents}
)

// What [List.Growth] counts of person $1 is kept before it's deleted. A condition may
// follow, and keepGrowth does.
var sqlKeepEvents = `
		INSERT INTO past_growth (newsletter, week, kind, people)
		SELECT newsletter, week, kept, COUNT(*) FROM (
			SELECT newsletter, ` + weekInSQL + ` AS week, ` + keptInSQL() + ` AS kept FROM subscription_events WHERE subscriber = $1
		) AS gone WHERE newsletter <> '' AND kept <> ''`

const (
	sqlKeepBounces = `
		INSERT INTO past_growth (newsletter, week, kind, people)
		SELECT newsletter, week, kept, COUNT(*) FROM (
			SELECT newsletter, ` + weekInSQL + ` AS week, CASE class WHEN 'complaint' THEN '` + pastComplained + `' ELSE '` + pastBounced + `' END AS kept
			FROM bounces WHERE subscriber = $1 AND decision = 'suppressed'
		) AS gone WHERE newsletter <> ''`
	keepGrowth = `
		GROUP BY newsletter, week, kept`

	// weekInSQL is weekOf the column at. 1 January 1970 was a Thursday.
	weekInSQL = `at - (at + 259200000) % 604800000`
)

// keptInSQL is the kind as which the event of a row is kept; ”: it isn't counted.
func keptInSQL() string {
	var text strings.Builder
	for _, kinds := range countedEvents {
		text.WriteString("WHEN kind IN ('" + strings.Join(kinds, "', '") + "') THEN '" + kinds[0] + "' ")
	}
	return "CASE " + text.String() + "ELSE '' END"
}

// copied takes an event from the sums that is written down a second time, for the same
// person at another address.
func copied(ctx context.Context, tx *sql.Tx, e Event) error {
	as := slices.IndexFunc(countedEvents[:], func(kinds []string) bool { return slices.Contains(kinds, e.Kind) })
	if as < 0 || e.Newsletter == "" {
		return nil
	}
	_, err := tx.ExecContext(ctx, "INSERT INTO past_growth (newsletter, week, kind, people) VALUES ($1, $2, $3, -1)",
		e.Newsletter, store.Millis(weekOf(e.At)), countedEvents[as][0])
	if err != nil {
		return fmt.Errorf("count growth: %w", err)
	}
	return nil
}
