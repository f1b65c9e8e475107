package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"dailytip/store"
	"dailytip/store/storetest"
)

// texts are what people and mail servers write.
var texts = []string{
	"", "plain", "O'Brien \"quoted\"", "back\\slash\tand\nline\r\nends", "Ünïcödé", "明天开始", "عربى", "👩🏽‍🚀 🇪🇸",
	"e\u0301 and \u00e9", "\u202eright to left", "�", strings.Repeat("long ", 100), "a\u0001b", "%s $1 ? :name", "9223372036854775808",
}

// fill writes rows into every table there is, whatever it's for: row i has i in
// all its numbers, so that foreign keys fit.
func fill(t *testing.T, db *store.DB, rows int) map[string][]string {
	t.Helper()
	tables := map[string][]string{}
	for _, name := range names(t, db) {
		tables[name] = columns(t, db, name)
	}
	err := db.Write(t.Context(), func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(t.Context(), "DELETE FROM link_keys"); err != nil {
			return err
		}
		left := names(t, db)
		for round := 0; len(left) > 0 && round < 100; round++ {
			name := left[0]
			left = left[1:]
			if !insertAll(t, tx, name, tables[name], rowsOf(name, rows)) {
				left = append(left, name) // its parents come first
			}
		}
		if len(left) > 0 {
			return fmt.Errorf("no way to fill %v", left)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return tables
}

// pages is more rows than a move reads before it says how far it is.
const pages = 603

// rowsOf is how many rows of a table fill writes: those with a number and with a
// text as their key get several pages of a move.
func rowsOf(table string, rows int) int {
	if table == "subscribers" || table == "erased" {
		return max(rows, pages)
	}
	return rows
}

// columns lists a table's columns in their order, each with its type.
func columns(t *testing.T, db *store.DB, table string) (all []string) {
	t.Helper()
	query := "SELECT name || ' ' || lower(type) FROM pragma_table_info($1) ORDER BY cid"
	if db.Postgres() {
		query = "SELECT column_name || ' ' || data_type FROM information_schema.columns WHERE table_name = $1 ORDER BY ordinal_position"
	}
	rows, err := db.Read().QueryContext(t.Context(), query, table)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var c string
		if err := rows.Scan(&c); err != nil {
			t.Fatal(err)
		}
		all = append(all, c)
	}
	if err := rows.Err(); err != nil || len(all) == 0 {
		t.Fatalf("%s has %d columns, %v", table, len(all), err)
	}
	return all
}

func insertAll(t *testing.T, tx *sql.Tx, table string, columns []string, rows int) bool {
	t.Helper()
	if _, err := tx.ExecContext(t.Context(), "SAVEPOINT one"); err != nil {
		t.Fatal(err)
	}
	for i := 1; i <= rows; {
		var list []string
		var values []any
		for page := i + 20; i < page && i <= rows; i++ {
			var places []string
			for j, c := range columns {
				places = append(places, fmt.Sprintf("$%d", len(values)+1))
				switch _, kind, _ := strings.Cut(c, " "); kind {
				case "text":
					values = append(values, fmt.Sprintf("%s %d", texts[(i+j)%len(texts)], i))
				case "boolean":
					values = append(values, i%2 == 0)
				default:
					values = append(values, int64(i))
				}
			}
			list = append(list, "("+strings.Join(places, ", ")+")")
		}
		if _, err := tx.ExecContext(t.Context(), "INSERT INTO "+table+" VALUES "+strings.Join(list, ", "), values...); err != nil {
			if _, err := tx.ExecContext(t.Context(), "ROLLBACK TO one"); err != nil {
				t.Fatal(err)
			}
			return false
		}
	}
	return true
}

// names reads the migrations for the tables that there must be.
func names(t *testing.T, db *store.DB) []string {
	t.Helper()
	files, err := filepath.Glob("migrations/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	all := []string{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		up, _, _ := strings.Cut(string(data), "-- +goose Down")
		for _, m := range regexp.MustCompile(`(?m)^(CREATE|DROP) TABLE (?:IF EXISTS )?(\w+)`).FindAllStringSubmatch(up, -1) {
			if m[1] == "CREATE" {
				all = append(all, m[2])
			} else {
				all = slices.DeleteFunc(all, func(name string) bool { return name == m[2] })
			}
		}
	}
	slices.Sort(all)
	return all
}

// eachWay gives the databases of a move, from each engine to the other.
func eachWay(t *testing.T, f func(t *testing.T, from, to *store.DB)) {
	t.Run("to postgres", func(t *testing.T) { t.Parallel(); f(t, storetest.SQLite(t), storetest.Postgres(t)) })
	t.Run("to sqlite", func(t *testing.T) { t.Parallel(); f(t, storetest.Postgres(t), storetest.SQLite(t)) })
}

// Every table that the migrations make is moved, with every text and number.
func TestMove(t *testing.T) {
	moves(t, 23)
}

func moves(t *testing.T, rows int) {
	t.Helper()
	eachWay(t, func(t *testing.T, from, to *store.DB) {
		fill(t, from, rows)
		heard := map[string]int64{}
		moved, err := store.Move(t.Context(), from, to, func(table string, n int64) { heard[table] = n })
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, m := range moved {
			got = append(got, m.Table)
			if m.Rows != int64(rowsOf(m.Table, rows)) || len(m.Sum) != 64 || m.Repaired != 0 || m.Rows >= pages && heard[m.Table] == 0 {
				t.Errorf("%+v, heard of %d", m, heard[m.Table])
			}
			if a, b := dump(t, from, m.Table), dump(t, to, m.Table); a != b {
				t.Errorf("%s differs:\n%.500s\n%.500s", m.Table, a, b)
			}
		}
		slices.Sort(got)
		if want := names(t, from); !slices.Equal(got, want) {
			t.Errorf("moved %v\nwant %v", got, want)
		}
		// There and back: the sums are the same whichever engine they come from.
		if _, err := store.Move(t.Context(), from, to, nil); !errors.Is(err, store.ErrNotEmpty) {
			t.Errorf("moved a second time: %v", err)
		}
		third := storetest.SQLite(t)
		again, err := store.Move(t.Context(), to, third, nil)
		if err != nil || !slices.Equal(again, moved) {
			t.Errorf("%v\n%+v\n%+v", err, again, moved)
		}
	})
}

func dump(t *testing.T, db *store.DB, table string) string {
	t.Helper()
	rows, err := db.Read().QueryContext(t.Context(), "SELECT * FROM "+table)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for rows.Next() {
		row, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range row {
			into[i] = &row[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		for i, v := range row {
			if v == true { // SQLite has no type of its own for it
				row[i] = int64(1)
			} else if v == false {
				row[i] = int64(0)
			}
		}
		all = append(all, fmt.Sprintf("%q", row))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	slices.Sort(all)
	return strings.Join(all, "\n")
}

// A target that holds anything is left alone, and an empty one has only what
// its migrations made.
func TestMoveRefuses(t *testing.T) {
	eachWay(t, func(t *testing.T, from, to *store.DB) {
		for _, name := range names(t, to) {
			var n int
			if err := to.Read().QueryRowContext(t.Context(), "SELECT COUNT(*) FROM "+name).Scan(&n); err != nil {
				t.Fatal(err)
			}
			if n > 0 && name != "link_keys" {
				t.Errorf("the migrations fill %s: moving has to know it", name)
			}
		}
		exec(t, to, "INSERT INTO erased (email_hash, at) VALUES ('x', 1)")
		before := dump(t, to, "link_keys")
		if _, err := store.Move(t.Context(), from, to, nil); !errors.Is(err, store.ErrNotEmpty) || !strings.Contains(err.Error(), "erased") {
			t.Errorf("moved to a database that isn't empty: %v", err)
		}
		if dump(t, to, "link_keys") != before {
			t.Error("its keys are gone")
		}
		exec(t, to, "DELETE FROM erased")
		exec(t, to, "CREATE TABLE other (id BIGINT)")
		if _, err := store.Move(t.Context(), from, to, nil); !errors.Is(err, store.ErrOtherVersion) {
			t.Errorf("moved to other tables: %v", err)
		}
	})
}

func exec(t *testing.T, db *store.DB, query string) {
	t.Helper()
	err := db.Write(t.Context(), func(tx *sql.Tx) error {
		_, err := tx.ExecContext(t.Context(), query)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// What is cut off leaves nothing behind, and can be begun again.
func TestMoveCutOff(t *testing.T) {
	eachWay(t, func(t *testing.T, from, to *store.DB) {
		fill(t, from, 23)
		ctx, cancel := context.WithCancel(t.Context())
		heard := 0
		_, err := store.Move(ctx, from, to, func(string, int64) {
			if heard++; heard == 2 {
				cancel()
			}
		})
		if err == nil {
			t.Fatal("it went through")
		}
		if _, err := store.Move(t.Context(), from, to, nil); err != nil {
			t.Errorf("begun again: %v", err)
		}
	})
}

// What PostgreSQL doesn't take as text is left out and counted; the source keeps
// it.
func TestMoveRepairs(t *testing.T) {
	from, to := storetest.SQLite(t), storetest.Postgres(t)
	exec(t, from, "INSERT INTO erased (email_hash, at) VALUES ('a' || char(0) || 'b', 1), (CAST(x'63ff64' AS TEXT), 2), ('fine', 3)")
	before := dump(t, from, "erased")
	moved, err := store.Move(t.Context(), from, to, nil)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(moved, func(m store.Moved) bool { return m.Table == "erased" })
	if moved[i].Repaired != 2 || moved[i].Rows != 3 {
		t.Errorf("%+v", moved[i])
	}
	if got := dump(t, to, "erased"); !strings.Contains(got, `"ab"`) || !strings.Contains(got, "c\uFFFDd") || !strings.Contains(got, "fine") {
		t.Errorf("moved %s", got)
	}
	if dump(t, from, "erased") != before {
		t.Error("the source was changed")
	}
}
