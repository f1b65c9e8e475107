package mailer

import (
	"database/sql"
	"sync/atomic"
	"testing"
	"time"

	"dailytip/ledger"
	"dailytip/store"
	"dailytip/store/storetest"
)

// While something is paused, a mailer looks for work and takes no transaction
// that writes: on SQLite it would hold up all others, on PostgreSQL each node
// would do it each second.
func TestPausesCostNoWrites(t *testing.T) {
	t.Parallel()
	scopes := map[string]string{"relay": ledger.Relay, "run": "management", "notices": ledger.NoticesOf("management")}
	for name, scope := range scopes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			storetest.Each(t, func(t *testing.T, db *store.DB) {
				var writes atomic.Int64
				db.ObserveWrites(func(time.Duration, error) { writes.Add(1) })
				h := setUpOn(t, db)
				h.run(func(s *setting) {
					s.Exclusive = !db.Postgres()
					s.pace.lease = 2 * time.Hour // a sign of life is a write
					s.pace.beat = time.Hour
				})
				if !db.Postgres() {
					h.wait("it has begun", func() bool { return writes.Load() > 0 })
				} else {
					h.wait("it has begun", func() bool {
						n, err := h.ledger.Nodes(t.Context(), time.Now().Add(-time.Hour))
						return n == 1 && err == nil
					})
				}
				pause := func(scope string) {
					p := ledger.PauseInfo{Newsletter: scope, Reason: "a test", ProbeAt: time.Now().Add(time.Hour)}
					if err := h.ledger.Pause(t.Context(), time.Now(), p); err != nil {
						t.Fatal(err)
					}
				}
				pause(ledger.Relay) // the opening of an edition has a paused run tried
				if scope != ledger.NoticesOf("management") {
					h.open(5)
				}
				pause(scope)
				if scope != ledger.Relay {
					if _, err := h.ledger.Resume(t.Context(), time.Now(), ledger.Relay); err != nil {
						t.Fatal(err)
					}
				}
				if scope != "management" {
					h.write(func(tx *sql.Tx) error {
						return h.ledger.Enqueue(t.Context(), tx, time.Now(), ledger.Notice{
							Kind: ledger.Confirm, Newsletter: "management", Email: "a@example.org",
						})
					})
				}
				// That the edition has begun is noted once, however long that takes.
				h.wait("nothing is written in 50 looks", func() bool {
					before := writes.Load()
					h.looks(50)
					return writes.Load() == before
				})
				if n := h.inbox.Received(); n != 0 {
					t.Errorf("%d mails went out", n)
				}
				// A try that is due is seen, and what waits goes out.
				if err := h.ledger.ProbeNow(t.Context(), time.Now()); err != nil {
					t.Fatal(err)
				}
				h.wait("the pause ends", func() bool { return len(h.pauses()) == 0 })
				if scope != ledger.NoticesOf("management") {
					h.waitFor(ledger.Sent, 5)
				}
			})
		})
	}
}
