package chaos

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"dailytip/test/daemontest"
	"dailytip/test/sink"
)

// P2, P4: a full disk stops the sending and loses nothing; with space again it
// goes on by itself, and nobody gets a second copy.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	people := max(300, *readers/10)
	disk := t.TempDir()
	unmount, err := daemontest.SmallDisk(disk, fmt.Sprintf("%dk", 4<<10+2*people))
	if err != nil {
		missing(t, err)
	}
	t.Cleanup(unmount)
	r := newTrial(t, setup{database: filepath.Join(disk, "tips.db"), readers: people, relay: sink.Options{Delay: 4 * time.Millisecond}})
	r.start()
	r.received(people / 10)
	ballast := filepath.Join(disk, "ballast")
	if err := daemontest.FillDisk(ballast); err != nil {
		t.Fatal(err)
	}
	r.says("the ledger can't be")
	r.says("the disk is full; free some space")
	n := r.sink.Received()
	time.Sleep(time.Second)
	if more := r.sink.Received() - n; more > r.inFlight {
		t.Errorf("%d mails more went out without a ledger", more)
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	r.done()
	r.shows()
	r.stopAll()
	r.audit().wantNoCopies(r)
}
