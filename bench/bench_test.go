package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dailytip/test/daemontest"
)

func TestFigures(t *testing.T) {
	f, err := readFigures(filepath.Join(t.TempDir(), "none.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []float64{10, 30, 20} {
		f.add("a", v)
		f.add("b", v*2)
	}
	f.add("a/cpu", 7)
	if v, ok := f.median("a"); v != 20 || !ok {
		t.Errorf("median %v %v", v, ok)
	}
	if v, ok := f.ratio("a", "b"); v != 0.5 || !ok {
		t.Errorf("ratio %v %v", v, ok)
	}
	if _, ok := f.ratio("a", "c"); ok {
		t.Error("a ratio to nothing")
	}
	if got := f.cell("a", " s"); got != "20.0 s (10.0–30.0)" {
		t.Errorf("cell %q", got)
	}
	for v, want := range map[float64]string{1234567: "1,234,567", 999.6: "1,000", 12.34: "12.3", 0.856: "0.86"} {
		if got := number(v); got != want {
			t.Errorf("%v is written %s, want %s", v, got, want)
		}
	}
	name := filepath.Join(t.TempDir(), "sub", "f.json")
	if err := f.write(name); err != nil {
		t.Fatal(err)
	}
	again, err := readFigures(name)
	if err != nil || len(again.Values["b"]) != 3 {
		t.Errorf("%v, %v", again, err)
	}
	again.forget("a")
	if len(again.Values) != 2 { // "a" itself is no part
		t.Errorf("left: %v", again.Values)
	}
}

// The document has a place for every table, and keeps what's around them.
func TestDocument(t *testing.T) {
	text, err := os.ReadFile("../docs/performance.md")
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "performance.md")
	if err := os.WriteFile(name, text, 0o600); err != nil {
		t.Fatal(err)
	}
	f := figures{map[string][]float64{}, map[string]string{"speed/machine": "2 cores", "speed/command": "go run ./bench -only speed"}}
	for i, contender := range contenders() {
		f.add("speed/8/"+contender.name, float64(1000*(i+1)))
	}
	if err := f.document(name); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"# Performance\n", "| 8 KB | `smtp-source -d` | 1,000 | 1.00 |", "| 8 KB | dailytip, `in_flight: 512` | 2,000 | 2.00 |",
		"go run ./bench -only speed\n", "| ratio to smtp-source -d, 8 KB, in_flight 512 | at least 0.90 | 2.00 | yes |",
		"| ratio to a naive loop over go-mail | at least 2.20 | 0.33 | **no** |", "### Several nodes",
	} {
		if !strings.Contains(string(got), want) {
			t.Errorf("the document lacks %q", want)
		}
	}
	var said strings.Builder
	if err := f.check(&said); err == nil || !strings.Contains(said.String(), "FAILED  ratio to a naive loop over go-mail: 0.33, at least 2.20") {
		t.Errorf("%v: %s", err, &said)
	}
}

// small is a benchmark with few mails.
func small(t *testing.T) *bench {
	t.Helper()
	if err := tools(); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skipf("SKIPPED: %v", err)
	}
	dir, err := os.MkdirTemp("", "dailytip-bench-") // PostgreSQL's user can't walk into t.TempDir
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	b := &bench{options: options{messages: 300, many: 500, rounds: 1, connections: 4, dir: dir}, stock: map[string]*stock{}, mails: map[int]*message{}}
	t.Cleanup(b.close)
	if b.program, err = daemontest.Build(t.Context()); err != nil {
		t.Fatal(err)
	}
	if b.figures, err = readFigures(filepath.Join(dir, "none")); err != nil {
		t.Fatal(err)
	}
	return b
}

// Everybody who is compared sends what they're asked to.
func TestSmallRun(t *testing.T) {
	t.Parallel()
	b := small(t)
	m, err := b.mailOf(t.Context(), 8)
	if err != nil {
		t.Fatal(err)
	}
	if len(m.data) > 8<<10 || len(m.data) < 8<<10-400 || !strings.Contains(m.html, "</html>") || !strings.Contains(m.text, "Unsubscribe") {
		t.Errorf("%d bytes:\n%s", len(m.data), m.text)
	}
	for _, c := range contenders() {
		if c.name == "naive" { // it's this program again, which a test isn't
			continue
		}
		o, err := b.compete(t.Context(), c, m, b.messages)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if o.rate <= 0 || o.cpu <= 0 {
			t.Errorf("%s: %+v", c.name, o)
		}
	}
	b.testNaive(t, m)
}

func (b *bench) testNaive(t *testing.T, m *message) {
	t.Helper()
	port, stop, err := startSink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	if err := naiveLoop(port, 0, 20, 2, m.text, m.html); err != nil {
		t.Error(err)
	}
}
