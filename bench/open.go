package main

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"time"

	"dailytip/store"
	"dailytip/test/daemontest"
)

// materialise measures how long an edition takes to be opened for everybody, and
// on SQLite how long this process, which writes something all the time, has to
// wait for the write lock meanwhile.
func (b *bench) materialise(ctx context.Context) error {
	b.describe("open")
	if b.many == 0 {
		return nil
	}
	b.figures.add("open/n", float64(b.many))
	for range b.rounds {
		for _, engine := range []string{"sqlite", "postgres"} {
			if err := b.openOnce(ctx, engine); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *bench) openOnce(ctx context.Context, engine string) (err error) {
	dir, err := b.folder()
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	database, drop, err := b.database(ctx, engine, b.many, dir)
	if err != nil {
		return err
	}
	defer drop()
	in, err := (&message{tip: tipOf(10)}).install(daemontest.Options{Program: b.program, Dir: dir, Database: database, Relays: relayAt(1, 1, 1, "")})
	if err != nil {
		return err
	}
	db, err := in.OpenDatabase(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	sender, err := db.LockSender()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, sender.Release()) }()

	waiting, stop := context.WithCancel(ctx)
	defer stop()
	waits := make(chan longest, 1)
	if engine == "sqlite" {
		go func() { waits <- longestWait(waiting, filepath.Join(dir, "dailytip.db")) }()
	} else {
		waits <- longest{}
	}
	took, end, err := in.Opening(ctx, db)
	if err != nil {
		return err
	}
	stop()
	w := <-waits
	cpu, err := end()
	if err := errors.Join(w.err, err); err != nil {
		return err
	}
	b.figures.add("open/"+engine, took.Seconds())
	say("open/%s: %d deliveries in %s", engine, b.many, took.Round(time.Millisecond))
	if engine == "sqlite" {
		b.figures.add("open/cpu", cpu.Seconds())
		say("open/cpu: %s of processor time", cpu.Round(time.Millisecond))
		b.figures.add("open/wait", float64(w.wait.Microseconds())/1000)
		say("open/wait: %s at most for the write lock, %d times", w.wait.Round(time.Millisecond/10), w.times)
	}
	return nil
}

// longest is the longest of so many waits for the write lock.
type longest struct {
	wait  time.Duration
	times int
	err   error
}

// longestWait writes something every few milliseconds, as any process of ours
// that isn't the sender does.
func longestWait(ctx context.Context, file string) (l longest) {
	db, err := store.Open(ctx, file)
	if err != nil {
		return longest{err: err}
	}
	defer func() { _ = db.Close() }()
	for ; ctx.Err() == nil; time.Sleep(3 * time.Millisecond) {
		begin := time.Now()
		if err := db.Write(context.WithoutCancel(ctx), func(*sql.Tx) error { return nil }); err != nil {
			return longest{err: err}
		}
		l.wait, l.times = max(l.wait, time.Since(begin)), l.times+1
	}
	return l
}
