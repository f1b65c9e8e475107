package scheduler

import (
	"database/sql"
	"regexp"
	"strings"
	"testing"
	"time"

	"dailytip/store"
	"dailytip/store/storetest"
)

// many signs up more readers than anything of these days concerns.
func many(h *harness) {
	h.Helper()
	readers := 400
	if h.db.Postgres() { // which doesn't use an index for a few
		readers = 2_000
	}
	crowd(h, readers, 40)
	h.reader(begin, "Asia/Tokyo - - weekly")
	h.reader(begin, "Europe/Berlin")
	sleeper := h.subscription("r2").ID
	h.write(func(tx *sql.Tx) error {
		_, err := h.list.Pause(h.Context(), tx, begin, utc(h, "2026-11-24 00:00"), sleeper, "")
		return err
	})
	if h.db.Postgres() { // as it does by itself from time to time
		if _, err := h.db.Read().ExecContext(h.Context(), "ANALYZE"); err != nil {
			h.Fatal(err)
		}
	}
}

// busyDays has ticks open, expire and resume and a mailer send.
func busyDays(h *harness) {
	h.Helper()
	for now := utc(h, "2026-11-23 09:00"); now.Before(utc(h, "2026-11-24 21:00")); now = now.Add(3 * time.Hour) {
		h.tick(now)
		if now.Day() == 23 { // the others' expire
			continue
		}
		for range 3 {
			h.sendAll(now)
		}
	}
	nothingDue(h)
}

func nothingDue(h *harness) {
	h.Helper()
	now := utc(h, "2026-11-24 21:10")
	h.tick(now)
	h.sendAll(now)
	if waiting, err := h.ledger.Waiting(h.Context(), now); waiting || err != nil {
		h.Errorf("something waits: %v, %v", waiting, err)
	}
}

// On PostgreSQL the server counts the rows that it reads by passing over a table.
func TestTickScansNoTableOnPostgres(t *testing.T) {
	url := storetest.PostgresURL(t)
	scanned := func(f func(h *harness)) map[string]int64 {
		db, err := store.Open(t.Context(), url)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		f(newHarness(t, db, Newsletter{Order: Oldest}, library(t, "a", "b", "c")))
		if err := db.Close(); err != nil { // only then has the server counted all
			t.Fatal(err)
		}
		return rowsScanned(t, url)
	}
	before := scanned(func(h *harness) {
		many(h)
		busyDays(h)
	})
	for table, rows := range scanned(nothingDue) {
		// One pass over a table of readers is more.
		if more := rows - before[table]; more > 500 {
			t.Errorf("%d rows of %s were read by passing over it", more, table)
		}
	}
	if len(before) < 10 {
		t.Errorf("%d tables: the test looks at too little", len(before))
	}
}

// rowsScanned returns, by table, how many rows were read by passing over it,
// once all who have used the database are gone.
func rowsScanned(t *testing.T, url string) map[string]int64 {
	t.Helper()
	db, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	for others := 1; others > 0; {
		err := db.QueryRowContext(t.Context(), `SELECT COUNT(*) FROM pg_stat_activity
			WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'`).Scan(&others)
		if err != nil {
			t.Fatal(err)
		}
	}
	rows, err := db.QueryContext(t.Context(), "SELECT relname, seq_tup_read FROM pg_stat_user_tables")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	read := map[string]int64{}
	for rows.Next() {
		var table string
		var n int64
		if err := rows.Scan(&table, &n); err != nil {
			t.Fatal(err)
		}
		read[table] = n
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return read
}

// On SQLite each statement of ticks and of a mailer is asked how it finds its rows.
func TestTickScansNoTableOnSQLite(t *testing.T) {
	db, asked := storetest.Noted(t)
	h := newHarness(t, db, Newsletter{Order: Oldest}, library(t, "a", "b", "c"))
	many(h)
	asked.Take()
	busyDays(h)
	statements := asked.Take()
	looked := 0
	for _, text := range statements {
		large := largeTables(text)
		if len(large) == 0 {
			continue
		}
		looked++
		for _, step := range storetest.Plan(t, db, text) {
			name, scans := strings.CutPrefix(step, "SCAN ")
			// All that an edition ever had is as much.
			wholeEdition := strings.HasSuffix(step, "sqlite_autoindex_deliveries_1 (edition=?)")
			if scans && large[strings.Fields(name)[0]] || wholeEdition {
				t.Errorf("%q in\n%s", step, text)
			}
		}
	}
	if looked < 10 {
		t.Errorf("%d of %d statements are about a large table: the test looks at too little", looked, len(statements))
	}
}

var tableNames = regexp.MustCompile(`\b(deliveries|subscribers|subscriptions)\b(?:\s+(?:AS\s+)?([a-z]\w*))?`)

// largeTables are those of a statement whose rows grow with the readers, by the names
// that it gives them.
func largeTables(text string) map[string]bool {
	names := map[string]bool{}
	for _, m := range tableNames.FindAllStringSubmatch(text, -1) {
		names[m[1]] = true
		if m[2] != "" {
			names[m[2]] = true
		}
	}
	return names
}
