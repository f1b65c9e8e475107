package ledger

import (
	"context"
	"database/sql"
	"fmt"

	"dailytip/store"
)

// Check looks for what must never be, and returns a line for each kind of fault
// that it finds: a delivery that nobody would claim, a state that can't be, counts
// that don't agree with the rows. It reads one instant, so it may be asked while
// editions are opened and sent; it reads every delivery.
func Check(ctx context.Context, db *store.DB) (faults []string, err error) {
	rows, err := db.Read().QueryContext(ctx, sqlCheck)
	faults, err = store.Collect(rows, err, func(rows *sql.Rows) (string, error) {
		var n int64
		var what string
		err := rows.Scan(&what, &n)
		return fmt.Sprintf("%d %s", n, what), err
	})
	if err != nil {
		return nil, fmt.Errorf("check the ledger: %w", err)
	}
	return faults, nil
}

const sqlCheck = `
	WITH counted AS (
		SELECT edition, SUM(opened) AS opened, SUM(sent) AS sent FROM (
			SELECT edition, COUNT(*) AS opened, SUM(CASE WHEN state = 'sent' THEN 1 ELSE 0 END) AS sent FROM deliveries GROUP BY edition
			UNION ALL SELECT edition, deliveries, CASE WHEN state = 'sent' THEN deliveries ELSE 0 END FROM past_deliveries
		) AS each_one GROUP BY edition
	), sums AS (
		SELECT edition, SUM(opened) AS opened, SUM(sent) AS sent FROM counters GROUP BY edition
	), found AS (
		SELECT 'deliveries are in a state that there is not' AS what, COUNT(*) AS n FROM deliveries
			WHERE state NOT IN ('pending', 'sending', 'retry', 'sent', 'failed', 'in_doubt', 'expired', 'withdrawn')
		UNION ALL SELECT 'deliveries are being sent by a node that nobody knows', COUNT(*) FROM deliveries
			WHERE state = 'sending' AND owner NOT IN (SELECT id FROM nodes)
		UNION ALL SELECT 'notices are being sent by a node that nobody knows', COUNT(*) FROM notices
			WHERE state = 'sending' AND owner NOT IN (SELECT id FROM nodes)
		UNION ALL SELECT 'deliveries belong to a node that is not sending them', COUNT(*) FROM deliveries WHERE state <> 'sending' AND owner <> ''
		UNION ALL SELECT 'deliveries wait although they have come to their end', COUNT(*) FROM deliveries
			WHERE state IN ('pending', 'sending', 'retry') AND done_at <> 0
		UNION ALL SELECT 'deliveries wait and would never expire', COUNT(*) FROM deliveries d
			WHERE done_at = 0 AND NOT EXISTS (SELECT 1 FROM expiries x WHERE x.at = d.expires_at AND x.edition = d.edition)
		UNION ALL SELECT 'deliveries have come to their end at no time', COUNT(*) FROM deliveries
			WHERE state IN ('sent', 'failed', 'in_doubt', 'expired', 'withdrawn') AND done_at = 0
		UNION ALL SELECT 'deliveries are of an edition or a content that is not theirs', COUNT(*) FROM deliveries d
			WHERE NOT EXISTS (SELECT 1 FROM contents c WHERE c.id = d.content AND c.edition = d.edition)
		UNION ALL SELECT 'deliveries wait although those of their edition are kept no longer', COUNT(*) FROM deliveries d JOIN editions e ON e.id = d.edition
			WHERE d.done_at = 0 AND e.pruned_at > 0
		UNION ALL SELECT 'editions have other counts than deliveries', COUNT(*) FROM counted c LEFT JOIN sums s ON s.edition = c.edition
			WHERE c.opened <> COALESCE(s.opened, 0) OR c.sent <> COALESCE(s.sent, 0)
	)
	SELECT what, n FROM found WHERE n > 0`
