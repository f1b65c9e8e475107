//go:build long

package admin

import (
	"database/sql"
	"fmt"
	"slices"
	"testing"
	"time"

	"dailytip/admins"
	"dailytip/store"
	"dailytip/store/storetest"
)

// With a million readers who came this year, half of them this week, the page is there at
// once; only the first look, and one a minute, take longer.
func TestGrowthOfAMillion(t *testing.T) {
	const readers = 1_000_000
	storetest.Pages(t, func(t *testing.T, db *store.DB) {
		h := open(t, db, nil)
		h.edition("management", 1)
		err := db.Write(t.Context(), func(tx *sql.Tx) error {
			people := fmt.Sprintf(`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) `, readers)
			at := fmt.Sprintf(`%d - CASE WHEN i %% 2 = 0 THEN 0 ELSE (i %% 360) * CAST(86400000 AS BIGINT) END`, now.Add(-time.Hour).UnixMilli())
			for _, text := range []string{
				`INSERT INTO receiver_counts (edition, node, receiver, sent, deferred, failed) SELECT id, 'node', 'google', 900000, 7, 7 FROM editions`,
				`INSERT INTO subscription_events (id, subscriber, newsletter, at, kind, detail) ` + people + `SELECT i, i, 'management', ` + at + `, 'signed up', 'test' FROM n`,
				`INSERT INTO subscription_events (id, subscriber, newsletter, at, kind, detail) ` + people + fmt.Sprintf(`SELECT i + %d, i, 'management', `, readers) + at + `, 'confirmed', 'test' FROM n`,
				`INSERT INTO bounces (id, at, subscriber, domain, provider, newsletter, edition, notice, door, class, status, reason, reply, decision, decided_at) ` + people +
					fmt.Sprintf(`SELECT i, %d - i * 20000, i, 'd' || i %% 5000 || '.example', '', 'management', 7, 0, 'imap', 'soft', '', '', '', 'counted', 0 FROM n WHERE i <= 120000`, now.UnixMilli()),
			} {
				if _, err := tx.ExecContext(t.Context(), text); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, table := range []string{"subscription_events", "bounces"} {
			if err := db.Analyze(t.Context(), table); err != nil {
				t.Fatal(err)
			}
		}
		b := h.as(admins.Viewer)
		var took []time.Duration
		for range 40 {
			began := time.Now()
			b.want(b.get("/admin/growth"), 200, "1,000,000")
			took = append(took, time.Since(began))
		}
		t.Logf("the first look takes %s", took[0])
		slices.Sort(took)
		if p95 := took[len(took)*95/100-1]; p95 > 200*time.Millisecond {
			t.Errorf("the page takes %s at the 95th percentile", p95)
		}
	})
}
