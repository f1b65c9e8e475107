package mailer

import (
	"database/sql"
	"net/url"
	"testing"
	"time"

	"dailytip/ledger"
	"dailytip/store"
	"dailytip/store/storetest"
)

// slowMachine is a database whose clock is ten minutes ahead of this machine's:
// to it this machine is ten minutes late.
func slowMachine(t *testing.T) *store.DB {
	t.Helper()
	name := storetest.PostgresURL(t)
	first, err := store.Open(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := first.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	err = first.Write(t.Context(), func(tx *sql.Tx) error {
		_, err := tx.ExecContext(t.Context(), `CREATE FUNCTION public.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE
			AS $$ SELECT pg_catalog.clock_timestamp() + INTERVAL '10 minutes' $$`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(name)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("search_path", "public,pg_catalog") // our function before PostgreSQL's
	u.RawQuery = q.Encode()
	db, err := store.Open(t.Context(), u.String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// Of two nodes on one database whose clocks are ten minutes apart neither takes the
// other for dead, so what one has on the wire isn't sent again by the other.
func TestClocksThatDiffer(t *testing.T) {
	t.Parallel()
	h := setUpOn(t, slowMachine(t))
	h.open(20)
	release := h.holdAfter(0)
	h.run(func(s *setting) { s.Exclusive = false })
	h.wait("mails are on the wire", func() bool { return h.states()[ledger.Sending] > 0 })
	// Another node looks, whose clock is right.
	shared, err := h.ledger.Clock(t.Context(), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if ahead := time.Until(shared); ahead < 9*time.Minute || ahead > 11*time.Minute {
		t.Fatalf("the database is %v ahead", ahead)
	}
	if n, err := h.ledger.Recover(t.Context(), shared, time.Minute, nil); n != 0 || err != nil {
		t.Errorf("%d mails of a living node were taken from it (%v)", n, err)
	}
	h.waitLog("differs from the database's")
	release()
	h.waitFor(ledger.Sent, 20)
	h.wantOnce()
}
