package chaos

import (
	"math/rand/v2"
	"testing"
	"time"

	"dailytip/test/pgserver"
	"dailytip/test/sink"
)

// PostgreSQL is killed under three nodes in mid-run, again and again, and comes
// back.
func TestPostgresKilled(t *testing.T) {
	t.Parallel()
	server, err := pgserver.Start(pgserver.Options{})
	if err != nil {
		missing(t, err)
	}
	times, people := 4, *readers/2
	if *long {
		times, people = 10, *readers/4
	}
	r := newTrial(t, setup{database: databaseURL(t, server, "tips"), nodes: 3, readers: people, relay: sink.Options{Delay: time.Millisecond}})
	// Before the trial's own end, which needs it no more.
	t.Cleanup(func() { _ = server.Close() })
	r.start()
	for i := range times {
		r.someNode(i, times)
		end := server.Kill
		if i%2 == 1 {
			end = server.Halt
		}
		if err := end(); err != nil {
			t.Fatal(err)
		}
		gone := time.Duration(rand.IntN(1500)) * time.Millisecond
		if *long && i == 0 {
			gone = 90 * time.Second // longer than a lease
		}
		time.Sleep(gone)
		if err := server.Again(); err != nil {
			t.Fatal(err)
		}
	}
	r.done()
	r.shows()
	r.stopAll()
	a := r.audit()
	if most := times * r.inFlight * len(r.nodes); a.copies > most {
		t.Errorf("%d copies, at most %d were on the wire", a.copies, most)
	}
	t.Logf("PostgreSQL was killed %d times: %d in doubt, %d copies (one mail %d times)", times, a.counts.Doubts, a.copies, a.most)
}
