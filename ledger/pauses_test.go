package ledger_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"dailytip/ledger"
	"dailytip/store"
	"dailytip/subscribers"
)

// What a transaction reads it reads by itself: a database with one connection has no
// other to give, and would wait for ever.
func TestEndingAPauseTakesOneConnection(t *testing.T) {
	db, err := store.OpenScratch(t.Context(), filepath.Join(t.TempDir(), "scratch.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if _, err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	list, err := subscribers.Open(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	l := ledger.New(db, list)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := l.Pause(ctx, now, ledger.PauseInfo{Newsletter: "management", Since: now, Reason: "refused", ProbeAt: now.Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	if ended, err := l.Resume(ctx, now, "management"); !ended || err != nil {
		t.Errorf("ended %t, %v", ended, err)
	}
}
