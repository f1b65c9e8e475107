package store_test

import (
	"strings"
	"testing"

	"dailytip/store"
	"dailytip/store/storetest"
)

func TestWritable(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		if err := db.Writable(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// A database that answers every question may still take nothing.
func TestReadOnlyPostgresIsntWritable(t *testing.T) {
	db, err := store.Open(t.Context(), storetest.PostgresURL(t)+"&default_transaction_read_only=on")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := db.Writable(t.Context()); err == nil || !strings.Contains(err.Error(), "can only be read") {
		t.Error(err)
	}
}
