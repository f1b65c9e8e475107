package ledger_test

import (
	"database/sql"
	"testing"
	"time"

	"dailytip/ledger"
	"dailytip/store/storetest"
)

// What somebody pauses stays so, whatever the relay does, until somebody ends it.
func TestPauseAllHoldsEverything(t *testing.T) {
	each(t, 3, func(h *harness) {
		h.open("tip")
		h.write(func(tx *sql.Tx) error {
			return h.ledger.Enqueue(h.Context(), tx, now, ledger.Notice{Kind: ledger.Confirm, Newsletter: "management", Email: "ana@example.com"})
		})
		one := claim
		one.Limit = 1
		onWire := h.exchange(now, one)
		down := ledger.PauseInfo{Newsletter: ledger.Relay, Since: now, Reason: "it's down", ProbeAt: now}
		if err := h.ledger.Pause(h.Context(), now, down); err != nil {
			h.Fatal(err)
		}
		h.must(h.ledger.PauseAll(h.Context(), now, "ana\x00"))
		if changed, err := h.ledger.PauseAll(h.Context(), now, operator); changed || err != nil {
			h.Errorf("paused twice: %t, %v", changed, err)
		}
		// A relay that comes back or goes down, and who sends by hand, change nothing.
		if ended, err := h.ledger.Resume(h.Context(), now, ledger.Relay); ended || err != nil {
			h.Errorf("a mail that was taken ended it: %t, %v", ended, err)
		}
		if err := h.ledger.Pause(h.Context(), now, down); err != nil {
			h.Fatal(err)
		}
		if err := h.ledger.ProbeNow(h.Context(), now); err != nil {
			h.Fatal(err)
		}
		tomorrow := now.Add(11 * time.Hour)
		if jobs := h.exchange(tomorrow, claim, ledger.Outcome{Job: onWire[0], State: ledger.Sent}); len(jobs) != 0 {
			h.Errorf("%d were claimed", len(jobs))
		}
		pauses, err := h.ledger.AllPauses(h.Context())
		if err != nil || len(pauses) != 1 || !pauses[0].Held() || pauses[0].Newsletter != ledger.Relay || pauses[0].Reason != "somebody paused it: ana" {
			h.Errorf("%+v, %v", pauses, err)
		}
		if _, err := h.ledger.ResumeNow(h.Context(), tomorrow, pauses, true, operator); err != nil {
			h.Fatal(err)
		}
		if jobs := h.exchange(tomorrow, claim); len(jobs) != 3 {
			h.Errorf("%d were claimed afterwards, want 3", len(jobs))
		}
		noted := storetest.Texts(h.T, h.db, "SELECT kind || ' ' || newsletter || local_date || ' ' || who FROM actions ORDER BY id")
		if len(noted) != 2 || noted[0] != "pause  ana" || noted[1] != "resume  op@host" {
			h.Errorf("noted: %q", noted)
		}
	})
}

func TestPauseAllIsTold(t *testing.T) {
	listening(t, func(h *harness) {
		h.must(h.ledger.PauseAll(h.Context(), now, "ana"))
		h.wantTold(`edition.paused {"newsletter":"","reason":"somebody paused it: ana"}`)
	})
}
