package store_test

import (
	"bytes"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"dailytip/store"
	"dailytip/store/storetest"
)

func TestOpenToReadWritesNothing(t *testing.T) {
	dir := t.TempDir()
	sqlite := filepath.Join(dir, "tips.db")
	for name, path := range map[string]string{"sqlite": sqlite, "postgres": ""} {
		t.Run(name, func(t *testing.T) {
			if path == "" {
				path = storetest.PostgresURL(t)
			}
			if _, err := store.OpenToRead(t.Context(), path); err == nil {
				t.Error("a database without tables was opened")
			}
			db, err := store.Open(t.Context(), path)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := db.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			before, _ := os.ReadFile(sqlite)
			read, err := store.OpenToRead(t.Context(), path)
			if err != nil {
				t.Fatal(err)
			}
			var keys int
			if err := read.Read().QueryRowContext(t.Context(), "SELECT COUNT(*) FROM link_keys").Scan(&keys); err != nil || keys != 2 {
				t.Errorf("%d keys, %v", keys, err)
			}
			err = read.Write(t.Context(), func(tx *sql.Tx) error {
				_, err := tx.ExecContext(t.Context(), "DELETE FROM link_keys")
				return err
			})
			if err == nil {
				t.Error("it could be written to")
			}
			if err := read.Close(); err != nil {
				t.Fatal(err)
			}
			if after, _ := os.ReadFile(sqlite); !bytes.Equal(before, after) {
				t.Error("the file changed")
			}
		})
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 1 {
		t.Errorf("%v, %v: want tips.db alone", files, err)
	}
}

func TestOpenToReadMakesNoFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tips.db")
	if _, err := store.OpenToRead(t.Context(), path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want fs.ErrNotExist", err)
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Error("it made the file")
	}
}

func TestScratchKeepsWhatIsWritten(t *testing.T) {
	db, err := store.OpenScratch(t.Context(), filepath.Join(t.TempDir(), "x.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if _, err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
}
