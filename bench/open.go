package main

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"dailytip/internal/rig"
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
	in, err := (&message{tip: tipOf(10)}).install(rig.Options{Program: b.program, Dir: dir, Database: database, Relays: relayAt(1, 1, 1, "")})
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
	if err := errors.Join(w.err, end()); err != nil {
		return err
	}
	b.figures.add("open/"+engine, took.Seconds())
	say("open/%s: %d deliveries in %s", engine, b.many, took.Round(time.Millisecond))
	if engine == "sqlite" {
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

// longestWait takes SQLite's write lock every few milliseconds and gives it
// back at once. It asks without a pause until it has it: SQLite's own waiting
// sleeps for longer and longer, and would measure itself.
func longestWait(ctx context.Context, file string) (l longest) {
	dsn := url.URL{Scheme: "file", Path: file, RawQuery: url.Values{"_txlock": {"immediate"}, "_pragma": {"busy_timeout(0)"}}.Encode()}
	db, err := sql.Open("sqlite", dsn.String())
	if err != nil {
		return longest{err: err}
	}
	defer func() { _ = db.Close() }()
	db.SetMaxOpenConns(1)
	for ; ctx.Err() == nil; time.Sleep(3 * time.Millisecond) {
		begin := time.Now()
		for {
			tx, err := db.BeginTx(context.WithoutCancel(ctx), nil)
			if err == nil {
				l.wait, l.times = max(l.wait, time.Since(begin)), l.times+1
				if err := tx.Rollback(); err != nil {
					return longest{err: err}
				}
				break
			}
			if time.Since(begin) > time.Minute {
				return longest{err: err}
			}
		}
	}
	return l
}
