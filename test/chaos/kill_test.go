package chaos

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"dailytip/store"
)

// engines runs a test on one node with SQLite, and on three with PostgreSQL.
func engines(t *testing.T, name string, s setup, test func(t *testing.T, r *trial)) {
	s.relay.Delay = time.Millisecond // so that there's time to be killed in
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, newTrial(t, s))
	})
	if !everywhere {
		return
	}
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		three := s
		three.database, three.nodes = databaseURL(t, shared(t), name), 3
		test(t, newTrial(t, three))
	})
}

// someNode waits for the next moment of trouble, the i-th of n spread at random
// over the run, and names the node that's meant.
func (r *trial) someNode(i, n int) *node {
	r.Helper()
	part := r.readers * 9 / 10 / n
	r.received(min(i*part+rand.IntN(part), r.readers))
	time.Sleep(time.Duration(rand.IntN(5000)) * time.Microsecond)
	return r.nodes[rand.IntN(len(r.nodes))]
}

// P1, P2, P3: whenever a process is killed, everybody gets the edition; a second
// copy only of what was on the wire.
func TestKilled(t *testing.T) {
	t.Parallel()
	killed(t, "killed", *readers, *kills)
}

func killed(t *testing.T, database string, readers, kills int) {
	t.Helper()
	engines(t, database, setup{readers: readers}, func(t *testing.T, r *trial) {
		r.start()
		for i := range kills {
			n := r.someNode(i, kills)
			n.kill()
			r.agrees()
			if i%5 == 0 && len(r.nodes) == 1 { // nobody writes just now
				r.shows()
			}
			if i%5 == 4 { // and once more while it starts
				d, err := n.Start(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				n.daemon = d
				time.Sleep(time.Duration(rand.IntN(500)) * time.Millisecond)
				n.kill()
			}
			n.serve()
		}
		r.leasesEnd()
		r.done()
		r.shows()
		r.stopAll()
		r.audit().wantCopiesOfKilled(r)
	})
}

// leasesEnd waits until nothing is left but the claims of nodes that have been
// silent for so long that they are dead. In the short form it then has their lease, a minute, end at once.
func (r *trial) leasesEnd() {
	r.Helper()
	if len(r.nodes) == 1 || *long {
		return
	}
	r.eventually(r.patience(), "only the claims of dead nodes are left", func() bool {
		time.Sleep(50 * time.Millisecond)
		return r.number(`
			SELECT COUNT(*) FROM deliveries WHERE state = 'pending' OR state = 'sending' AND owner IN (SELECT id FROM nodes WHERE seen_at >= `+
			fmt.Sprint(store.Millis(time.Now().Add(-stoodStill)))+`)`) == 0
	})
	n := r.nodes[0]
	n.stop()
	err := r.db.Write(r.Context(), func(tx *sql.Tx) error {
		_, err := tx.ExecContext(r.Context(), "UPDATE nodes SET seen_at = 1")
		return err
	})
	if err != nil {
		r.Fatal(err)
	}
	n.serve() // who starts looks for claims that are over
}

// P3: a stop by SIGTERM loses nobody, and makes no copy.
func TestStopped(t *testing.T) {
	t.Parallel()
	stopped(t, "stopped", *readers, *kills)
}

func stopped(t *testing.T, database string, readers, kills int) {
	t.Helper()
	engines(t, database, setup{readers: readers}, func(t *testing.T, r *trial) {
		r.start()
		for i := range kills {
			n := r.someNode(i, kills)
			n.stop()
			n.serve()
		}
		r.done()
		r.shows()
		r.stopAll()
		r.audit().wantNoCopies(r)
	})
}
