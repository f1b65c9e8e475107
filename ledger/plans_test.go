package ledger

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"dailytip/store"
	"dailytip/store/storetest"
)

// statements are those that run for each page, each minute or each chunk, and
// when somebody looks.
func statements(db *store.DB) map[string]string {
	all, course := Opening{}.readers(), Opening{CourseAfter: new(string)}.inCourse(nil)
	list := map[string]string{
		"look for work":       sqlWork,
		"what is overdue":     sqlOverdue,
		"due":                 "SELECT COUNT(*) FROM subscriptions WHERE " + due,
		"due in course":       "SELECT COUNT(*) FROM subscriptions WHERE " + dueInCourse,
		"chunk":               sqlChunk(all),
		"chunk's end":         sqlChunkEnd,
		"chunk of course":     sqlChunk(course),
		"overlapping batches": sqlOverlapping,
		"any delivery":        sqlAnyDelivery,
		"who has a delivery":  sqlWhoHas(db),
		"highest number":      sqlHighest,
		"first fresh":         sqlFirstFresh,
		"take later":          sqlTakeLater(db),
		"batch":               sqlBatch,
		"numbers with a row":  sqlWritten,
		"numbers at an end":   sqlOver,
		"people of a slot":    sqlPeopleOfSlot,
		"people by number":    sqlPeopleByNumber(db),
		"later jobs":          sqlLaterJobs,
		"outcome":             sqlOutcome,
		"notice's outcome":    sqlNoticeOutcome,
		"end claim":           sqlDropClaim(db),
		"lost claim":          sqlLose,
		"claimed range":       "SELECT id FROM " + sqlClaimed(db, claimed{span: span{1, 2}}) + " AS claimed",
		"claimed rows":        "SELECT id FROM " + sqlClaimed(db, claimed{}) + " AS claimed",
		"expire later":        sqlExpireLater,
		"withdraw later":      sqlWithdrawLater,
		"count":               sqlCount,
		"an answer":           sqlAnswerOf,
		"notices free":        sqlNoticesFree,
		"any lost":            sqlAnyLost,
		"list deliveries":     sqlDeliveries(0),
		"list some":           sqlDeliveries(2),
		"list a batch":        sqlListedDeliveries(db),
		"has a delivery":      sqlHasDelivery(db),
		"voted on":            sqlVotedOn(db),
	}
	if db.Postgres() {
		list["outcomes"], list["insert together"], list["take"] = sqlOutcomes, sqlInsertTogether, sqlTake
	}
	return list
}

// TestTickScansNoTable: what a tick and a page ask goes through indexes, however
// many subscriptions and deliveries there are. A scan of an index that holds
// only what waits is none of a table.
func TestTickScansNoTable(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		explain := explainSQLite
		if db.Postgres() {
			explain = explainPostgres
		}
		for name, query := range statements(db) {
			plan := explain(t, db, query)
			t.Logf("%s:\n\t%s", name, strings.Join(plan, "\n\t"))
			if len(plan) == 0 {
				t.Errorf("%s: no plan", name)
			}
			for _, step := range plan {
				if scan.MatchString(step) && !(step == "SCAN d" && plan[0] == "MATERIALIZE page") { // d is a page then
					t.Errorf("%s passes over a whole table: %s", name, step)
				}
			}
		}
	})
}

var scan = regexp.MustCompile(`(SCAN|Seq Scan on) (deliveries|subscriptions|subscribers|d|p|s)\b`)

// parameters tells how many a statement has.
func parameters(query string) (n int) {
	for _, m := range regexp.MustCompile(`\$(\d+)`).FindAllStringSubmatch(query, -1) {
		i, _ := strconv.Atoi(m[1]) // it's digits
		n = max(n, i)
	}
	return n
}

func explainSQLite(t *testing.T, db *store.DB, query string) (plan []string) {
	t.Helper()
	rows, err := db.Read().QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+query, slices.Repeat([]any{1}, parameters(query))...)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id, parent, unused int
		var step string
		if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
			t.Fatal(err)
		}
		plan = append(plan, step)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return plan
}

// explainPostgres asks for the plan that serves all parameters. The tables are
// empty, so it's told that a full pass is dear.
func explainPostgres(t *testing.T, db *store.DB, query string) (plan []string) {
	t.Helper()
	conn, err := db.Read().Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	for _, s := range []string{"SET enable_seqscan = off", "SET plan_cache_mode = force_generic_plan", "PREPARE q AS " + query} {
		if _, err := conn.ExecContext(t.Context(), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
	defer func() { _, _ = conn.ExecContext(context.WithoutCancel(t.Context()), "DEALLOCATE q") }()
	execute := "EXPLAIN EXECUTE q"
	if n := parameters(query); n > 0 {
		execute += "(" + strings.Join(slices.Repeat([]string{"NULL"}, n), ", ") + ")"
	}
	rows, err := conn.QueryContext(t.Context(), execute)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var step string
		if err := rows.Scan(&step); err != nil {
			t.Fatal(err)
		}
		plan = append(plan, step)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return plan
}
