package store_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"dailytip/store"
	"dailytip/store/storetest"
)

// A restored database is the one that was backed up; what was in its place is kept
// whole, and a daemon's isn't touched.
func TestRestore(t *testing.T) {
	t.Parallel()
	db := storetest.SQLite(t)
	write(t, db, "CREATE TABLE people (x BIGINT NOT NULL)", "INSERT INTO people VALUES (1), (2), (3)")
	dir := t.TempDir()
	backup, place := filepath.Join(dir, "backup.db"), filepath.Join(dir, "tips.db")
	if _, err := store.BackUp(t.Context(), db.Path(), backup); err != nil {
		t.Fatal(err)
	}
	want := people(t, backup)

	// Nothing is there.
	r, err := store.Restore(t.Context(), backup, place, ".old")
	if err != nil || r.Old != "" || people(t, place) != want || want == 0 {
		t.Fatalf("into an empty place: %+v, %v; %d people, want %d", r, err, people(t, place), want)
	}

	// Something is there, the newest of it only in its log.
	now, err := store.Open(t.Context(), place)
	if err != nil {
		t.Fatal(err)
	}
	write(t, now, "INSERT INTO people VALUES (4), (5), (6), (7), (8)")
	sender, err := now.LockSender()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.Restore(t.Context(), backup, place, ".old"); !errors.Is(err, store.ErrSenderRunning) {
		t.Errorf("beside a daemon: %v", err)
	}
	link := filepath.Join(dir, "link.db")
	if err := os.Symlink(place, link); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Restore(t.Context(), backup, link, ".old"); !errors.Is(err, store.ErrSenderRunning) {
		t.Errorf("beside a daemon, by a link: %v", err)
	}
	if err := errors.Join(sender.Release(), now.Close()); err != nil {
		t.Fatal(err)
	}
	if r, err = store.Restore(t.Context(), backup, place, ".old"); err != nil || r.Old != place+".old" {
		t.Fatalf("over another: %+v, %v", r, err)
	}
	if got := people(t, place); got != want {
		t.Errorf("%d people, want %d", got, want)
	}
	if got := people(t, place+".old"); got != want+5 {
		t.Errorf("the old database has %d people, want %d", got, want+5)
	}

	// What is no backup changes nothing.
	junk := filepath.Join(dir, "junk")
	if err := os.WriteFile(junk, []byte("no database"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{junk, place, filepath.Join(dir, "missing")} {
		if _, err := store.Restore(t.Context(), file, place, ".older"); err == nil {
			t.Errorf("%s was restored", file)
		}
	}
	if got := people(t, place); got != want {
		t.Errorf("%d people after what failed, want %d", got, want)
	}
	left, err := filepath.Glob(filepath.Join(dir, "*older*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// people counts them in a database that nobody has opened.
func people(t *testing.T, file string) (n int) {
	t.Helper()
	db, err := store.Open(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if err := db.Read().QueryRowContext(t.Context(), "SELECT COUNT(*) FROM people").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
