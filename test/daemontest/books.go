package daemontest

import (
	"context"
	"fmt"

	"dailytip/store"
)

// States counts the deliveries one by one, by state, by the names under which status
// and the metrics give them: "due" are all of them, "resent_in_doubt" those
// whose reply was once not seen and that aren't held for it.
func States(ctx context.Context, db *store.DB) (map[string]int, error) {
	rows, err := db.Read().QueryContext(ctx, `
		WITH every_one AS MATERIALIZED (SELECT * FROM deliveries)
		SELECT CASE WHEN state = 'sending' THEN 'pending' ELSE state END AS shown, COUNT(*) FROM every_one GROUP BY shown
		UNION ALL SELECT 'due', COUNT(*) FROM every_one
		UNION ALL SELECT 'resent_in_doubt', COUNT(*) FROM every_one WHERE doubts > 0 AND state <> 'in_doubt'`)
	if err != nil {
		return nil, fmt.Errorf("count rows: %w", err)
	}
	defer func() { _ = rows.Close() }()
	n := map[string]int{}
	for rows.Next() {
		var state string
		var count int
		if err := rows.Scan(&state, &count); err != nil {
			return nil, fmt.Errorf("count rows: %w", err)
		}
		n[state] = count
	}
	return n, rows.Err()
}
