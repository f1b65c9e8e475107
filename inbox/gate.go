package inbox

import "sync"

// Gate holds whoever comes to one stage until somebody says that they may pass,
// so that a test can look at a world that stands still. Its Fault is a relay's:
//
//	gate := inbox.NewGate(inbox.Dot)
//	box.SetFault(gate.Fault)
//
// Open it before the server ends, which waits for its connections.
type Gate struct {
	stage Stage

	mu      sync.Mutex
	changed *sync.Cond
	open    bool
	passes  int // how many may pass still
	waiting int
}

// NewGate makes a gate that is shut.
func NewGate(stage Stage) *Gate {
	g := &Gate{stage: stage}
	g.changed = sync.NewCond(&g.mu)
	return g
}

// Fault waits at the gate's stage until it may pass, and never fails.
func (g *Gate) Fault(a Ask) Fault {
	if a.Stage != g.stage {
		return Fault{}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.waiting++
	for !g.open && g.passes == 0 {
		g.changed.Wait()
	}
	g.waiting--
	g.passes = max(0, g.passes-1)
	return Fault{}
}

// Let lets n more pass, those who wait before those who are still to come.
func (g *Gate) Let(n int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.passes += n
	g.changed.Broadcast()
}

// Open lets everybody pass from now on.
func (g *Gate) Open() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.open, g.passes = true, 0
	g.changed.Broadcast()
}

// Waiting is how many are held just now.
func (g *Gate) Waiting() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return max(0, g.waiting-g.passes)
}
