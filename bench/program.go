package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"dailytip/store"
	"dailytip/test/daemontest"
)

// setting is one way to run the program.
type setting struct {
	mail        *message
	n           int
	engine      string // sqlite, postgres
	inFlight    int
	connections int
	top         string // more of the configuration
	nodes       int    // daemons on the same database; 0: one
	port        int    // of the relay
}

// program has the program send an edition and measures it: from the first
// outcome that the ledger holds to the last, which leaves out how the process
// starts and the first page's way to the relay, some milliseconds. The edition
// is opened before, by a command of its own.
func (b *bench) run(ctx context.Context, s setting) (o outcome, err error) {
	dir, err := b.folder()
	if err != nil {
		return o, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	database, drop, err := b.database(ctx, s.engine, s.n, dir)
	if err != nil {
		return o, err
	}
	defer drop()
	nodes := make([]*daemontest.Installation, max(s.nodes, 1))
	for i := range nodes {
		options := daemontest.Options{
			Program: b.program, Dir: filepath.Join(dir, fmt.Sprint(i)), Database: database, Top: s.top,
			Relays: relayAt(s.port, s.connections, s.inFlight, ""),
		}
		if err := os.Mkdir(options.Dir, 0o755); err != nil {
			return o, err
		}
		if nodes[i], err = s.mail.install(options); err != nil {
			return o, err
		}
	}
	db, err := nodes[0].OpenDatabase(ctx)
	if err != nil {
		return o, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := nodes[0].OpenOnly(ctx, db); err != nil {
		return o, err
	}
	if s.nodes > 0 { // until all of them know of each other
		if _, err := nodes[0].Run(ctx, []string{"pause"}); err != nil {
			return o, err
		}
	}
	return watch(ctx, nodes, db, s.nodes > 0)
}

// watch runs the daemons until everything is sent.
func watch(ctx context.Context, nodes []*daemontest.Installation, db *store.DB, paused bool) (o outcome, err error) {
	begin := time.Now()
	daemons := make([]*daemontest.Daemon, len(nodes))
	for i, n := range nodes {
		if daemons[i], err = n.Start(ctx); err != nil {
			return o, err
		}
		defer func() { _ = daemons[i].Kill() }()
	}
	if paused {
		if err := resume(ctx, nodes[0], daemons); err != nil {
			return o, err
		}
	}
	for open := true; open; {
		if open, err = daemontest.Open(ctx, db); err != nil {
			return o, err
		}
		select {
		case <-daemons[0].Ended():
			return o, fmt.Errorf("the daemon ended:\n%s", daemons[0].Log())
		case <-time.After(50 * time.Millisecond):
		}
	}
	var cpu time.Duration
	for _, d := range daemons {
		peak, err := d.PeakMemory()
		if err != nil {
			return o, err
		}
		o.peak = max(o.peak, float64(peak)/1e6)
		if err := d.Stop(); err != nil {
			return o, err
		}
		cpu += d.CPU()
	}
	var all, n, first, last int64
	err = db.Read().QueryRowContext(ctx, `
		SELECT (SELECT SUM(opened) FROM counters), SUM(CASE WHEN state = 'sent' AND done_at >= $1 THEN 1 ELSE 0 END),
			MIN(CASE WHEN done_at >= $1 THEN done_at ELSE NULL END), MAX(done_at) FROM deliveries`, begin.UnixMilli()).Scan(&all, &n, &first, &last)
	if err != nil {
		return o, err
	}
	if n < all*9/10 {
		c, err := daemontest.Count(ctx, db)
		return o, fmt.Errorf("only %d of %d mails were sent: %+v %w; the daemon said:\n%s", n, all, c, err, daemons[0].Log())
	}
	o.rate = float64(n) / (float64(last-first) / 1000)
	o.cpu = float64(cpu.Microseconds()) / float64(n)
	return o, nil
}

// resume ends the pause once each daemon has its share of the relay's connections.
func resume(ctx context.Context, in *daemontest.Installation, daemons []*daemontest.Daemon) error {
	known := "dailytip is running"
	if len(daemons) > 1 {
		known = fmt.Sprintf("nodes=%d", len(daemons))
	}
	for _, d := range daemons {
		if err := d.Says(ctx, known); err != nil {
			return err
		}
	}
	_, err := in.Run(ctx, []string{"resume"})
	return err
}
