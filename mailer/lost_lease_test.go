package mailer

import (
	"context"
	"database/sql"
	"testing"
	"time"

	"dailytip/inbox"
)

// A node that couldn't renew its lease in time has lost them to another. When
// the ledger is back it doesn't send what still waits for a connection: the
// other node does.
func TestLostClaimsArentSent(t *testing.T) {
	h := setUp(t)
	gate, wire := make(chan struct{}), make(chan struct{}, 100)
	h.inbox.SetFault(func(a inbox.Ask) inbox.Fault {
		if a.Stage == inbox.Dot {
			wire <- struct{}{}
			<-gate
		}
		return inbox.Fault{}
	})
	h.open(8)
	stop := h.run(inFlight(8), func(s *setting) { s.Exclusive, s.pace.lease = false, time.Hour })
	for range 4 { // on the wire; the other four wait for a connection
		<-wire
	}
	h.wait("all are claimed", func() bool { return h.states()["sending"] == 8 })
	other, err := sql.Open("sqlite", "file:"+h.db.Path()+"?_txlock=immediate&_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	tx, err := other.BeginTx(context.WithoutCancel(t.Context()), nil)
	if err != nil {
		t.Fatal(err)
	}
	// The lease is over. A sign of life that was written before the lock may renew
	// it once more.
	over := 0
	h.wait("the lease stays over", func() bool {
		if t := h.mailer.tenure.Load(); t.until.After(time.Now()) {
			h.mailer.tenure.Store(&tenure{t.owner, time.Now().Add(-time.Second)})
			over = 0
		}
		over++
		return over > 5
	})
	// What another node does as soon as the lease is over.
	for _, query := range []string{
		"UPDATE deliveries SET state = 'retry', next_at = 9999999999999, owner = '', attempts = attempts + 1, doubts = doubts + 1",
		"DELETE FROM nodes",
	} {
		if _, err := tx.Exec(query); err != nil {
			t.Fatal(err)
		}
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	h.wait("the ledger is back, and the node goes on under another name", func() bool {
		n, err := h.ledger.Nodes(t.Context(), time.Now().Add(-time.Hour))
		return n == 1 && err == nil
	})
	close(gate)
	stop() // when all that it had is over
	if n := h.inbox.Received(); n != 4 {
		t.Errorf("%d mails went out, want only the 4 that were on the wire", n)
	}
}
