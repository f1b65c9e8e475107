package chaos

import (
	"cmp"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"dailytip/store"
	"dailytip/test/daemontest"
	"dailytip/test/pgserver"
	"dailytip/test/sink"
)

var (
	readers = flag.Int("readers", 1500, "how many `readers` the kill tests send to")
	kills   = flag.Int("kills", 5, "how many `kills`, and stops")
	long    = flag.Bool("long", false, "wait as long as in life: a minute without a relay, twenty seconds of silence")
	race    = flag.Bool("race-daemon", false, "build the program with the race detector, for all tests")
)

// The programs and PostgreSQL are made once, at first need, for all tests.
var (
	programs daemontest.Programs
	postgres = sync.OnceValues(func() (*pgserver.Server, error) { return pgserver.Start(pgserver.Options{}) })
)

func TestMain(m *testing.M) {
	_ = flag.Set("test.parallel", "5") // they mostly wait
	flag.Parse()
	os.Exit(m.Run())
}

// setup says what a trial is like.
type setup struct {
	database    string // "": an SQLite file
	nodes       int    // 0: 1
	readers     int
	inFlight    int    // 0: 32
	connections int    // 0: 40
	newsletter  string // its schedule and such; "": each day at 7
	relay       sink.Options
	race        bool          // with the race detector
	wait        time.Duration // that it takes beside the sending
}

func (s setup) withDefaults() setup {
	s.nodes = max(s.nodes, 1)
	s.inFlight = cmp.Or(s.inFlight, 32)
	// Nodes share a relay's connections, and a killed one keeps its part until
	// its lease is over: there must be some left for those that run.
	s.connections = cmp.Or(s.connections, 40)
	s.newsletter = cmp.Or(s.newsletter, `schedule: "0 7 * * *"`)
	s.race = s.race || *race
	return s
}

// trial is one edition that goes out under difficulties: some nodes with one
// database, and a server that counts.
type trial struct {
	*testing.T
	setup
	sink   *sink.Server
	nodes  []*node
	db     *store.DB
	deaths map[sink.Life]bool  // those of killed processes
	stall  atomic.Int64        // the longest that this machine let nothing of ours run, in ns
	said   map[string][]string // warnings and errors in their logs, by what they say
}

// newTrial sets up nodes with readers, and runs none of them.
func newTrial(t *testing.T, s setup) *trial {
	t.Helper()
	s = s.withDefaults()
	r := &trial{T: t, setup: s, sink: sink.New(s.relay), deaths: map[sink.Life]bool{}, said: map[string][]string{}}
	r.watch()
	t.Cleanup(func() {
		for _, what := range slices.Sorted(maps.Keys(r.said)) {
			lines := r.said[what]
			t.Logf("the log said %d times %s, such as\n%s", len(lines), what, lines[0])
			if t.Failed() {
				t.Logf("the others:\n%s", strings.Join(lines[1:], "\n"))
			}
		}
	})
	for range s.nodes {
		n := &node{t: r, dir: t.TempDir()}
		var err error
		if n.door, err = r.sink.Door(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(n.door.Shut)
		n.install(fmt.Sprintf("- {host: 127.0.0.1, port: %d, tls: none, in_flight: %d, connections: %d}", n.door.Port, s.inFlight, s.connections))
		r.nodes = append(r.nodes, n)
		t.Cleanup(n.cleanUp)
	}
	t.Cleanup(r.sink.Close)
	var err error
	if err := r.nodes[0].Fill(t.Context(), s.readers, true); err != nil {
		t.Fatal(err)
	}
	if r.db, err = r.nodes[0].OpenDatabase(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.db.Close() })
	return r
}

// start runs all nodes and opens the edition.
func (r *trial) start() {
	r.Helper()
	for _, n := range r.nodes {
		n.serve()
	}
	if err := r.nodes[0].Open(r.Context()); err != nil {
		r.Fatal(err)
	}
}

// stopAll ends the trial's daemons in good order.
func (r *trial) stopAll() {
	r.Helper()
	for _, n := range r.nodes {
		if n.daemon != nil {
			n.stop()
		}
	}
}

func (r *trial) eventually(within time.Duration, what string, f func() bool) {
	r.Helper()
	received, extended := -1, false
	for end := time.Now(); !f(); time.Sleep(2 * time.Millisecond) {
		if n := r.sink.Received(); n != received { // however slow the machine is, it gets on
			received, extended, end = n, false, time.Now().Add(within)
		}
		if time.Now().After(end) {
			c, err := daemontest.Count(r.Context(), r.db)
			if !extended && err == nil && c.Due == 0 && c.States["sending"] == 0 && c.States["retry"] > 0 { // a mail's time is yet to come
				extended, end = true, time.Now().Add(within)
				continue
			}
			r.Fatalf("no mail for %s, and not yet: %s; %d mails of %d, %+v %v", within, what, r.sink.Received(), r.readers, c, err)
		}
	}
}

// patience is how long a run may go without a mail.
func (r *trial) patience() time.Duration {
	return 3*time.Minute + r.wait + time.Duration(r.readers)*time.Millisecond
}

// watch measures how long the machine lets nothing of this test run.
func (r *trial) watch() {
	tick := time.NewTicker(100 * time.Millisecond)
	r.Cleanup(tick.Stop)
	go func() {
		last := time.Now()
		for {
			select {
			case <-r.Context().Done():
				return
			case <-tick.C:
				r.stall.Store(max(r.stall.Load(), int64(time.Since(last))))
				last = time.Now()
			}
		}
	}()
}

// stoodStill is longer than nodes are sure to renew their leases in.
const stoodStill = 10 * time.Second

func (r *trial) received(n int) {
	r.Helper()
	r.eventually(r.patience(), fmt.Sprintf("%d mails", n), func() bool { return r.sink.Received() >= n })
}

// done waits until no delivery is left to send.
func (r *trial) done() {
	r.Helper()
	r.eventually(r.patience(), "all is done", func() bool {
		open, err := daemontest.Open(r.Context(), r.db)
		time.Sleep(20 * time.Millisecond)
		return err == nil && !open
	})
}

// databaseURL makes a database on the tests' PostgreSQL, or gives "" for SQLite.
func databaseURL(t *testing.T, server *pgserver.Server, name string) string {
	t.Helper()
	db, err := store.Open(t.Context(), server.URL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Read().ExecContext(t.Context(), "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	return server.URL(name)
}

// shared is the PostgreSQL of all tests that leave it alone.
func shared(t *testing.T) *pgserver.Server {
	t.Helper()
	s, err := postgres()
	if err != nil {
		missing(t, err)
	}
	return s
}

func missing(t *testing.T, err error) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatal(err)
	}
	t.Skipf("SKIPPED: %v", err)
}
