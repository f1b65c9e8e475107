package store_test

import (
	"database/sql"
	"slices"
	"testing"

	"dailytip/store"
	"dailytip/store/storetest"
)

// Whatever a server writes, both engines keep it.
func TestTextIsKept(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		err := db.Write(t.Context(), func(tx *sql.Tx) error {
			_, err := tx.ExecContext(t.Context(), "INSERT INTO hook_endpoints (name) VALUES ($1)", store.Text("\x00é\xff\xfe\ty\x00"))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if kept := storetest.Texts(t, db, "SELECT name FROM hook_endpoints"); !slices.Equal(kept, []string{"é\uFFFD\ty"}) {
			t.Errorf("%q is kept", kept)
		}
	})
}
