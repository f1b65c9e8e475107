package ledger

import (
	"strings"
	"testing"

	"dailytip/store/storetest"
)

// What runs for each page, or at each look, reads the beginning of an index,
// however many deliveries there are.
func TestStatementsUseTheirIndexes(t *testing.T) {
	db := storetest.SQLite(t)
	for name, test := range map[string]struct {
		text    string
		indexes []string
	}{
		"look for work": {sqlWork, []string{"deliveries_unfinished (edition=? AND next_at<?)", "deliveries_unfinished (edition>?)"}},
		"claim":         {sqlReady(db), []string{"deliveries_unfinished (edition=? AND next_at<?)"}},
		"mark":          {sqlMark(db), []string{"sqlite_autoindex_deliveries_1 (edition=? AND subscriber=?)"}},
		"record":        {sqlOutcome, []string{"sqlite_autoindex_deliveries_1 (edition=? AND subscriber=?)"}},
		"overdue":       {sqlOverdue, []string{"expiries USING COVERING INDEX sqlite_autoindex_expiries_1 (at<?)"}},
		"expire":        {sqlExpire(db), []string{"deliveries_unfinished (edition=?)", "sqlite_autoindex_deliveries_1 (edition=? AND subscriber=?)"}},
		"count":         {sqlCount, []string{"deliveries_other (edition=?)"}},
	} {
		t.Run(name, func(t *testing.T) {
			rows, err := db.Read().QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+test.text, make([]any, strings.Count(test.text, "$"))[:most(test.text)]...)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = rows.Close() }()
			var plan strings.Builder
			for rows.Next() {
				var id, parent, unused int
				var step string
				if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
					t.Fatal(err)
				}
				plan.WriteString(step + "\n")
			}
			if err := rows.Err(); err != nil {
				t.Fatal(err)
			}
			for _, index := range test.indexes {
				if !strings.Contains(plan.String(), index) {
					t.Errorf("it doesn't use %s:\n%s", index, plan.String())
				}
			}
			if strings.Contains(plan.String(), "SCAN deliveries\n") {
				t.Errorf("it passes over all deliveries:\n%s", plan.String())
			}
		})
	}
}

// most is the highest number of a parameter.
func most(text string) (n int) {
	for i := 1; i < 20; i++ {
		if strings.Contains(text, "$"+string(rune('0'+i%10))) && i < 10 || i >= 10 && strings.Contains(text, "$1"+string(rune('0'+i-10))) {
			n = i
		}
	}
	return n
}
