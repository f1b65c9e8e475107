package mailer

import (
	"database/sql"
	"testing"
	"time"

	"dailytip/ledger"
)

// What a dead process had claimed is taken over as soon as the ledger can be written,
// also when it couldn't at the start. Nothing is claimed before: from then on nobody
// could tell what was the dead process's.
func TestTakingOverIsTriedUntilItSucceeds(t *testing.T) {
	h := setUp(t)
	h.open(5)
	lost, err := h.ledger.Exchange(t.Context(), time.Now(), nil, ledger.Claiming{Owner: "dead", Limit: 3})
	if err != nil || len(lost) != 3 {
		t.Fatalf("%d claimed, %v", len(lost), err)
	}
	h.write(func(tx *sql.Tx) error {
		_, err := tx.ExecContext(t.Context(), "CREATE TRIGGER fails BEFORE DELETE ON nodes BEGIN SELECT RAISE(ABORT, 'disk I/O error'); END")
		return err
	})
	h.run()
	h.waitLog("the ledger can't be read or written")
	h.looks(2)
	if n := h.states(); n[ledger.Pending] != 2 || n[ledger.Sending] != 3 {
		t.Errorf("%v; want nothing to be claimed before the dead process's claims are taken over", n)
	}
	h.write(func(tx *sql.Tx) error {
		_, err := tx.ExecContext(t.Context(), "DROP TRIGGER fails")
		return err
	})
	h.waitFor(ledger.Sent, 5)
	h.wantOnce()
	h.waitLog("mails are in doubt")
}

// What a later zone is opened for after its edition was cancelled comes to its end
// while the daemon runs.
func TestACancelledEditionIsFinished(t *testing.T) {
	h := setUp(t)
	h.open(3)
	counts, err := h.ledger.Recent(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.ledger.CancelEdition(t.Context(), time.Now(), counts[0].Edition, "operator"); err != nil {
		t.Fatal(err)
	}
	h.write(func(tx *sql.Tx) error {
		_, err := tx.ExecContext(t.Context(), "UPDATE deliveries SET state = 'pending', done_at = 0 WHERE subscriber = (SELECT MIN(subscriber) FROM deliveries)")
		return err
	})
	h.run()
	h.waitFor(ledger.Withdrawn, 3)
}
