package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"dailytip/store"
	"dailytip/test/daemontest"
	"dailytip/test/pgserver"
)

// stock is a database with readers, of which each run gets a copy.
type stock struct {
	file   string // SQLite
	name   string // PostgreSQL
	server *pgserver.Server
}

// database gives a fresh copy of a database with n active readers, as the
// configuration names it. PostgreSQL is our own, with its settings as they come:
// every commit is on the disk before it counts.
func (b *bench) database(ctx context.Context, engine string, n int, dir string) (name string, drop func(), err error) {
	key := fmt.Sprintf("%s/%d", engine, n)
	s := b.stock[key]
	if s == nil {
		if s, err = b.fill(ctx, engine, n); err != nil {
			return "", nil, err
		}
		b.stock[key] = s
	}
	if s.server == nil {
		name = filepath.Join(dir, "dailytip.db")
		return name, func() {}, copyFile(name, s.file)
	}
	b.made++
	name = fmt.Sprintf("run%d", b.made)
	err = command(ctx, s.server, fmt.Sprintf("CREATE DATABASE %s TEMPLATE %s", name, s.name))
	drop = func() { _ = command(context.WithoutCancel(ctx), s.server, "DROP DATABASE "+name+" WITH (FORCE)") }
	return s.server.URL(name), drop, err
}

// fill makes the database that is copied later.
func (b *bench) fill(ctx context.Context, engine string, n int) (s *stock, err error) {
	say("a list of %d readers, %s", n, engine)
	dir, err := b.folder()
	if err != nil {
		return nil, err
	}
	s = &stock{file: filepath.Join(dir, "dailytip.db")}
	database := s.file
	if engine == "postgres" {
		if s.server, err = b.postgres(); err != nil {
			return nil, err
		}
		s.name = fmt.Sprintf("stock%d", n)
		if err := command(ctx, s.server, "CREATE DATABASE "+s.name); err != nil {
			return nil, err
		}
		database = s.server.URL(s.name)
	}
	in, err := (&message{tip: tipOf(10)}).install(daemontest.Options{Program: b.program, Dir: dir, Database: database, Relays: relayAt(1, 1, 1, "")})
	if err != nil {
		return nil, err
	}
	return s, in.Fill(ctx, n, false)
}

// postgres starts the server at first need.
func (b *bench) postgres() (*pgserver.Server, error) {
	if b.server == nil {
		var err error
		if b.server, err = pgserver.Start(pgserver.Options{Durable: true}); err != nil {
			return nil, err
		}
	}
	return b.server, nil
}

func (b *bench) close() {
	if b.server != nil {
		_ = b.server.Close()
	}
}

func command(ctx context.Context, server *pgserver.Server, sql string) error {
	db, err := store.Open(ctx, server.URL("postgres"))
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	_, err = db.Read().ExecContext(ctx, sql)
	return err
}

func copyFile(to, from string) error {
	r, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }()
	w, err := os.Create(to)
	if err != nil {
		return err
	}
	if _, err := io.Copy(w, r); err != nil {
		return err
	}
	return w.Close()
}
