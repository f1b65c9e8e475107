// Command bench measures the delivery engine, checks what it has to reach and
// writes the tables of docs/performance.md. "make bench" runs it.
//
// What is measured is the program as it ships: the real binary with a
// configuration, a list of readers in a real database, and Debian's smtp-sink
// as the relay. What it is compared with runs in the same rounds, one after
// another, so that all have the same machine: smtp-source, the C reference, and
// a loop over go-mail's Client.Send. See doc comments of each file for how.
//
// A part of the measurements can be repeated alone (-only); the others' figures
// are kept in .cache/bench.json.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"

	"dailytip/test/daemontest"
	"dailytip/test/pgserver"
)

// options are the command line.
type options struct {
	messages    int    // of a run
	many        int    // of the one large run
	rounds      int    // of each comparison
	connections int    // of everyone who sends
	only        string // measurements, separated by commas; "": all
	dir         string // where databases are put
	results     string // the file of figures
	document    string // the file with the tables; "": none is written
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == naiveCommand {
		os.Exit(exitCode(naiveMain(os.Args[2:])))
	}
	var o options
	flag.IntVar(&o.messages, "n", 100_000, "`messages` in a run")
	flag.IntVar(&o.many, "many", 1_000_000, "`messages` in the one large run, and deliveries to materialise; 0: none")
	flag.IntVar(&o.rounds, "rounds", 3, "how often each is measured, by turns")
	flag.IntVar(&o.connections, "connections", 8, "connections of each sender")
	flag.StringVar(&o.only, "only", "", "measure only these `parts`: "+strings.Join(partNames(), ","))
	flag.StringVar(&o.dir, "dir", "", "a `folder` on a disk for the databases (default: the system's for temporary files)")
	flag.StringVar(&o.results, "results", ".cache/bench.json", "the `file` that keeps the figures")
	flag.StringVar(&o.document, "write", "", "write the tables into this `file`")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := measure(ctx, o)
	stop()
	os.Exit(exitCode(err))
}

func exitCode(err error) int {
	if err == nil {
		return 0
	}
	fmt.Fprintln(os.Stderr, "bench:", err)
	return 1
}

// bench is one run of this program.
type bench struct {
	options
	program string
	figures figures
	stock   map[string]*stock // by engine and size
	mails   map[int]*message  // by size in KB
	server  *pgserver.Server  // nil: not started yet
	made    int               // folders and databases
}

// part is one measurement, or several that belong together.
type part struct {
	name    string
	measure func(*bench, context.Context) error
}

func parts() []part {
	return []part{
		{"speed", (*bench).speed},
		{"postgres", (*bench).engines},
		{"growth", (*bench).growth},
		{"dkim", (*bench).dkim},
		{"open", (*bench).materialise},
		{"claims", (*bench).claims},
		{"nodes", (*bench).nodes},
	}
}

func partNames() []string {
	var names []string
	for _, p := range parts() {
		names = append(names, p.name)
	}
	return names
}

func measure(ctx context.Context, o options) (err error) {
	if runtime.GOOS != "linux" {
		return errors.New("this needs Linux: memory and processor time are read from /proc")
	}
	if err := tools(); err != nil {
		return err
	}
	wanted := partNames()
	if o.only != "" {
		wanted = strings.Split(o.only, ",")
		for _, name := range wanted {
			if !slices.Contains(partNames(), name) {
				return fmt.Errorf("-only %s: there is no part %q", o.only, name)
			}
		}
	}
	root := o.dir
	if o.dir, err = os.MkdirTemp(root, "dailytip-bench-"); err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(o.dir) }()
	if err := os.Chmod(o.dir, 0o755); err != nil { // PostgreSQL's user must be able to walk into it
		return err
	}
	if err := os.Setenv("TMPDIR", o.dir); err != nil { // for the servers and tests that we start
		return err
	}
	b := &bench{options: o, stock: map[string]*stock{}, mails: map[int]*message{}}
	defer b.close()
	if b.figures, err = readFigures(o.results); err != nil {
		return err
	}
	if b.program, err = daemontest.Build(ctx); err != nil {
		return err
	}
	say("%s", machine())
	for _, p := range parts() {
		if !slices.Contains(wanted, p.name) {
			continue
		}
		b.figures.forget(p.name)
		if err := p.measure(b, ctx); err != nil {
			return fmt.Errorf("measure %s: %w", p.name, err)
		}
		b.figures.set(p.name+"/command", o.command(p.name))
		if err := b.figures.write(o.results); err != nil {
			return err
		}
	}
	if o.document != "" {
		if err := b.figures.document(o.document); err != nil {
			return err
		}
	}
	return b.figures.check(os.Stdout)
}

// command is what measures a part again.
func (o options) command(part string) string {
	return fmt.Sprintf("go run ./bench -only %s -n %d -many %d -rounds %d -connections %d", part, o.messages, o.many, o.rounds, o.connections)
}

// folder makes an empty folder for a run.
func (b *bench) folder() (string, error) {
	b.made++
	dir := filepath.Join(b.dir, fmt.Sprintf("run%d", b.made))
	return dir, os.Mkdir(dir, 0o755)
}

// say tells how far we are.
func say(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }
