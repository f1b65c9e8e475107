//go:build long

package store_test

import (
	"database/sql"
	"path/filepath"
	"testing"
	"time"
)

// TestMoveOfPages is TestMove with several pages of every table.
func TestMoveOfPages(t *testing.T) {
	moves(t, pages)
}

// A new database is migrated also when another process holds its lock for longer than the
// migrating library waits by itself.
func TestMigrateWaitsForTheLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "dailytip.db")
	holder, other := openFile(t, path), openFile(t, path)
	migrated := make(chan error, 1)
	err := holder.Write(t.Context(), func(*sql.Tx) error {
		go func() {
			_, err := other.Migrate(t.Context())
			migrated <- err
		}()
		time.Sleep(5 * time.Second) // the library gives up after three
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := <-migrated; err != nil {
		t.Error(err)
	}
}
