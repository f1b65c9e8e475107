package rig

import (
	"context"
	"fmt"

	"dailytip/store"
)

// Books are what the ledger keeps twice, once in the deliveries' rows and once
// beside them. They are read in one statement, so they must agree at any
// instant, also between the transactions of an edition that is being opened.
type Books struct {
	Rows, Opened      int // deliveries, and what the counters say
	Sent, CountedSent int // of these, sent
	// Misplaced counts deliveries that wait in no place or in two, and places that
	// overlap: nobody would claim them, or two would.
	Misplaced int
}

// Agree reports whether both sides say the same.
func (b Books) Agree() bool {
	return b.Rows == b.Opened && b.Sent == b.CountedSent && b.Misplaced == 0
}

// ReadBooks reads the books of all editions.
func ReadBooks(ctx context.Context, db *store.DB) (b Books, err error) {
	var waiting, placed, shared, lost int
	err = db.Read().QueryRowContext(ctx, `
		WITH spans (low, high) AS (
			SELECT next_id, last_id FROM fresh UNION ALL SELECT first_id, last_id FROM claims WHERE first_id > 0)
		SELECT
			(SELECT COUNT(*) FROM deliveries),
			(SELECT COALESCE(SUM(opened), 0) FROM counters),
			(SELECT COUNT(*) FROM deliveries WHERE state = 'sent'),
			(SELECT COALESCE(SUM(sent), 0) FROM counters),
			(SELECT COUNT(*) FROM deliveries WHERE `+isFresh+`),
			(SELECT COALESCE(SUM((SELECT COUNT(*) FROM deliveries WHERE id >= low AND id <= high AND `+isFresh+`)), 0) FROM spans),
			(SELECT COUNT(*) - COUNT(DISTINCT low) FROM spans) + (SELECT COUNT(*) FROM spans s JOIN spans t ON s.low < t.low AND t.low <= s.high),
			(SELECT COUNT(*) FROM deliveries WHERE state = 'retry' AND next_at = 0 AND claim = 0 OR next_at > 0 AND claim > 0
				OR claim > 0 AND claim NOT IN (SELECT id FROM claims))`).
		Scan(&b.Rows, &b.Opened, &b.Sent, &b.CountedSent, &waiting, &placed, &shared, &lost)
	if err != nil {
		return b, fmt.Errorf("read the books: %w", err)
	}
	b.Misplaced = max(waiting-placed, placed-waiting) + shared + lost
	return b, nil
}

// isFresh is what a delivery is that waits in a range, as ledger/doc.go has it.
const isFresh = "state = 'pending' AND next_at = 0 AND claim = 0"

// States counts the deliveries' rows by state, by the names under which status
// and the metrics give them: "due" are all of them, "resent_in_doubt" those
// whose answer was once not seen and that aren't held for it.
func States(ctx context.Context, db *store.DB) (map[string]int, error) {
	rows, err := db.Read().QueryContext(ctx, `
		SELECT state, COUNT(*) FROM deliveries GROUP BY state
		UNION ALL SELECT 'due', COUNT(*) FROM deliveries
		UNION ALL SELECT 'resent_in_doubt', COUNT(*) FROM deliveries WHERE doubts > 0 AND state <> 'in_doubt'`)
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
