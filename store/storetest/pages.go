package storetest

import (
	"testing"

	"dailytip/store"
)

// Pages is Each for pages and their forms: on SQLite always, on PostgreSQL in
// "make test-long" only. The rooms that pages ask have their tests on both.
func Pages(t *testing.T, f func(t *testing.T, db *store.DB)) {
	t.Helper()
	if long {
		Each(t, f)
		return
	}
	t.Run("sqlite", func(t *testing.T) { f(t, SQLite(t)) })
}
