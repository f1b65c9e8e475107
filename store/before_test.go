package store_test

import (
	"path/filepath"
	"testing"

	"dailytip/store"
	"dailytip/store/storetest"
)

// Who was suppressed before it was written down what they had been is restored to
// what their consent allows; who had left and is asked isn't taken for new.
func TestWhatTheyWereIsWorkedOut(t *testing.T) {
	for name, place := range map[string]string{"sqlite": filepath.Join(t.TempDir(), "tips.db"), "postgres": storetest.PostgresURL(t)} {
		t.Run(name, func(t *testing.T) {
			db, err := store.Open(t.Context(), place)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = db.Close() }()
			if err := db.MigrateTo(t.Context(), 11); err != nil {
				t.Fatal(err)
			}
			write(t, db, `INSERT INTO subscribers (id, email, email_key, name, language, timezone, created_at) VALUES (1, 'a@example.com', 'a@example.com', '', '', '', 10)`)
			write(t, db, `INSERT INTO slots (id, newsletter, timezone, send_at, days, cadence, done_until) VALUES (1, 'x', '', '', 0, 'daily', 0)`)
			write(t, db, `INSERT INTO subscriptions (id, subscriber, newsletter, state, slot, paused_until, created_at, confirmed_at) VALUES
				(1, 1, 'confirmed', 'suppressed', 1, 0, 10, 20), (2, 1, 'never', 'suppressed', 1, 0, 10, 0), (3, 1, 'again', 'suppressed', 1, 0, 10, 20),
				(4, 1, 'paused', 'suppressed', 1, 99, 10, 20), (5, 1, 'asked', 'pending', 1, 0, 10, 20), (6, 1, 'new', 'pending', 1, 0, 10, 0), (7, 1, 'active', 'active', 1, 0, 10, 20)`)
			write(t, db, `INSERT INTO subscription_events (id, subscriber, newsletter, at, kind, detail) VALUES (1, 1, 'again', 30, 'signed up again', ''), (2, 1, 'asked', 30, 'signed up again', '')`)
			if _, err := db.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			for newsletter, want := range map[string]struct {
				before string
				asked  int64
			}{
				"confirmed": {"active", 10}, "never": {"pending", 10}, "again": {"unsubscribed", 10}, "paused": {"paused", 10},
				"asked": {"unsubscribed", 30}, "new": {"", 10}, "active": {"", 10},
			} {
				var before string
				var asked int64
				err := db.Read().QueryRowContext(t.Context(), "SELECT state_before, asked_at FROM subscriptions WHERE newsletter = $1", newsletter).Scan(&before, &asked)
				if err != nil || before != want.before || asked != want.asked {
					t.Errorf("%s: %q, asked at %d, %v; want %+v", newsletter, before, asked, err, want)
				}
			}
		})
	}
}
