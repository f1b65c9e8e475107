package mailer

import (
	"context"
	"database/sql"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"dailytip/inbox"
	"dailytip/ledger"
	"dailytip/store/storetest"
)

// holdAfter has the server reply slowly to n mails, and to the others when it's
// released.
func (h *harness) holdAfter(n int) (release func()) {
	gate := make(chan struct{})
	release = sync.OnceFunc(func() { close(gate) })
	h.Cleanup(release)
	var came atomic.Int64
	h.inbox.SetFault(func(a inbox.Ask) inbox.Fault {
		if a.Stage == inbox.Dot && came.Add(1) > int64(n) {
			<-gate
		}
		return slowly(a)
	})
	return release
}

// afterMails runs f once when the server has taken n mails.
func (h *harness) afterMails(n int, f func()) {
	h.Helper()
	h.wait("some are out", func() bool { return h.inbox.Received() >= n })
	f()
}

func slowly(a inbox.Ask) inbox.Fault {
	if a.Stage == inbox.Dot {
		return inbox.Fault{Code: 250, Enhanced: "2.0.0", Text: taken, Delay: 5 * time.Millisecond}
	}
	return inbox.Fault{}
}

// taken is long, so that recording it takes new pages.
var taken = strings.Repeat("taken, and ", 40)

// The disk is full for a while: what is on its way is remembered, nothing new
// goes out, and then all goes on.
func TestDiskFull(t *testing.T) {
	h := setUp(t)
	release := h.holdAfter(5)
	h.open(250)
	h.run(inFlight(8))
	limit := func(pages string) {
		h.write(func(tx *sql.Tx) error {
			_, err := tx.ExecContext(context.WithoutCancel(t.Context()), "PRAGMA max_page_count = "+pages)
			return err
		})
	}
	h.afterMails(5, func() { limit("1") }) // as many as there are
	release()
	h.waitLog("the ledger can't be read or written; sending waits until it can, and nothing is lost")
	h.wantLog("the disk is full; free some space")
	h.wait("all that was claimed is out, and nothing more is claimed", func() bool {
		n := h.states()
		return h.inbox.Received() == n[ledger.Sent]+n[ledger.Sending]
	})
	if n := h.inbox.Received(); n >= 250 {
		t.Fatalf("%d were sent without a ledger", n)
	}
	limit("1000000")
	h.waitFor(ledger.Sent, 250)
	h.wantOnce()
	h.waitLog("the ledger works again")
	if n := strings.Count(h.log.String(), "can't be read or written"); n > 2 {
		t.Errorf("said %d times", n)
	}
	if p := h.pauses(); len(p) != 0 {
		t.Errorf("paused: %+v", p)
	}
}

// PostgreSQL throws us out in the middle of everything, again and again.
func TestDatabaseGoesAway(t *testing.T) {
	t.Parallel()
	h := setUpOn(t, storetest.Postgres(t))
	h.inbox.SetFault(slowly)
	h.open(250)
	h.run()
	for i := range 10 {
		h.afterMails(20*i, func() {
			// Our own connection goes as well, so an error says nothing.
			_, _ = h.db.Read().ExecContext(t.Context(), `
				SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`)
		})
	}
	sent := func() (n int) {
		err := h.db.Read().QueryRowContext(t.Context(), "SELECT COUNT(*) FROM deliveries WHERE state = 'sent'").Scan(&n)
		if err != nil {
			return 0
		}
		return n
	}
	h.wait("all are sent", func() bool { return sent() == 250 })
	h.wantOnce()
	if p := h.pauses(); len(p) != 0 {
		t.Errorf("paused: %+v", p)
	}
}

// A stop in mid-run leaves nothing in doubt, pauses nothing, and the next
// process goes on.
func TestStopAndGoOn(t *testing.T) {
	h := setUp(t)
	h.inbox.SetFault(slowly)
	h.open(110)
	for i := range 9 {
		stop := h.run()
		h.afterMails(10*(i+1), stop)
		if n := h.states(); n[ledger.Sending] != 0 || n[ledger.InDoubt] != 0 {
			t.Fatalf("after stop %d: %v", i, n)
		}
		if p := h.pauses(); len(p) != 0 {
			t.Fatalf("a stop paused: %+v", p)
		}
	}
	h.run()
	h.waitFor(ledger.Sent, 110)
	h.wantOnce()
	h.wantQuiet()
	for email, d := range h.deliveries() {
		if d.Attempts != 1 || d.Doubts != 0 {
			t.Errorf("%s: %d attempts, %d doubts", email, d.Attempts, d.Doubts)
		}
	}
}

// A stop while the relay is slow to reply waits for it.
func TestStopWaitsForReplies(t *testing.T) {
	h := setUp(t)
	gate := inbox.NewGate(inbox.Dot)
	t.Cleanup(gate.Open)
	h.inbox.SetFault(gate.Fault)
	h.open(20)
	stop := h.run(func(s *setting) { s.stopping, s.pace.wire = gate.Open, time.Minute })
	h.wait("four are on the wire", func() bool { return gate.Waiting() == 4 })
	stop()
	// Four, and those whose envelopes went out with their bodies.
	if n := h.states(); n[ledger.Sent] < 4 || n[ledger.Sent] > 8 || n[ledger.Sent]+n[ledger.Pending] != 20 {
		t.Errorf("%v; what was on the wire was accepted", n)
	}
	h.wantQuiet()
}

// A relay that says nothing at all after the dot doesn't keep us for ever.
func TestStopGivesUp(t *testing.T) {
	h := setUp(t)
	entered := make(chan struct{}, 100)
	h.inbox.SetFault(func(a inbox.Ask) inbox.Fault {
		if a.Stage == inbox.Dot {
			entered <- struct{}{}
			return inbox.Fault{Delay: time.Hour, Drop: true}
		}
		return inbox.Fault{}
	})
	h.open(20)
	stop := h.run(func(s *setting) { s.pace.wire = 50 * time.Millisecond })
	for range 4 {
		<-entered
	}
	stop()
	h.wantLog("the relay didn't answer in time; those mails are in doubt and dealt with at the next start")
	// Four, those whose envelopes went out with their bodies, and those that
	// were to follow.
	if n := h.states(); n[ledger.Sending] < 4 || n[ledger.Sending] > 12 || n[ledger.Sending]+n[ledger.Pending] != 20 {
		t.Errorf("%v", n)
	}
}

// Refusals that wait for company when a stop comes aren't held against anybody.
func TestStopPutsRowsBack(t *testing.T) {
	h := setUp(t)
	refused := make(chan struct{}, 100)
	h.inbox.SetFault(func(a inbox.Ask) inbox.Fault {
		if a.Stage != inbox.RcptTo {
			return inbox.Fault{}
		}
		for i := range 12 {
			if a.To == reader(i) {
				refused <- struct{}{}
				return inbox.Fault{Code: 550, Enhanced: "5.1.1", Text: "no such user"}
			}
		}
		return inbox.Fault{Delay: 500 * time.Millisecond, Code: 451}
	})
	h.open(30)
	stop := h.run()
	for range 12 {
		<-refused
	}
	stop()
	if n := h.states(); n[ledger.Failed] != 0 || n[ledger.Sending] != 0 {
		t.Errorf("%v", n)
	}
	h.wantActive()
	h.inbox.SetFault(nil)
	h.run()
	h.waitFor(ledger.Sent, 30)
	h.wantOnce()
}

// A stop while connecting is no fault of the relay's.
func TestStopWhileConnecting(t *testing.T) {
	h := setUp(t)
	entered := make(chan struct{}, 100)
	h.inbox.SetFault(func(a inbox.Ask) inbox.Fault {
		if a.Stage == inbox.Connect {
			entered <- struct{}{}
			return inbox.Fault{Delay: time.Hour}
		}
		return inbox.Fault{}
	})
	h.open(20)
	stop := h.run()
	<-entered
	stop()
	if n, p := h.states(), h.pauses(); n[ledger.Pending] != 20 || len(p) != 0 {
		t.Errorf("%v, %+v", n, p)
	}
	h.wantQuiet()
}
