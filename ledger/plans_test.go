package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
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
		"page of failed": {sqlDeliveries([]State{Failed}), []string{
			"deliveries USING COVERING INDEX deliveries_other (edition=? AND state=?)", "d USING INDEX sqlite_autoindex_deliveries_1 (edition=? AND subscriber=?)",
		}},
		"page":   {sqlDeliveries(nil), []string{"deliveries USING INDEX sqlite_autoindex_deliveries_1 (edition=? AND subscriber>?)"}},
		"count":  {sqlCount("$1, $2"), []string{"deliveries_other (edition=?)", "past_deliveries USING INDEX sqlite_autoindex_past_deliveries_1 (edition=?)"}},
		"doubts": {sqlDoubts, []string{"deliveries_other (edition=? AND state=?)"}},
		"what is old": {sqlPrunable, []string{
			"e USING INDEX sqlite_autoindex_editions_1 (id<?)", "d EXISTS USING COVERING INDEX sqlite_autoindex_deliveries_1 (edition=?)", "actions_edition (newsletter=? AND local_date=?)",
		}},
		"end of a step": {sqlPruneEnd, []string{"sqlite_autoindex_deliveries_1 (edition=?)"}},
		"keep counts":   {sqlKeepCounts, []string{"sqlite_autoindex_deliveries_1 (edition=? AND subscriber<?)"}},
		"forget":        {sqlPrune, []string{"sqlite_autoindex_deliveries_1 (edition=? AND subscriber<?)"}},
		"a good mail": {sqlLastGood, []string{
			"d USING INDEX sqlite_autoindex_deliveries_1 (edition=? AND subscriber=?)", "notices USING INDEX notices_subscriber (subscriber=?)", "b USING INDEX bounces_subscriber (subscriber=?)",
		}},
		"old notices": {sqlPruneNotices, []string{"notices USING INDEX sqlite_autoindex_notices_1 (id<?)"}},
	} {
		t.Run(name, func(t *testing.T) {
			plan := strings.Join(storetest.Plan(t, db, test.text), "\n") + "\n"
			for _, index := range test.indexes {
				if !strings.Contains(plan, index) {
					t.Errorf("it doesn't use %s:\n%s", index, plan)
				}
			}
			if strings.Contains(plan, "SCAN deliveries\n") {
				t.Errorf("it passes over all deliveries:\n%s", plan)
			}
		})
	}
}

// PostgreSQL plans by what it last counted, which may be long ago: when all waited
// that is sent by now. Nor may it read the table of a small list whole for each mail.
func TestStatementsUseTheirIndexesOnPostgres(t *testing.T) {
	const edition, readers, sent = 7, 10_000, 5_000
	db := storetest.Postgres(t)
	some := make([]int64, 32)
	zeros, words := make([]int64, len(some)), make([]string, len(some))
	for i := range some {
		some[i] = sent + int64(i)
	}
	err := db.Write(t.Context(), func(tx *sql.Tx) error {
		for _, text := range []string{
			fmt.Sprintf(`INSERT INTO deliveries (edition, subscriber, content, due_at, opened_at, expires_at, state, next_at)
				SELECT %d, n, 1, 1, 1, 1000, 'pending', 1 FROM generate_series(1, %d) AS n`, edition, readers),
			"ANALYZE deliveries",
			fmt.Sprintf("UPDATE deliveries SET state = 'sent', done_at = 2 WHERE subscriber <= %d", sent),
		} {
			if _, err := tx.ExecContext(t.Context(), text); err != nil {
				return fmt.Errorf("%s: %w", text, err)
			}
		}
		for name, test := range map[string]struct {
			text    string
			args    []any
			waiting int // how often it looks for what isn't over, which an index of its own holds
		}{
			"look for work":  {sqlWork, []any{2, 0}, 2},
			"claim":          {sqlReady(db), []any{2, edition, "daily", 32}, 1},
			"mark":           {sqlMark(db), []any{"node", edition, some}, 0},
			"record":         {sqlOutcome, []any{"sent", 0, 1, 0, 250, "", "", "en", 3, "node", edition, sent + 1}, 0},
			"expire":         {sqlExpire(db), []any{2_000, 10, edition}, 1},
			"withdraw":       {sqlWithdraw(db), []any{edition, 3, 10}, 1},
			"a page":         {sqlDeliveries(nil), []any{edition, sent, 100}, 0},
			"page of failed": {sqlDeliveries([]State{Failed}), []any{edition, 0, 100, "failed"}, 0},
			"count":          {sqlCount("$1, $2"), []any{edition, 8}, 0},
			"record a page":  {sqlOutcomes, []any{words, zeros, zeros, zeros, zeros, words, words, words, zeros, words, zeros, some}, 0},
		} {
			for kind, explain := range map[string]func(context.Context, *sql.Tx, string, []any) (string, error){"for these values": explain, "for any values": explainPrepared} {
				if kind == "for any values" && (name == "expire" || name == "withdraw") {
					continue // one for any number of rows costs more than for a chunk's, so PostgreSQL never takes it
				}
				plan, err := explain(t.Context(), tx, test.text, test.args)
				if err != nil {
					return fmt.Errorf("%s: %w", name, err)
				}
				if strings.Contains(plan, "Seq Scan on deliveries") {
					t.Errorf("%s, %s, reads the table whole:\n%s", name, kind, plan)
				}
				if n := strings.Count(plan, "deliveries_unfinished"); n != test.waiting {
					t.Errorf("%s, %s, uses the index of what isn't over %d times, not %d:\n%s", name, kind, n, test.waiting, plan)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func explain(ctx context.Context, tx *sql.Tx, text string, args []any) (plan string, err error) {
	rows, err := tx.QueryContext(ctx, "EXPLAIN "+text, args...)
	if err != nil {
		return "", err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			return "", err
		}
		plan += line + "\n"
	}
	return plan, rows.Err()
}

// explainPrepared tells the plan that PostgreSQL makes for a statement that is run often.
func explainPrepared(ctx context.Context, tx *sql.Tx, text string, args []any) (plan string, err error) {
	for _, one := range []string{"SET LOCAL plan_cache_mode = force_generic_plan", "PREPARE often AS " + text} {
		if _, err := tx.ExecContext(ctx, one); err != nil {
			return "", err
		}
	}
	plan, err = explain(ctx, tx, "EXECUTE often ("+strings.Join(slices.Repeat([]string{"NULL"}, len(args)), ", ")+")", nil)
	if err != nil {
		return "", err
	}
	_, err = tx.ExecContext(ctx, "DEALLOCATE often")
	return plan, err
}
