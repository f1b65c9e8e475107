// Package storetest opens databases for tests: a migrated one on each engine.
// PostgreSQL is started once for a test binary.
package storetest

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"dailytip/internal/pgserver"
	"dailytip/store"
)

// start starts the server at first need. It lives as long as the test binary.
var start = sync.OnceValues(func() (*pgserver.Server, error) { return pgserver.Start(pgserver.Options{}) })

var databases atomic.Int64 // made so far

// Each runs f on both engines, as a subtest of its own each.
func Each(t *testing.T, f func(t *testing.T, db *store.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { f(t, SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { f(t, Postgres(t)) })
}

// SQLite returns a migrated database in a temporary folder.
func SQLite(t testing.TB) *store.DB {
	t.Helper()
	return open(t, filepath.Join(t.TempDir(), "dailytip.db"))
}

// Postgres returns a migrated database of its own on a running server. Without
// a server to start, the test is skipped, or fails when CI is set.
func Postgres(t testing.TB) *store.DB {
	t.Helper()
	return open(t, PostgresURL(t))
}

// PostgresURL makes an empty database and returns its URL.
func PostgresURL(t testing.TB) string {
	t.Helper()
	server, err := start()
	if err != nil {
		Missing(t, "PostgreSQL", err)
	}
	admin, err := sql.Open("pgx", server.URL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = admin.Close() }()
	name := fmt.Sprintf("t%d", databases.Add(1))
	if _, err := admin.ExecContext(t.Context(), "CREATE DATABASE "+name); err != nil {
		t.Fatalf("create database: %v", err)
	}
	return server.URL(name)
}

// Missing ends a test that needs something this machine lacks: a skip on a
// person's machine, a failure where CI is set.
func Missing(t testing.TB, what string, err error) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatalf("%s can't be started: %v", what, err)
	}
	t.Skipf("SKIPPED: %s can't be started: %v", what, err)
}

func open(t testing.TB, name string) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if _, err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return db
}
