package hooks

import (
	"database/sql"
	"errors"
	"slices"
	"testing"
	"time"

	"dailytip/store"
	"dailytip/store/storetest"
)

// Of two events that take the same number the second one takes the next.
func TestTakenNumber(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		err := db.Write(t.Context(), func(tx *sql.Tx) error {
			one := func(data string) error {
				return insert(t.Context(), tx, time.UnixMilli(1), 7, "crm", Alerted, 0, data)
			}
			return errors.Join(one("first"), one("second"))
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := storetest.Texts(t, db, "SELECT id || ' ' || data FROM hook_events ORDER BY id"); !slices.Equal(got, []string{"7 first", "8 second"}) {
			t.Errorf("%q", got)
		}
	})
}
