package main

import (
	"fmt"
	"io"
)

// target is one line of what the engine must reach.
type target struct {
	what  string
	limit float64
	least bool   // limit is the least that's allowed; else the most
	unit  string // after the figure
	value float64
	known bool
}

func (t target) reached() bool {
	if t.least {
		return t.value >= t.limit
	}
	return t.value <= t.limit
}

func (f figures) targets() []target {
	ratio := func(what, name, to string, limit float64) target {
		v, ok := f.ratio(name, to)
		return target{what, limit, true, "", v, ok}
	}
	most := func(what, name string, limit float64, unit string) target {
		v, ok := f.median(name)
		return target{what, limit, false, unit, v, ok}
	}
	all := []target{
		ratio("ratio to smtp-source -d, 8 KB, in_flight 512", "speed/8/pipelined-512", "speed/8/source", 0.9),
		ratio("ratio to smtp-source -d, 8 KB, in_flight 32 (the default)", "speed/8/pipelined-32", "speed/8/source", 0.7),
		ratio("ratio to smtp-source -d, relay without PIPELINING", "speed/8/lockstep-512", "speed/8/source", 0.55),
		ratio("ratio to a naive loop over go-mail", "speed/8/pipelined-512", "speed/8/naive", 2.2),
	}
	signed, ok := f.median("dkim/on")
	raw, _ := f.median("dkim/raw-one")
	cores, _ := f.median("dkim/cores")
	all = append(all,
		target{"with DKIM by RSA-2048, of cores × the raw rate of one", 0.75, true, "", signed / (cores * raw), ok},
		most("peak memory, 100,000 readers", "growth/100000/peak", 60, " MB"),
		most("peak memory, 1,000,000 readers", "growth/1000000/peak", 60, " MB"),
	)
	if n, _ := f.median("open/n"); n == 1_000_000 {
		all = append(all, most("1,000,000 deliveries opened", "open/sqlite", 4, " s"),
			most("longest wait for the write lock meanwhile", "open/wait", 100, " ms"))
	}
	short, _ := f.median("growth/10000")
	huge, ok := f.median("growth/1000000")
	one, _ := f.median("nodes/1")
	two, known := f.median("nodes/2")
	return append(all,
		target{"a mail's cost among 1,000,000 to that among 10,000", 1.15, false, "", short / huge, ok},
		ratio("PostgreSQL to SQLite, one node, in_flight 512", "postgres/postgres-512", "postgres/sqlite-512", 0.8),
		target{"two nodes to one, relay slowed by 5 ms", 1.7, true, "", two / one, known},
	)
}

// check prints each target that was measured, and returns an error if any was
// missed.
func (f figures) check(w io.Writer) error {
	missed := 0
	for _, t := range f.targets() {
		word := "at most"
		if t.least {
			word = "at least"
		}
		verdict := "passed"
		switch {
		case !t.known:
			fmt.Fprintf(w, "  --    %s: not measured\n", t.what)
			continue
		case !t.reached():
			verdict = "FAILED"
			missed++
		}
		fmt.Fprintf(w, "%s  %s: %s%s, %s %s%s\n", verdict, t.what, number(t.value), t.unit, word, number(t.limit), t.unit)
	}
	if missed > 0 {
		return fmt.Errorf("%d targets were missed", missed)
	}
	return nil
}

// number writes a figure with as many digits as mean something.
func number(v float64) string {
	switch {
	case v >= 100:
		return grouped(int64(v + 0.5))
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.2f", v)
}

// grouped writes 12345 as 12,345.
func grouped(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
