package chaos

import (
	"fmt"
	"regexp"
	"strings"

	"dailytip/test/daemontest"
	"dailytip/test/sink"
)

// node is one installation, its door at the server, and its process.
type node struct {
	*daemontest.Installation
	t      *trial
	dir    string
	door   *sink.Door
	daemon *daemontest.Daemon // nil: it doesn't run
}

// install writes the node's folder, with the relays of the configuration.
func (n *node) install(relays string) {
	n.t.Helper()
	binary, err := programs.Plain()
	if n.t.race {
		if binary, err = programs.Race(); err != nil {
			missing(n.t.T, err)
		}
	}
	if err != nil {
		n.t.Fatal(err)
	}
	n.Installation, err = daemontest.Install(daemontest.Options{
		Program: binary, Dir: n.dir, Database: n.t.database, Newsletter: n.t.newsletter, Relays: relays,
		Top: "metrics: {listen: 127.0.0.1:0}",
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
	n.heard()
	if n.t.Failed() {
		n.t.Logf("the daemon's last words:\n%s", tail(n.daemon.Log()))
	}
}

func tail(log string) string { return log[max(0, len(log)-4000):] }

// heard looks into the log of a process that has ended: for what the race
// detector found, and for what an operator would read.
func (n *node) heard() {
	n.t.Helper()
	log := n.daemon.Log()
	if _, race, found := strings.Cut(log, "WARNING: DATA RACE"); found {
		n.t.Errorf("a data race:%s", race[:min(len(race), 6000)])
	}
	for _, m := range complaint.FindAllStringSubmatch(log, -1) {
		n.t.said[m[1]] = append(n.t.said[m[1]], fmt.Sprintf("node %d: %s", n.door.Port, m[0]))
	}
}

var complaint = regexp.MustCompile(`(?m)^.*level=(?:WARN|ERROR) msg=("(?:[^"\\]|\\.)*"|\S+).*$`)

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
	n.heard()
	n.daemon = nil
	n.t.deaths[n.door.Killed()] = true
}

func (n *node) stop() {
	n.t.Helper()
	if err := n.daemon.Stop(); err != nil {
		n.t.Error(err)
	}
	n.heard()
	n.daemon = nil
	n.door.Killed()
}
