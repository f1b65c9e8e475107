package store_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"dailytip/store"
	"dailytip/store/storetest"
)

// When sending an edition first began is made of what an older program has written: of the
// first minute in which something was sent, where sending began again later.
func TestFirstBeganOfOldEditions(t *testing.T) {
	const began, minute = 1_795_000_030_000, 60_000
	for name, place := range map[string]string{"sqlite": filepath.Join(t.TempDir(), "tips.db"), "postgres": storetest.PostgresURL(t)} {
		t.Run(name, func(t *testing.T) {
			db, err := store.Open(t.Context(), place)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = db.Close() }()
			if err := db.MigrateTo(t.Context(), 42); err != nil {
				t.Fatal(err)
			}
			old := []struct {
				began int64
				sent  []int64 // minutes
				want  int64
			}{
				{0, nil, 0},         // it hasn't begun
				{began, nil, began}, // nothing was sent, or nobody counted
				{began, []int64{began - 30_000, began + 2*minute}, began},                        // it began once, within that minute
				{began, []int64{began - 90*minute, began - 80*minute, began}, began - 90*minute}, // it was tried again
				{began, []int64{began - minute - 1}, began - minute - 1},                         // a minute that was over by then
				{began, []int64{began - minute, began}, began},                                   // one that just wasn't
			}
			for i, e := range old {
				write(t, db, fmt.Sprintf("INSERT INTO editions (id, newsletter, local_date, opened_at, state, began_at) VALUES (%[1]d, 'n', '%[1]d', 1, 'open', %[2]d)", i+1, e.began))
				for _, at := range e.sent {
					write(t, db, fmt.Sprintf("INSERT INTO sent_minutes (edition, node, minute, sent) VALUES (%[1]d, 'a', %[2]d, 3), (%[1]d, 'b', %[2]d, 4)", i+1, at))
				}
			}
			if _, err := db.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			for i, e := range old {
				var got int64
				if err := db.Read().QueryRowContext(t.Context(), "SELECT first_began_at FROM editions WHERE id = $1", i+1).Scan(&got); err != nil {
					t.Fatal(err)
				}
				if got != e.want {
					t.Errorf("%+v: it first began at %d", e, got)
				}
			}
		})
	}
}
