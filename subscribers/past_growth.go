package subscribers

import (
	"context"
	"database/sql"
	"fmt"

	"dailytip/store"
)

// What is counted of people who are forgotten is kept as a sum for each week, by these
// kinds; others have one of those.
const (
	pastBounced    = "bounced"
	pastComplained = "complained"
)

// keptAs are the kinds as which events are kept.
var keptAs = map[string]string{signedUp: signedUp, signedUpAgain: signedUp, confirmed: confirmed, vouchedFor: confirmed, leftEvent: leftEvent}

// What [List.Growth] counts of person $1 is kept before it's deleted. A condition may
// follow, and keepGrowth does.
const (
	sqlKeepEvents = `
		INSERT INTO past_growth (newsletter, week, kind, people)
		SELECT newsletter, week, kept, COUNT(*) FROM (
			SELECT newsletter, ` + weekInSQL + ` AS week,
				CASE kind WHEN '` + signedUpAgain + `' THEN '` + signedUp + `' WHEN '` + vouchedFor + `' THEN '` + confirmed + `' ELSE kind END AS kept
			FROM subscription_events
			WHERE subscriber = $1 AND kind IN ('` + signedUp + `', '` + signedUpAgain + `', '` + confirmed + `', '` + vouchedFor + `', '` + leftEvent + `')
		) AS gone WHERE newsletter <> ''`
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

// copied takes an event from the sums that is written down a second time, for the same
// person at another address.
func copied(ctx context.Context, tx *sql.Tx, e Event) error {
	kind := keptAs[e.Kind]
	if kind == "" || e.Newsletter == "" {
		return nil
	}
	_, err := tx.ExecContext(ctx, "INSERT INTO past_growth (newsletter, week, kind, people) VALUES ($1, $2, $3, -1)",
		e.Newsletter, store.Millis(weekOf(e.At)), kind)
	if err != nil {
		return fmt.Errorf("count growth: %w", err)
	}
	return nil
}
