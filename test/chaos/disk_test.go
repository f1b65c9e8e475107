package chaos

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"dailytip/inbox"
	"dailytip/test/daemontest"
	"dailytip/test/sink"
)

// P2, P4: a full disk stops the sending and loses nothing; with space again it
// goes on by itself, and nobody gets a second copy.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	people := max(300, *readers/10)
	disk := t.TempDir()
	unmount, err := daemontest.SmallDisk(disk, fmt.Sprintf("%dk", 8<<10+2*people))
	if err != nil {
		missing(t, err)
	}
	t.Cleanup(unmount)
	r := newTrial(t, setup{database: filepath.Join(disk, "tips.db"), readers: people, relay: sink.Options{Delay: 4 * time.Millisecond}})
	r.start()
	r.received(people / 10)
	gate := inbox.NewGate(inbox.Dot) // else the last mail may be recorded before the disk is full
	t.Cleanup(gate.Open)
	r.sink.SetFault(gate.Fault)
	ballast := filepath.Join(disk, "ballast")
	if err := daemontest.FillUp(t.Context(), r.database, ballast); err != nil {
		t.Fatal(err)
	}
	gate.Open()
	r.says("the ledger can't be")
	r.says("the disk is full; free some space")
	// Without a ledger nothing is claimed: what is on its way arrives, and no more. An
	// outcome may still find room now and then.
	r.eventually(r.patience(), "all that was claimed has arrived", func() bool {
		n := r.sink.Received()
		c, err := daemontest.Count(r.Context(), r.db)
		if sent := c.States["sent"]; err == nil && n-sent > r.inFlight {
			r.Errorf("%d mails have arrived and %d of them are recorded", n, sent)
			return true
		}
		return err == nil && n == c.States["sent"]+c.States["sending"]
	})
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	r.done()
	r.shows()
	r.stopAll()
	r.audit().wantNoCopies(r)
}
