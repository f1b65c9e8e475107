package main

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"dailytip/inbox"
	"dailytip/subscribers"
)

// Test copies share a connection, and who goes away while they are sent isn't told that
// a relay refused the others.
func TestTestCopies(t *testing.T) {
	t.Parallel()
	box, relay := startInbox(t, inbox.Options{})
	in := install(t, relay, `schedule: "0 7 * * *"`)
	c := &command{stdio: stdio{strings.NewReader(""), io.Discard, io.Discard}, config: filepath.Join(in.dir, "config.yaml"), logFormat: "text"}
	a, err := c.open(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	defer a.close()
	n, err := a.scheduler.Find("")
	if err != nil {
		t.Fatal(err)
	}
	date := n.Today(time.Now())
	to := []subscribers.Address{"ed@example.com", "eve@example.com", "flo@example.com"}
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	var connections atomic.Int64
	var leaves atomic.Bool
	box.SetFault(func(asked inbox.Ask) inbox.Fault {
		connections.Store(int64(asked.Conn))
		if leaves.Load() {
			leave()
		}
		return inbox.Fault{}
	})
	send := func() (states []string, err error) {
		lines, err := a.copies(ctx, n, date, to)
		for _, line := range lines {
			states = append(states, line.State)
		}
		return states, err
	}
	if states, err := send(); err != nil || strings.Join(states, " ") != "sent sent sent" || connections.Load() != 1 {
		t.Errorf("the copies are %q, %v, over %d connections", states, err, connections.Load())
	}
	leaves.Store(true)
	if states, err := send(); !errors.Is(err, context.Canceled) || strings.Contains(strings.Join(states, " "), "failed") {
		t.Errorf("when the context ended: %q, %v", states, err)
	}
}
