// Command site measures the readers' pages of the real program while it sends an
// edition: a database with a million readers in SQLite, a relay of ours on the
// loopback interface, and clients that keep their connections.
//
//	go run ./bench/site -readers 1000000 -seconds 15
//
// Clients, relay and program share the machine, so what it prints is less than
// what a machine of the program's own would do.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"time"

	"dailytip/store"
	"dailytip/subscribers"
	"dailytip/test/daemontest"
	"dailytip/test/sink"
)

func main() {
	readers := flag.Int("readers", 1_000_000, "how many readers")
	seconds := flag.Int("seconds", 15, "how long each page is asked for")
	connections := flag.Int("connections", 16, "how many clients at once")
	rate := flag.Int("rate", 0, "the most mails a second; 0: as fast as they go")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	b := &bench{readers: *readers, rate: *rate, load: load{connections: *connections, time: time.Duration(*seconds) * time.Second}}
	if err := b.run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "site:", err)
		os.Exit(1)
	}
}

type bench struct {
	readers, rate int
	load          load
	relay         *sink.Server
	in            *daemontest.Installation
	db            *store.DB
}

// past is how many editions the archive has.
const past = 30

func (b *bench) run(ctx context.Context) (err error) {
	dir, err := os.MkdirTemp("", "dailytip-site-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	b.relay = sink.New(sink.Options{Blind: true})
	defer b.relay.Close()
	door, err := b.relay.Door()
	if err != nil {
		return err
	}
	defer door.Shut()
	if err := b.install(ctx, dir, door.Port); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.db.Close()) }()
	daemon, err := b.in.Serve(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, daemon.Kill()) }()
	found := regexp.MustCompile(`pages=http://([0-9.:]+)`).FindStringSubmatch(daemon.Log())
	if found == nil {
		return errors.New("the daemon doesn't say where its pages are")
	}
	pages, err := b.pages(ctx)
	if err != nil {
		return err
	}
	fmt.Printf("%d readers, %d clients, %d editions\n", b.readers, b.load.connections, past)
	for _, p := range pages {
		before, start := b.relay.Received(), time.Now()
		r, err := b.load.ask(ctx, found[1], p.paths)
		if err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		sent := float64(b.relay.Received()-before) / time.Since(start).Seconds()
		fmt.Printf("%-22s %8.0f requests/s   p50 %6.2f ms   p99 %6.2f ms   longest %6.1f ms   beside %6.0f mails/s\n",
			p.name, r.rate, ms(r.p50), ms(r.p99), ms(r.longest), sent)
		if sent == 0 {
			fmt.Println("  nothing was sent meanwhile: give it more readers, or fewer seconds")
		}
	}
	return nil
}

// install makes the folder: past editions sent to one reader, then the others,
// then today's edition opened for all of them and not sent.
func (b *bench) install(ctx context.Context, dir string, port int) error {
	program, err := daemontest.Build(ctx)
	if err != nil {
		return err
	}
	folder := filepath.Join(dir, "installation")
	if err := os.Mkdir(folder, 0o755); err != nil {
		return err
	}
	b.in, err = daemontest.Install(daemontest.Options{
		Program: program, Dir: folder,
		Relays: fmt.Sprintf("- {host: 127.0.0.1, port: %d, tls: none, connections: 8, in_flight: 512, rate: %d}", port, b.rate),
	})
	if err != nil {
		return err
	}
	if err := b.in.Fill(ctx, 1, true); err != nil {
		return err
	}
	for i := range past {
		if _, err := b.in.Run(ctx, []string{"send", "--date", day(i)}); err != nil {
			return err
		}
	}
	if err := b.in.Fill(ctx, b.readers, true); err != nil {
		return err
	}
	if b.db, err = b.in.OpenDatabase(ctx); err != nil {
		return err
	}
	return b.in.OpenOnly(ctx, b.db)
}

// day is the date of an edition of the archive.
func day(i int) string { return time.Date(2026, 1, 1+i, 0, 0, 0, 0, time.UTC).Format(time.DateOnly) }

// target is a kind of page.
type target struct {
	name  string
	paths []string
}

// pages are what is asked for: each edition, their list, the feed, and the page to
// unsubscribe of ten thousand readers.
func (b *bench) pages(ctx context.Context) ([]target, error) {
	editions := target{name: "/archive/…/DATE"}
	for i := range past {
		editions.paths = append(editions.paths, "/archive/management/"+day(i)+"?lang="+[]string{"en", "es"}[i%2])
	}
	leave := target{name: "/u/TOKEN"}
	tokens, err := subscribers.LoadTokens(ctx, b.db)
	if err != nil {
		return nil, err
	}
	rows, err := b.db.Read().QueryContext(ctx, "SELECT id FROM subscriptions WHERE id % 97 = 0 LIMIT 10000")
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		leave.paths = append(leave.paths, "/u/"+tokens.Make(subscribers.UnsubscribeLink, id))
	}
	return []target{editions, {"/archive", []string{"/archive", "/archive/management"}}, {"/feed.xml", []string{"/feed.xml"}}, leave}, rows.Err()
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
