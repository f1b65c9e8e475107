package chaos

import (
	"context"
	"flag"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"dailytip/internal/pgserver"
	"dailytip/internal/rig"
	"dailytip/internal/sink"
	"dailytip/store"
)

var (
	readers = flag.Int("readers", 3000, "how many `readers` the kill tests send to")
	kills   = flag.Int("kills", 20, "how many `kills`, and stops")
	long    = flag.Bool("long", false, "wait as long as in life: a minute without a relay, twenty seconds of silence")
)

const (
	inFlight = 32
	// Nodes share a relay's connections, and a killed one keeps its part until
	// its lease is over: there must be some left for those that run.
	connections = 40
)

// The program and PostgreSQL are made once, at first need, for all tests.
var (
	program  func() (string, error)
	postgres = sync.OnceValues(func() (*pgserver.Server, error) { return pgserver.Start(pgserver.Options{}) })
)

func TestMain(m *testing.M) {
	_ = flag.Set("test.parallel", "5") // they mostly wait
	flag.Parse()
	dir, err := os.MkdirTemp("", "dailytip-chaos-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	program = sync.OnceValues(func() (string, error) { return rig.Build(context.Background(), dir) })
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// trial is one edition that goes out under difficulties: some nodes with one
// database, and a server that counts.
type trial struct {
	*testing.T
	readers int
	sink    *sink.Server
	nodes   []*node
	db      *store.DB
	deaths  map[sink.Life]bool // those of killed processes
}

// node is one installation, its door at the server, and its process.
type node struct {
	*rig.Installation
	t             *trial
	dir, database string
	door          *sink.Door
	daemon        *rig.Daemon // nil: it doesn't run
}

// newTrial sets up some nodes on one database ("": an SQLite file), with
// readers, and runs none of them.
func newTrial(t *testing.T, database string, nodes, readers int, o sink.Options) *trial {
	t.Helper()
	r := &trial{T: t, readers: readers, sink: sink.New(o), deaths: map[sink.Life]bool{}}
	for range nodes {
		n := &node{t: r, dir: t.TempDir(), database: database}
		var err error
		if n.door, err = r.sink.Door(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(n.door.Shut)
		n.install(fmt.Sprintf("- {host: 127.0.0.1, port: %d, tls: none, in_flight: %d, connections: %d}", n.door.Port, inFlight, connections))
		r.nodes = append(r.nodes, n)
		t.Cleanup(n.cleanUp)
	}
	t.Cleanup(r.sink.Close)
	var err error
	if err := r.nodes[0].Fill(t.Context(), readers, true); err != nil {
		t.Fatal(err)
	}
	if r.db, err = r.nodes[0].OpenDatabase(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.db.Close() })
	return r
}

// install writes the node's folder, with the relays of the configuration.
func (n *node) install(relays string) {
	n.t.Helper()
	binary, err := program()
	if err != nil {
		n.t.Fatal(err)
	}
	n.Installation, err = rig.Install(rig.Options{
		Program: binary, Dir: n.dir, Database: n.database, Newsletter: `schedule: "0 7 * * *"`, Relays: relays,
	})
	if err != nil {
		n.t.Fatal(err)
	}
}

func (n *node) cleanUp() {
	if n.daemon == nil {
		return
	}
	_ = n.daemon.Kill()
	if n.t.Failed() {
		n.t.Logf("the daemon's last words:\n%s", tail(n.daemon.Log()))
	}
}

func tail(log string) string { return log[max(0, len(log)-4000):] }

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

func (n *node) serve() {
	n.t.Helper()
	d, err := n.Serve(n.t.Context())
	if err != nil {
		n.t.Fatal(err)
	}
	n.daemon = d
}

// kill ends a node as a power cut would; what it wrote before is on its way.
func (n *node) kill() {
	n.t.Helper()
	if err := n.daemon.Kill(); err != nil {
		n.t.Fatal(err)
	}
	n.daemon = nil
	time.Sleep(20 * time.Millisecond) // its last connections are accepted before the next life's
	n.t.deaths[n.door.Killed()] = true
}

func (n *node) stop() {
	n.t.Helper()
	if err := n.daemon.Stop(); err != nil {
		n.t.Error(err)
	}
	n.daemon = nil
	time.Sleep(20 * time.Millisecond)
	n.door.Killed()
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
	for end := time.Now().Add(within); !f(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			c, err := rig.Count(r.Context(), r.db)
			r.Fatalf("after %s: not yet: %s; %d mails of %d, %+v %v", within, what, r.sink.Received(), r.readers, c, err)
		}
	}
}

// patience is how long a run may take at most.
func (r *trial) patience() time.Duration {
	return 3*time.Minute + time.Duration(r.readers)*time.Millisecond
}

func (r *trial) received(n int) {
	r.Helper()
	r.eventually(r.patience(), fmt.Sprintf("%d mails", n), func() bool { return r.sink.Received() >= n })
}

// done waits until no delivery is left to send.
func (r *trial) done() {
	r.Helper()
	r.eventually(r.patience(), "all is done", func() bool {
		open, err := rig.Open(r.Context(), r.db)
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
