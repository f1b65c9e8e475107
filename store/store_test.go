package store_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dailytip/store"
	"dailytip/store/storetest"
)

func TestMigrateTwiceChangesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		secret := func() (s string) {
			if err := db.Read().QueryRowContext(t.Context(), "SELECT secret FROM link_keys WHERE id = $1", 1).Scan(&s); err != nil {
				t.Fatal(err)
			}
			return s
		}
		before := secret()
		if _, err := db.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		if after := secret(); after != before || len(after) != 64 {
			t.Errorf("the key changed from %q to %q", before, after)
		}
	})
}

// An old program leaves a newer schema alone.
func TestNewerSchemaIsRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		write(t, db, "INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, TRUE)")
		defer write(t, db, "DELETE FROM goose_db_version WHERE version_id = 9999") // other tests get this database too
		if _, err := db.Migrate(t.Context()); !errors.Is(err, store.ErrNewer) || !strings.Contains(err.Error(), "9999") {
			t.Errorf("got %v, want that the database is newer", err)
		}
	})
}

// What a program from before the first release made is left alone, too.
func TestOlderSchemaIsRefused(t *testing.T) {
	for name, place := range map[string]string{"sqlite": filepath.Join(t.TempDir(), "tips.db"), "postgres": storetest.PostgresURL(t)} {
		t.Run(name, func(t *testing.T) {
			db, err := store.Open(t.Context(), place)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = db.Close() }()
			write(t, db, "CREATE TABLE goose_db_version (id BIGINT PRIMARY KEY, version_id BIGINT NOT NULL, is_applied BOOLEAN NOT NULL)")
			write(t, db, "INSERT INTO goose_db_version (id, version_id, is_applied) VALUES (1, 0, TRUE), (2, 11, TRUE)")
			if _, err := db.Migrate(t.Context()); !errors.Is(err, store.ErrOlder) || !strings.Contains(err.Error(), "subscribers export") {
				t.Errorf("got %v, want that the database is older, and what to do", err)
			}
		})
	}
}

func TestWriteRollsBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		boom := errors.New("boom")
		err := db.Write(t.Context(), func(tx *sql.Tx) error {
			if _, err := tx.ExecContext(t.Context(), "DELETE FROM link_keys"); err != nil {
				return err
			}
			return boom
		})
		if !errors.Is(err, boom) {
			t.Fatalf("got %v, want boom", err)
		}
		var n int
		if err := db.Read().QueryRowContext(t.Context(), "SELECT COUNT(*) FROM link_keys").Scan(&n); err != nil || n != 2 {
			t.Errorf("%d keys, %v; want 2", n, err)
		}
	})
}

func TestOpenFaultsSayWhatToDo(t *testing.T) {
	dir := t.TempDir()
	text := filepath.Join(dir, "notes.db")
	if err := os.WriteFile(text, []byte(strings.Repeat("not a database\n", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		filepath.Join(dir, "missing", "x.db"): "make it, or name another place",
		text:                                  "no SQLite database",
		"postgres://nobody@127.0.0.1:1/x":     "connect to database",
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		_, err := store.Open(ctx, name)
		cancel()
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Open(%s): %v; want %q", name, err, want)
		}
	}
}

func TestSecondSenderIsRefused(t *testing.T) {
	db := storetest.SQLite(t)
	first, err := db.LockSender()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.LockSender(); !errors.Is(err, store.ErrSenderRunning) {
		t.Fatalf("second lock: %v", err)
	}
	if err := first.Release(); err != nil {
		t.Fatal(err)
	}
	if _, err := db.LockSender(); err != nil {
		t.Fatalf("after release: %v", err)
	}
}

// Two configurations may name one database in different ways.
func TestSecondSenderIsRefusedByAnyPath(t *testing.T) {
	dir := t.TempDir()
	folder, link, file := filepath.Join(dir, "folder"), filepath.Join(dir, "link"), filepath.Join(dir, "tips.db")
	current := filepath.Join(dir, "current.db") // a link to a link to a file that isn't there yet
	if err := errors.Join(os.Mkdir(folder, 0o700), os.Symlink(folder, link), os.Symlink("current.db", file), os.Symlink(filepath.Join("link", "tips.db"), current)); err != nil {
		t.Fatal(err)
	}
	for i, path := range []string{file, current, filepath.Join(link, "tips.db"), filepath.Join(folder, "tips.db")} {
		db, err := store.Open(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
		sender, err := db.LockSender()
		if refused := errors.Is(err, store.ErrSenderRunning); refused != (i > 0) {
			t.Errorf("%s: %v", path, err)
		}
		t.Cleanup(func() { _ = sender.Release() })
	}
}

func TestIDsGrow(t *testing.T) {
	var ids store.IDs
	now := time.Date(2026, 11, 22, 7, 0, 0, 0, time.UTC)
	last := int64(0)
	for i := range 10_000 {
		if i%100 == 99 {
			now = now.Add(-time.Millisecond) // a clock that steps back
		}
		id := ids.New(now)
		if id <= last {
			t.Fatalf("id %d after %d", id, last)
		}
		last = id
	}
}

func TestPathWithOddCharacters(t *testing.T) {
	path := filepath.Join(t.TempDir(), "my tips?100%#1.db")
	db, err := store.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if _, err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
}

// A command that only reads doesn't wait for a daemon that writes.
func TestOpeningTakesNoLock(t *testing.T) {
	db := storetest.SQLite(t)
	err := db.Write(t.Context(), func(*sql.Tx) error {
		other, err := store.Open(t.Context(), db.Path())
		if err != nil {
			return err
		}
		defer func() { _ = other.Close() }()
		_, err = other.Migrate(t.Context())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A database that is made holds people's addresses: it's its owner's alone, and so
// are the files beside it. One that is there keeps its mode.
func TestDatabaseIsPrivate(t *testing.T) {
	t.Parallel()
	for _, made := range []os.FileMode{0, 0o640} {
		path := filepath.Join(t.TempDir(), "tips.db")
		want := made
		if made == 0 {
			want = 0o600
		} else if err := errors.Join(os.WriteFile(path, nil, made), os.Chmod(path, made)); err != nil {
			t.Fatal(err)
		}
		db, err := store.Open(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = db.Close() }()
		if _, err := db.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{path, path + "-wal", path + "-shm"} {
			if info, err := os.Stat(name); err != nil || info.Mode().Perm() != want {
				t.Errorf("%s: %v, %v; want %v", name, info.Mode(), err, want)
			}
		}
	}
}

func write(t *testing.T, db *store.DB, statements ...string) {
	t.Helper()
	err := db.Write(t.Context(), func(tx *sql.Tx) error {
		for _, s := range statements {
			if _, err := tx.ExecContext(t.Context(), s); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
