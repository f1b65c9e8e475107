package pgserver

import (
	"database/sql"
	"os"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the "pgx" driver
)

// What was committed is there after each kind of end, and nothing is left of
// the server when it's closed.
func TestKilledAndBack(t *testing.T) {
	s, err := Start(Options{})
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skipf("SKIPPED: PostgreSQL can't be started: %v", err)
	}
	db, err := sql.Open("pgx", s.URL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), "CREATE TABLE kept (n BIGINT)"); err != nil {
		t.Fatal(err)
	}
	for i, end := range []func() error{s.Kill, s.Halt} {
		if _, err := db.ExecContext(t.Context(), "INSERT INTO kept VALUES ($1)", i); err != nil {
			t.Fatal(err)
		}
		if err := end(); err != nil {
			t.Fatal(err)
		}
		for begin := time.Now(); db.PingContext(t.Context()) == nil; time.Sleep(10 * time.Millisecond) {
			if time.Since(begin) > 20*time.Second {
				t.Fatal("it still answers")
			}
		}
		if err := s.Again(); err != nil {
			t.Fatal(err)
		}
		var n int
		if err := db.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM kept").Scan(&n); err != nil || n != i+1 {
			t.Fatalf("%d rows, %v; want %d", n, err, i+1)
		}
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(s.dir); !os.IsNotExist(err) {
		t.Errorf("the folder is left: %v", err)
	}
}
