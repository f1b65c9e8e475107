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
	const lease = 3 * time.Second // in which the machine may stand still
	h.run(inFlight(8), func(s *setting) { s.Exclusive, s.pace.lease = false, lease })
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
	time.Sleep(lease + lease/2) // no state tells that it's over
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
	before, quiet := -1, 0
	h.wait("no more mails come in for many looks", func() bool {
		if n := h.inbox.Received(); n != before {
			before, quiet = n, 0
		}
		quiet++
		return quiet > 20
	})
	if n := h.inbox.Received(); n != 4 {
		t.Errorf("%d mails went out, want only the 4 that were on the wire", n)
	}
}
