package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"dailytip/store"
)

// A process that writes one long transaction after the other, from several goroutines,
// leaves the lock to others between any two of them: they don't wait for all of it.
func TestLongWritersLeaveTheLock(t *testing.T) {
	const writes, mostBetween = 10, 20 // else hundreds come first, or the other fails
	path := filepath.Join(t.TempDir(), "dailytip.db")
	long, other := openFile(t, path), openFile(t, path)
	ctx, stop := context.WithCancel(t.Context())
	var transactions atomic.Int64
	var writers sync.WaitGroup
	for range 2 {
		writers.Go(func() {
			for ctx.Err() == nil {
				err := long.Write(context.WithoutCancel(ctx), func(*sql.Tx) error {
					time.Sleep(15 * time.Millisecond) // it holds the lock
					return nil
				})
				if err != nil {
					t.Error(err)
					return
				}
				transactions.Add(1)
			}
		})
	}
	for range writes {
		for before := transactions.Load(); transactions.Load() == before && !t.Failed(); {
			time.Sleep(time.Millisecond)
		}
		if err := other.Write(t.Context(), func(*sql.Tx) error { return nil }); err != nil {
			t.Error(err)
		}
		if t.Failed() || transactions.Load() > writes*mostBetween {
			break
		}
	}
	stop()
	writers.Wait()
	if n := transactions.Load(); n > writes*mostBetween {
		t.Errorf("%d transactions of another process came before %d short ones", n, writes)
	}
}

// Who may wait no longer while another process holds the lock is told so, however the
// last try ended.
func TestWaitingForTheLockEnds(t *testing.T) {
	path := filepath.Join(t.TempDir(), "dailytip.db")
	holder, other := openFile(t, path), openFile(t, path)
	err := holder.Write(t.Context(), func(*sql.Tx) error {
		for range 20 {
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Millisecond)
			err := other.Write(ctx, func(*sql.Tx) error { return nil })
			cancel()
			if !errors.Is(err, context.DeadlineExceeded) {
				return fmt.Errorf("it ended with %w", err)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
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
