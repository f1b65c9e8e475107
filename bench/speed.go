package main

import (
	"context"
	"fmt"
)

// sizes of the mails, in KB.
var sizes = []int{3, 8, 20}

// contender is somebody who sends mails.
type contender struct {
	name     string
	inFlight int      // of the program; 0: it isn't the program
	flags    []string // of smtp-sink
	send     func(*bench, context.Context, *message, int, int) (outcome, error)
}

func contenders() []contender {
	noPipelining := []string{"-p"}
	return []contender{
		{name: "source", send: (*bench).source},
		{name: "pipelined-512", inFlight: 512},
		{name: "pipelined-32", inFlight: 32},
		{name: "lockstep-512", inFlight: 512, flags: noPipelining},
		{name: "lockstep-32", inFlight: 32, flags: noPipelining},
		{name: "naive", send: (*bench).naive},
	}
}

// speed compares everybody, by turns.
func (b *bench) speed(ctx context.Context) error {
	b.describe("speed")
	for round := range b.rounds {
		for _, kB := range sizes {
			m, err := b.mailOf(ctx, kB)
			if err != nil {
				return err
			}
			for _, c := range contenders() {
				o, err := b.compete(ctx, c, m, b.messages)
				if err != nil {
					return fmt.Errorf("%s: %w", c.name, err)
				}
				b.note(fmt.Sprintf("speed/%d/%s", kB, c.name), o, round)
			}
		}
	}
	return nil
}

// compete runs one contender against a sink of its own.
func (b *bench) compete(ctx context.Context, c contender, m *message, n int) (outcome, error) {
	port, stop, err := startSink(ctx, c.flags...)
	if err != nil {
		return outcome{}, err
	}
	defer stop()
	if c.send != nil {
		return c.send(b, ctx, m, n, port)
	}
	return b.run(ctx, setting{mail: m, n: n, engine: "sqlite", inFlight: c.inFlight, connections: b.connections, port: port})
}

// note keeps an outcome under a name.
func (b *bench) note(name string, o outcome, round int) {
	b.figures.add(name, o.rate)
	b.figures.add(name+"/cpu", o.cpu)
	line := fmt.Sprintf("%-28s round %d: %7.0f mails/s, %4.0f µs of processor time each", name, round+1, o.rate, o.cpu)
	if o.peak > 0 {
		b.figures.add(name+"/peak", o.peak)
		line += fmt.Sprintf(", %3.0f MB at most", o.peak)
	}
	say("%s", line)
}

// describe keeps how and where a part is measured.
func (b *bench) describe(part string) {
	b.figures.set(part+"/machine", fmt.Sprintf("%s, load %.1f when it began", machine(), load()))
}

// engines compares PostgreSQL with SQLite, by turns.
func (b *bench) engines(ctx context.Context) error {
	b.describe("postgres")
	m, err := b.mailOf(ctx, 8)
	if err != nil {
		return err
	}
	for round := range b.rounds {
		for _, inFlight := range []int{32, 512} {
			for _, engine := range []string{"sqlite", "postgres"} {
				port, stop, err := startSink(ctx)
				if err != nil {
					return err
				}
				o, err := b.run(ctx, setting{mail: m, n: b.messages, engine: engine, inFlight: inFlight, connections: b.connections, port: port})
				stop()
				if err != nil {
					return err
				}
				b.note(fmt.Sprintf("postgres/%s-%d", engine, inFlight), o, round)
			}
		}
	}
	return nil
}

// growth measures short, usual and long runs: does a mail cost more in a longer
// one, and how much memory does the process take?
func (b *bench) growth(ctx context.Context) error {
	b.describe("growth")
	m, err := b.mailOf(ctx, 8)
	if err != nil {
		return err
	}
	for round := range b.rounds {
		for _, n := range []int{10_000, 100_000, b.many} {
			if n == 0 || n == b.many && round > 0 {
				continue
			}
			o, err := b.compete(ctx, contender{inFlight: 512}, m, n)
			if err != nil {
				return err
			}
			b.note(fmt.Sprintf("growth/%d", n), o, round)
		}
	}
	return nil
}
