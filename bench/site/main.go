// Command site measures the pages of the real program while it sends an edition: those
// of readers, those of who plan and run, and what programs ask. There is a database with
// a million readers, a relay of ours on the loopback interface, and clients that keep
// their connections. It ends with 1 when an answer comes later than it may, or when
// sending suffers from who looks on.
//
//	go run ./bench/site -readers 1000000 -seconds 6 -engine postgres
//
// Clients, relay and program share the machine, so what it prints is less than
// what a machine of the program's own would do.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"time"

	"dailytip/store"
	"dailytip/test/daemontest"
	"dailytip/test/pgserver"
	"dailytip/test/sink"
)

func main() {
	b := &bench{sliceTime: 3 * time.Second, rounds: 4, out: os.Stdout}
	flag.IntVar(&b.readers, "readers", 1_000_000, "how many readers")
	flag.IntVar(&b.tips, "tips", 200, "how many tips the library has")
	flag.StringVar(&b.engine, "engine", "sqlite", "sqlite, or postgres: a server of its own, from the machine's package")
	seconds := flag.Int("seconds", 6, "how long each page is asked for")
	flag.IntVar(&b.connections, "connections", 16, "how many readers' browsers ask at once, as fast as they can")
	flag.IntVar(&b.rate, "rate", 0, "the most mails a second; 0: as fast as they go")
	only := flag.String("only", "", "measure only what has a name like this regular expression, such as ^/admin/readers, or sending")
	flag.Parse()
	b.time = time.Duration(*seconds) * time.Second
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var missed []string
	var err error
	if b.only, err = regexp.Compile(*only); err == nil {
		missed, err = b.run(ctx)
	}
	if err != nil {
		missed = append(missed, err.Error())
	}
	for _, text := range missed {
		fmt.Fprintln(os.Stderr, "site:", text)
	}
	if len(missed) > 0 {
		os.Exit(1)
	}
}

type bench struct {
	readers, tips, rate, connections int
	engine                           string
	time                             time.Duration
	sliceTime                        time.Duration // of sending, with the pages in use or not
	rounds                           int           // of four slices
	only                             *regexp.Regexp
	out                              io.Writer

	server  *pgserver.Server // nil: SQLite
	relay   *sink.Server
	in      *daemontest.Installation
	db      *store.DB
	address string // of the pages
	today   string
	opened  int // how many mails are to come in, of all editions so far
	dates   int // how many editions were opened while it was measured
}

// run measures, and returns what came later than it may.
func (b *bench) run(ctx context.Context) (missed []string, err error) {
	dir, err := os.MkdirTemp("", "dailytip-site-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if b.server, err = start(b.engine); err != nil {
		return nil, err
	}
	if b.server != nil {
		defer func() { err = errors.Join(err, b.server.Close()) }()
	}
	b.relay = sink.New(sink.Options{Blind: true})
	defer b.relay.Close()
	door, err := b.relay.Door()
	if err != nil {
		return nil, err
	}
	defer door.Shut()
	if err := b.install(ctx, dir, door.Port); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, b.db.Close()) }()
	b.opened = b.relay.Received() + b.readers - b.readers/500 - b.readers/100 // as many have failed, or pause
	daemon, err := b.in.Serve(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, daemon.Kill()) }()
	found := regexp.MustCompile(`pages=http://([0-9.:]+)`).FindStringSubmatch(daemon.Log())
	if found == nil {
		return nil, errors.New("the daemon doesn't say where its pages are")
	}
	b.address = found[1]
	_, _ = fmt.Fprintf(b.out, "%d readers in %s, %d editions, %d tips\n", b.readers, b.engine, past, b.tips)
	return b.measure(ctx)
}

// measure asks for each kind of page by itself, and then for those of people and programs
// as they do.
func (b *bench) measure(ctx context.Context) (missed []string, err error) {
	site, err := b.siteTargets(ctx)
	if err != nil {
		return nil, err
	}
	readers, err := b.numbers(ctx, "SELECT id FROM subscribers WHERE id % 499 = 0 ORDER BY id LIMIT 1000")
	if err != nil {
		return nil, err
	}
	admin, err := b.adminTargets(ctx, readers)
	if err != nil {
		return nil, err
	}
	api, err := b.apiTargets(ctx, readers)
	if err != nil {
		return nil, err
	}
	for _, all := range [][]target{site, admin, api} {
		for _, t := range all {
			if b.only.MatchString(t.name) {
				late, err := b.one(ctx, t)
				if err != nil {
					return missed, fmt.Errorf("%s: %w", t.name, err)
				}
				missed = append(missed, late...)
			}
		}
	}
	if b.only.MatchString("sending") {
		slow, err := b.sending(ctx, admin, api)
		if err != nil {
			return missed, err
		}
		missed = append(missed, slow...)
	}
	return missed, nil
}

// one measures a kind of page. late says that it comes later than it may.
func (b *bench) one(ctx context.Context, t target) (late []string, err error) {
	if err := b.refill(ctx, t.load.time); err != nil {
		return nil, err
	}
	before, start := b.relay.Received(), time.Now()
	r, err := t.load.ask(ctx, b.address, t)
	if err != nil {
		return nil, err
	}
	sent := float64(b.relay.Received()-before) / time.Since(start).Seconds()
	_, _ = fmt.Fprintf(b.out, "%-44s %7.0f requests/s   p50 %6.2f   p95 %6.2f   p99 %6.2f   longest %6.1f ms   beside %6.0f mails/s\n",
		t.name, r.rate, ms(r.p50), ms(r.p95), ms(r.p99), ms(r.longest), sent)
	if sent == 0 {
		late = append(late, t.name+": nothing was sent meanwhile, so it wasn't measured")
	}
	if t.limit > 0 && r.p95 > t.limit {
		late = append(late, fmt.Sprintf("%s: one of twenty takes longer than %.0f ms, and may take %s", t.name, ms(r.p95), t.limit))
	}
	return late, nil
}

// mostRate is more mails a second than are sent on two cores.
const mostRate = 30_000

// refill opens editions until there are mails for a time.
func (b *bench) refill(ctx context.Context, t time.Duration) error {
	rate := mostRate
	if b.rate > 0 {
		rate = b.rate
	}
	for b.opened-b.relay.Received() < int(t.Seconds()*float64(rate)) {
		if _, err := b.in.Run(ctx, []string{"send", "--wait", "0s", "--date", day(past + b.dates)}, 0, 1, 5); err != nil {
			return err
		}
		b.dates++
		b.opened += b.readers - b.readers/100 // those who pause get none
	}
	return nil
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
