package store

import (
	"context"
	"database/sql"
	"path/filepath"
	"testing"
	"time"
)

// Who writes beside one that writes all the time gets his turn after its next
// transaction, or the one after that.
func TestEverybodyHasHisTurn(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	busiest, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = busiest.Close() }()
	other, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = other.Close() }()

	const hold = 20 * time.Millisecond
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			err := busiest.Write(context.WithoutCancel(ctx), func(*sql.Tx) error { time.Sleep(hold); return nil })
			if err != nil {
				t.Error(err)
			}
			busiest.GiveWay(ctx)
		}
	}()
	defer func() { cancel(); <-done }()

	var all, longest time.Duration
	const times = 20
	for range times {
		time.Sleep(hold / 4) // the busy one is at it again
		began := time.Now()
		if err := other.Write(t.Context(), func(*sql.Tx) error { return nil }); err != nil {
			t.Fatal(err)
		}
		took := time.Since(began)
		all, longest = all+took, max(longest, took)
	}
	t.Logf("waited for %s each, at most %s", all/times, longest)
	if all/times > 3*hold { // SQLite's own way takes a second
		t.Errorf("waited for %s each; the other holds the lock for %s", all/times, hold)
	}
}

// Waiting ends with its context.
func TestWaitingForTheTurnEnds(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	holder, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = holder.Close() }()
	other, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = other.Close() }()
	err = holder.Write(t.Context(), func(*sql.Tx) error {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer cancel()
		began := time.Now()
		err := other.Write(ctx, func(*sql.Tx) error { return nil })
		if err == nil || time.Since(began) > 5*time.Second {
			t.Errorf("after %s: %v", time.Since(began), err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
