package scheduler

import (
	"database/sql"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
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

// TestTickScansNoTable: what ticks and the mailer ask goes through indexes,
// however many subscriptions and deliveries there are. The statements are those
// that were run: SQLite says how it answers each.
func TestTickScansNoTable(t *testing.T) {
	db, err := store.OpenScratch(t.Context(), filepath.Join(t.TempDir(), "x.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if _, err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	h := newHarness(t, db, Newsletter{Order: Oldest}, library(t, "a", "b", "c"))
	many(h)
	before := statements(t, db)
	busyDays(h)
	seen := map[string]bool{}
	for _, text := range statements(t, db) {
		if slices.Contains(before, text) {
			continue
		}
		for _, step := range plan(t, db, text) {
			t.Logf("%s", step)
			if strings.HasPrefix(step, "SCAN ") && !harmless.MatchString(step) {
				t.Errorf("%s\n%s", step, text)
			}
			if name := uses.FindStringSubmatch(step); name != nil {
				seen[name[1]] = true
			}
		}
	}
	// What was looked at is a tick and a mailer, not the tests' own.
	for _, index := range []string{"subscriptions_due", "subscriptions_paused", "deliveries_later", "deliveries_end", "notices_open"} {
		if !seen[index] {
			t.Errorf("no statement uses %s: the test looks at too little", index)
		}
	}
}

var (
	// An index that holds only what waits, what is small by its nature, and what
	// is no table.
	harmless = regexp.MustCompile(`INDEX (deliveries_(later|end|claimed)|notices_(open|sending)|subscriptions_paused)\b` +
		`|^SCAN (pauses|fresh|claims|batches|open|one|next|shared|own|(\d+ )?CONSTANT ROWS?|\d+-ROW VALUES CLAUSE)\b|^SCAN (j|numbers) VIRTUAL TABLE`)
	uses = regexp.MustCompile(`INDEX (\w+)`)
)

// statements returns what the program has asked on the database's one
// connection.
func statements(t *testing.T, db *store.DB) (texts []string) {
	t.Helper()
	conn, err := db.Read().Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	err = conn.Raw(func(c any) error {
		texts = c.(interface{ Statements() []string }).Statements()
		return nil
	})
	if err != nil || len(texts) < 10 {
		t.Fatalf("%d statements, %v", len(texts), err)
	}
	return texts
}

var place = regexp.MustCompile(`\$(\d+)`)

// plan returns the steps by which SQLite runs a statement.
func plan(t *testing.T, db *store.DB, text string) (steps []string) {
	t.Helper()
	most := 0
	for _, found := range place.FindAllStringSubmatch(text, -1) {
		n, _ := strconv.Atoi(found[1])
		most = max(most, n)
	}
	rows, err := db.Read().QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+text, make([]any, most)...)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	defer rows.Close()
	for rows.Next() {
		var id, parent, unused int
		var detail string
		if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
			t.Fatal(err)
		}
		steps = append(steps, detail)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return steps
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
