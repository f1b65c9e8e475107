package store

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"testing"
)

func scratch(t *testing.T) *sql.DB {
	t.Helper()
	pool := openKeeping(dsn(filepath.Join(t.TempDir(), "x.db")))
	t.Cleanup(func() { _ = pool.Close() })
	pool.SetMaxOpenConns(1)
	if _, err := pool.ExecContext(t.Context(), "CREATE TABLE n (i BIGINT PRIMARY KEY)"); err != nil {
		t.Fatal(err)
	}
	return pool
}

// kept returns the texts that the pool's connection keeps.
func kept(t *testing.T, pool *sql.DB) (texts int) {
	t.Helper()
	conn, err := pool.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	err = conn.Raw(func(c any) error {
		k := c.(*keeper)
		texts = k.order.Len()
		if texts != len(k.kept) {
			t.Errorf("%d in order, %d by text", texts, len(k.kept))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return texts
}

func TestKeptStatementsRunAgain(t *testing.T) {
	pool := scratch(t)
	insert := func(i int) error {
		_, err := pool.ExecContext(t.Context(), "INSERT INTO n (i) VALUES ($1)", i)
		return err
	}
	count := func() (n int) {
		if err := pool.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM n").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	for i := range 5 {
		if err := insert(i); err != nil {
			t.Fatal(err)
		}
		if err := insert(i); err == nil { // a statement that failed works the next time
			t.Fatal("inserted twice")
		}
		if n := count(); n != i+1 {
			t.Fatalf("%d rows, want %d", n, i+1)
		}
	}
	if _, err := pool.ExecContext(t.Context(), "DROP TABLE n"); err != nil {
		t.Fatalf("a kept statement stands in the way: %v", err)
	}
	if _, err := pool.ExecContext(t.Context(), "CREATE TABLE n (more TEXT, i BIGINT)"); err != nil {
		t.Fatal(err)
	}
	if err := insert(7); err != nil || count() != 1 {
		t.Errorf("after the table was made anew: %v, %d rows", err, count())
	}
	if n := kept(t, pool); n != 2 {
		t.Errorf("%d statements kept, want the INSERT and the SELECT", n)
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := pool.ExecContext(cancelled, "INSERT INTO n (i) VALUES ($1)", 1); err == nil {
		t.Error("ran although its context had ended")
	}
}

func TestInPlace(t *testing.T) {
	for text, want := range map[string]string{
		"SELECT 1":                                         "SELECT 1",
		"INSERT INTO n (a, b) VALUES ($1, $2)":             "INSERT INTO n (a, b) VALUES (?, ?)",
		"UPDATE n SET a = $2 WHERE i = $1":                 "UPDATE n SET a = $2 WHERE i = $1",
		"UPDATE n SET a = $1 WHERE i = $2 AND a <> $1":     "UPDATE n SET a = $1 WHERE i = $2 AND a <> $1",
		"SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10":   "SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?",
		"SELECT a FROM n WHERE i > $1 ORDER BY i LIMIT $3": "SELECT a FROM n WHERE i > $1 ORDER BY i LIMIT $3",
	} {
		if got := inPlace(text); got != want {
			t.Errorf("%s became %s", text, got)
		}
	}
}

// The same text runs while its rows are being read.
func TestKeptStatementInItself(t *testing.T) {
	pool := scratch(t)
	tx, err := pool.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	for i := range 10 {
		if _, err := tx.ExecContext(t.Context(), "INSERT INTO n (i) VALUES ($1)", i); err != nil {
			t.Fatal(err)
		}
	}
	var pairs int
	var each func(depth int)
	each = func(depth int) {
		rows, err := tx.QueryContext(t.Context(), "SELECT i FROM n ORDER BY i")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = rows.Close() }()
		for want := 0; rows.Next(); want++ {
			var got int
			if err := rows.Scan(&got); err != nil || got != want {
				t.Fatalf("got %d, want %d; %v", got, want, err)
			}
			if depth == 0 {
				each(1)
			} else {
				pairs++
			}
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
	}
	each(0)
	each(0)
	if pairs != 200 {
		t.Errorf("%d pairs, want 200", pairs)
	}
}

func TestKeptStatementsAreBounded(t *testing.T) {
	pool := scratch(t)
	for i := range 3 * keptStatements {
		var got int
		if err := pool.QueryRowContext(t.Context(), fmt.Sprintf("SELECT %d", i)).Scan(&got); err != nil || got != i {
			t.Fatal(got, err)
		}
		if _, err := pool.ExecContext(t.Context(), "DELETE FROM n"); err != nil { // stays, being used
			t.Fatal(err)
		}
	}
	if n := kept(t, pool); n != keptStatements {
		t.Errorf("%d statements kept, want %d", n, keptStatements)
	}
	if _, err := pool.ExecContext(t.Context(), "PRAGMA cache_size = 100"); err != nil {
		t.Fatal(err)
	}
	if n := kept(t, pool); n != keptStatements {
		t.Errorf("%d statements kept, want %d", n, keptStatements)
	}
}
