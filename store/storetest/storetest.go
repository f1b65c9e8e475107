// Package storetest opens databases for tests: a migrated one on each engine.
// PostgreSQL is started once for a test binary.
package storetest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"dailytip/store"
	"dailytip/test/pgserver"
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
	made, err := migratedFile()
	if err != nil {
		t.Fatalf("make a migrated database: %v", err)
	}
	path := filepath.Join(t.TempDir(), "dailytip.db")
	if err := os.WriteFile(path, made, 0o600); err != nil {
		t.Fatal(err)
	}
	return open(t, path)
}

// migratedFile is what each test gets a copy of: to migrate takes longer than most
// tests.
var migratedFile = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "dailytip-test-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	path := filepath.Join(dir, "dailytip.db")
	if err := migrate(path); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

// Postgres returns a migrated database of its own on a running server. Without
// a server to start, the test is skipped, or fails when CI is set.
func Postgres(t testing.TB) *store.DB {
	t.Helper()
	name := free.take()
	if name == "" {
		name = create(t, func() (string, error) {
			like, err := migratedDatabase()
			return like.name, err
		})
	}
	t.Cleanup(func() { free.clean(name) }) // after open's
	return open(t, name)
}

// free are the databases whose tests are over, by their URL. To make one takes
// longer than most tests.
var free pool

type pool struct {
	mu    sync.Mutex
	names []string
}

func (p *pool) take() (name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := len(p.names) - 1; n >= 0 {
		name, p.names = p.names[n], p.names[:n]
	}
	return name
}

// clean keeps a database for another test, unless it can't be made as it was.
func (p *pool) clean(name string) {
	like, err := migratedDatabase()
	if err == nil && empty(name, like.relations) == nil {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.names = append(p.names, name)
	}
}

// empty takes out all rows but those of the migrations. relations is how many
// tables and indexes they make.
func empty(name string, relations int) error {
	db, err := sql.Open("pgx", name)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	_, err = db.ExecContext(context.Background(), `
		DO $$
		DECLARE
			name TEXT;
			rows BOOLEAN;
		BEGIN
			FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT IN ('goose_db_version', 'link_keys') LOOP
				EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I)', name) INTO rows;
				IF rows THEN
					EXECUTE format('TRUNCATE %I CASCADE', name);
				END IF;
			END LOOP;
			DELETE FROM link_keys WHERE id > 2;
			IF (SELECT COUNT(*) FROM link_keys) <> 2 THEN
				RAISE 'the keys are gone';
			END IF;
		END $$`)
	if err != nil {
		return err
	}
	var now int
	if err := db.QueryRowContext(context.Background(), countRelations).Scan(&now); err != nil {
		return err
	}
	if now != relations {
		return errors.New("a test has changed the schema")
	}
	return nil
}

const countRelations = "SELECT COUNT(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"

// template is a database that others are made like.
type template struct {
	name      string
	relations int // tables and indexes
}

// migratedDatabase is migratedFile on PostgreSQL.
var migratedDatabase = sync.OnceValues(func() (like template, err error) {
	server, err := start()
	if err != nil {
		return like, err
	}
	like.name = "migrated"
	if err := query(server, "CREATE DATABASE "+like.name); err != nil {
		return like, err
	}
	url := server.URL(like.name)
	if err := migrate(url); err != nil {
		return like, err
	}
	db, err := sql.Open("pgx", url)
	if err != nil {
		return like, err
	}
	err = db.QueryRowContext(context.Background(), countRelations).Scan(&like.relations)
	return like, errors.Join(err, db.Close())
})

func migrate(name string) error {
	db, err := store.Open(context.Background(), name)
	if err != nil {
		return err
	}
	_, err = db.Migrate(context.Background())
	return errors.Join(err, db.Close())
}

// PostgresURL makes an empty database and returns its URL.
func PostgresURL(t testing.TB) string {
	t.Helper()
	return create(t, func() (string, error) { return "template1", nil })
}

// create makes a database that is like another one and returns its URL.
func create(t testing.TB, like func() (string, error)) string {
	t.Helper()
	server, err := start()
	if err != nil {
		Missing(t, "PostgreSQL", err)
	}
	model, err := like()
	if err != nil {
		t.Fatalf("make a migrated database: %v", err)
	}
	name := fmt.Sprintf("t%d", databases.Add(1))
	if err := query(server, "CREATE DATABASE "+name+" TEMPLATE "+model); err != nil {
		t.Fatalf("create database: %v", err)
	}
	return server.URL(name)
}

func query(server *pgserver.Server, text string) error {
	admin, err := sql.Open("pgx", server.URL("postgres"))
	if err != nil {
		return err
	}
	_, err = admin.ExecContext(context.Background(), text)
	return errors.Join(err, admin.Close())
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

// open opens a migrated database and gives it keys of its own, as a migration
// does.
func open(t testing.TB, name string) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	err = db.Write(t.Context(), func(tx *sql.Tx) error {
		for id := range 2 {
			secret := make([]byte, 32)
			_, _ = rand.Read(secret) // never fails
			if _, err := tx.ExecContext(t.Context(), "UPDATE link_keys SET secret = $1 WHERE id = $2", hex.EncodeToString(secret), id+1); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// Texts reads a query of one column.
func Texts(t testing.TB, db *store.DB, query string, args ...any) (all []string) {
	t.Helper()
	rows, err := db.Read().QueryContext(t.Context(), query, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			t.Fatal(err)
		}
		all = append(all, text)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}
