package rig

import (
	"context"
	"fmt"

	"dailytip/store"
)

// Deliveries is a table, for a FROM clause, of all deliveries as if each had a
// row: those that only stand in a batch too.
func Deliveries(db *store.DB) string {
	from, number, reader := "json_each(b.readers) j", "b.first_id + j.key", "b.first_reader + j.value"
	if db.Postgres() {
		from, number, reader = "json_array_elements_text(b.readers::json) WITH ORDINALITY AS j (value, key)", "b.first_id + j.key - 1", "b.first_reader + j.value::bigint"
	}
	const row = "content, due_at, opened_at, expires_at"
	return `(SELECT id, edition, subscriber, ` + row + `, state, next_at, claim, attempts, doubts, language, code, enhanced, answer, done_at FROM deliveries
		UNION ALL
		SELECT ` + number + `, edition, ` + reader + `, ` + row + `, 'pending', 0, 0, 0, 0, '', 0, '', '', 0 FROM batches b, ` + from + `
		WHERE NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.id = ` + number + `)) AS deliveries`
}

// WriteOut is the statement that gives every delivery its row.
func WriteOut(db *store.DB) string {
	const columns = "id, edition, subscriber, content, due_at, opened_at, expires_at, state"
	return "INSERT INTO deliveries (" + columns + ") SELECT " + columns + " FROM " + Deliveries(db) + " WHERE TRUE ON CONFLICT DO NOTHING"
}

// Books are what the ledger keeps twice, once in the deliveries and once beside
// them. They are read in one statement, so they must agree at any
// instant, also between the transactions of an edition that is being opened.
type Books struct {
	Rows, Opened      int // deliveries, in rows and in batches, and what the counters say
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
	var listed, written, placed, away, shared, lost int
	length := "json_array_length(readers)"
	if db.Postgres() {
		length = "json_array_length(readers::json)"
	}
	err = db.Read().QueryRowContext(ctx, `
		WITH spans (low, high) AS (
			SELECT next_id, last_id FROM fresh UNION ALL SELECT first_id, last_id FROM claims WHERE first_id > 0)
		SELECT
			(SELECT COUNT(*) FROM deliveries),
			(SELECT COALESCE(SUM(`+length+`), 0) FROM batches WHERE `+length+` = last_id - first_id + 1),
			(SELECT COUNT(*) FROM batches b JOIN deliveries d ON d.id >= b.first_id AND d.id <= b.last_id),
			(SELECT COALESCE(SUM(opened), 0) FROM counters),
			(SELECT COUNT(*) FROM deliveries WHERE state = 'sent'),
			(SELECT COALESCE(SUM(sent), 0) FROM counters),
			(SELECT COALESCE(SUM(high - low + 1), 0) FROM spans),
			(SELECT COUNT(*) FROM spans s JOIN deliveries d ON d.id >= s.low AND d.id <= s.high),
			(SELECT COUNT(*) - COUNT(DISTINCT low) FROM spans) + (SELECT COUNT(*) FROM spans s JOIN spans t ON s.low < t.low AND t.low <= s.high),
			(SELECT COUNT(*) FROM deliveries WHERE state IN ('pending', 'retry') AND next_at = 0 AND claim = 0 OR next_at > 0 AND claim > 0
				OR claim > 0 AND claim NOT IN (SELECT id FROM claims))`).
		Scan(&b.Rows, &listed, &written, &b.Opened, &b.Sent, &b.CountedSent, &placed, &away, &shared, &lost)
	if err != nil {
		return b, fmt.Errorf("read the books: %w", err)
	}
	waiting, inPlace := listed-written, placed-away // without a row of their own
	b.Rows += waiting
	b.Misplaced = max(waiting-inPlace, inPlace-waiting) + shared + lost
	return b, nil
}

// States counts the deliveries one by one, by state, by the names under which status
// and the metrics give them: "due" are all of them, "resent_in_doubt" those
// whose answer was once not seen and that aren't held for it.
func States(ctx context.Context, db *store.DB) (map[string]int, error) {
	rows, err := db.Read().QueryContext(ctx, `
		WITH every_one AS MATERIALIZED (SELECT * FROM `+Deliveries(db)+`)
		SELECT state, COUNT(*) FROM every_one GROUP BY state
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
