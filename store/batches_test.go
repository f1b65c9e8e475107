package store_test

import (
	"slices"
	"strings"
	"testing"

	"dailytip/store"
)

// What waited in a range of rows still waits, and what a node had taken and begun
// is still in its claim.
func TestBatchesKeepWhatWaited(t *testing.T) {
	atVersion(t, 10, func(t *testing.T, db *store.DB) {
		write(t, db,
			`INSERT INTO deliveries (id, edition, subscriber, content, due_at, opened_at, expires_at, state, next_at, claim) VALUES
				(1, 7, 11, 1, 10, 20, 30, 'sent', 0, 0), (2, 7, 12, 1, 10, 20, 30, 'pending', 0, 0), (3, 7, 13, 1, 10, 20, 30, 'pending', 0, 0),
				(4, 7, 14, 1, 10, 20, 30, 'pending', 0, 0), (5, 7, 15, 1, 10, 20, 30, 'retry', 28, 0), (6, 7, 16, 1, 10, 20, 30, 'pending', 0, 91)`,
			`INSERT INTO fresh (edition, next_id, last_id, expires_at) VALUES (7, 4, 4, 30)`,
			`INSERT INTO claims (id, owner, lease_until, edition, first_id, last_id, begun) VALUES (90, 'node', 25, 7, 1, 3, 2), (91, 'node', 25, 7, 0, 0, 0)`)
		if _, err := db.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		want := []string{"1 sent 0 0", "2 pending 0 90", "3 pending 10 0", "4 pending 10 0", "5 retry 28 0", "6 pending 0 91"}
		if got := lines(t, db, `SELECT id || ' ' || state || ' ' || next_at || ' ' || claim FROM deliveries ORDER BY id`); !slices.Equal(got, want) {
			t.Errorf("deliveries are\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
		}
		if got := lines(t, db, `SELECT id || ' ' || first_id || ' ' || last_id FROM claims ORDER BY id`); !slices.Equal(got, []string{"90 0 0", "91 0 0"}) {
			t.Errorf("claims are %v", got)
		}
		if got := lines(t, db, `SELECT edition || '' FROM fresh UNION ALL SELECT first_id || '' FROM batches`); len(got) != 0 {
			t.Errorf("fresh and batches: %v", got)
		}
	})
}
