package ledger

import (
	"fmt"
	"strings"
	"testing"

	"dailytip/store"
	"dailytip/store/storetest"
)

// TestTickScansNoTable: what a tick asks with nothing due goes through indexes,
// however many subscriptions and deliveries there are. SQLite says how it would
// answer; SCAN of a table is a full pass, by an index that holds only what
// waits it isn't.
func TestTickScansNoTable(t *testing.T) {
	db := storetest.SQLite(t)
	for name, query := range map[string]string{
		"slots":   `SELECT id, newsletter, timezone, send_at, days, cadence, done_until FROM slots WHERE newsletter = $1 ORDER BY id`,
		"paused":  `SELECT id FROM subscriptions WHERE state = 'paused' AND paused_until > 0 AND paused_until <= $1`,
		"expire":  `UPDATE deliveries SET state = 'expired' WHERE state IN ('pending', 'retry') AND expires_at <= $1`,
		"waiting": `SELECT EXISTS (SELECT 1 FROM notices WHERE ` + claimable + `) OR EXISTS (SELECT 1 FROM deliveries WHERE ` + claimable + `)`,
		"due":     `SELECT COUNT(*) FROM subscriptions WHERE ` + due,
		"next":    `SELECT subscriber FROM subscriptions WHERE ` + due + ` AND subscriber > $4 ORDER BY subscriber LIMIT $5`,
		"open":    `SELECT MIN(edition) FROM deliveries WHERE state IN ('pending', 'retry') AND edition > $1`,
		"claim":   `SELECT subscriber FROM deliveries WHERE edition = $2 AND ` + claimable + ` ORDER BY next_at, subscriber LIMIT $3`,
	} {
		args := make([]any, strings.Count(query, "$"))
		for i := range args {
			args[i] = 1
		}
		most := 0
		for i := range 20 {
			if strings.Contains(query, fmt.Sprintf("$%d", i)) {
				most = i
			}
		}
		steps(t, db, name, query, args[:most])
	}
}

func steps(t *testing.T, db *store.DB, name, query string, args []any) {
	t.Helper()
	rows, err := db.Read().QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+query, args...)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	defer func() { _ = rows.Close() }()
	steps := 0
	for rows.Next() {
		var id, parent, unused int
		var detail string
		if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
			t.Fatal(err)
		}
		steps++
		t.Logf("%s: %s", name, detail)
		for _, table := range []string{"subscriptions", "deliveries", "subscribers"} {
			partial := strings.Contains(detail, "INDEX deliveries_open") || strings.Contains(detail, "INDEX subscriptions_paused")
			if strings.HasPrefix(detail, "SCAN "+table) && !partial {
				t.Errorf("%s passes over all of %s: %s", name, table, detail)
			}
		}
	}
	if err := rows.Err(); err != nil || steps == 0 {
		t.Errorf("%s: no plan, %v", name, err)
	}
}
