//go:build long

package mailer

import (
	"context"
	"database/sql"
	"testing"
	"time"

	"dailytip/inbox"
	"dailytip/ledger"
)

// Another process holds the write lock for longer than we wait for it. Some
// mails were claimed by a transaction of ours that we never heard of again; when
// the ledger is back they go out as well.
func TestDatabaseLocked(t *testing.T) {
	h := setUp(t)
	release := h.holdAfter(5)
	h.open(60)
	h.run(inFlight(8), func(s *setting) { s.owner = "us" })
	h.afterMails(5, func() {
		unheard := ledger.Claiming{Owner: "us", Limit: 5}
		if jobs, err := h.ledger.Exchange(t.Context(), time.Now(), nil, unheard); err != nil || len(jobs) != 5 {
			t.Fatalf("claimed %d, %v", len(jobs), err)
		}
	})
	unlock := h.lock(release)
	h.waitLog("the ledger can't be read or written") // for the lock, or because the time to wait for it is over
	unlock()
	h.waitFor(ledger.Sent, 60)
	h.wantOnce()
	h.waitLog("the ledger works again")
}

// A stop while the ledger is locked waits for it rather than leave mails in
// doubt.
func TestStopWhileLocked(t *testing.T) {
	h := setUp(t)
	release := h.holdAfter(5)
	h.open(60)
	stop := h.run(inFlight(8))
	h.afterMails(5, func() {})
	unlock := h.lock(release)
	stopped := make(chan struct{})
	go func() { stop(); close(stopped) }()
	h.waitLog("the ledger can't be read or written") // for the lock, or because the time to wait for it is over
	unlock()
	<-stopped
	if n := h.states(); n[ledger.Sending] != 0 {
		t.Errorf("%v", n)
	}
	h.run()
	h.waitFor(ledger.Sent, 60)
	h.wantOnce()
}

// lock has the write lock of the database held by somebody else, while some
// mails are on the wire; release lets those go that the server has held.
func (h *harness) lock(release func()) (unlock func()) {
	h.Helper()
	gate, wire := make(chan struct{}), make(chan struct{}, 1000)
	h.inbox.SetFault(func(a inbox.Ask) inbox.Fault {
		if a.Stage == inbox.Dot {
			wire <- struct{}{}
			<-gate
		}
		return inbox.Fault{}
	})
	release()
	for range 4 {
		<-wire
	}
	other, err := sql.Open("sqlite", "file:"+h.db.Path()+"?_txlock=immediate&_pragma=busy_timeout(5000)")
	if err != nil {
		h.Fatal(err)
	}
	h.Cleanup(func() { _ = other.Close() })
	tx, err := other.BeginTx(context.WithoutCancel(h.Context()), nil)
	if err != nil {
		h.Fatal(err)
	}
	close(gate)
	return func() {
		if err := tx.Rollback(); err != nil {
			h.Error(err)
		}
	}
}
