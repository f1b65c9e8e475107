package store_test

import (
	"context"
	"database/sql"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"dailytip/store"
)

// A command that writes one long transaction after the other leaves the lock to others
// between any two of them: they don't wait for the command.
func TestLongWritersLeaveTheLock(t *testing.T) {
	const writes, mostBetween = 10, 20 // with SQLite's own waiting there are hundreds between two
	path := filepath.Join(t.TempDir(), "dailytip.db")
	long, other := openFile(t, path), openFile(t, path)
	ctx, stop := context.WithCancel(t.Context())
	var transactions atomic.Int64
	ended := make(chan error, 1)
	go func() {
		for ctx.Err() == nil {
			err := long.Write(context.WithoutCancel(ctx), func(*sql.Tx) error {
				time.Sleep(15 * time.Millisecond) // it holds the lock
				return nil
			})
			if err != nil {
				ended <- err
				return
			}
			transactions.Add(1)
		}
		ended <- nil
	}()
	for range writes {
		for before := transactions.Load(); transactions.Load() == before && len(ended) == 0; {
			time.Sleep(time.Millisecond)
		}
		if err := other.Write(t.Context(), func(*sql.Tx) error { return nil }); err != nil {
			t.Fatal(err)
		}
		if transactions.Load() > writes*mostBetween {
			break
		}
	}
	stop()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if n := transactions.Load(); n > writes*mostBetween {
		t.Errorf("%d transactions of another came before %d short ones", n, writes)
	}
}

func openFile(t *testing.T, path string) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}
