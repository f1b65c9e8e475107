package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// FuzzLoad: no text panics, and every refusal is a list of faults with lines
// inside the file.
func FuzzLoad(f *testing.F) {
	example, err := os.ReadFile(filepath.Join("..", "config.yaml"))
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{
		string(example), minimal, "", "\ufeff", "a: &a [*a]", "newsletters: &x [*x, {schedule: 'CRON_TZ=UTC'}]",
		"smtp: &s\n- &t {host: *t, port: *s}", "? {a: b}\n: c", "from: ${X}${", "<<: *a", "--- \n--- ", "dkim: [{}, [], 1, ~]",
		"newsletters: [{accent: '#fff', skip: ['12-24..', 'holidays:'], grace: 1e9h, timezone: '../../etc/passwd'}]",
	} {
		f.Add(seed)
	}
	dir := f.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "library"), 0o755); err != nil {
		f.Fatal(err)
	}
	lookup := func(name string) (string, bool) { return "x", name == "X" }
	f.Fuzz(func(t *testing.T, text string) {
		cfg, err := parse(filepath.Join(dir, "config.yaml"), []byte(text), lookup)
		if (cfg == nil) == (err == nil) {
			t.Fatalf("parse returned %v and %v", cfg, err)
		}
		var faults Faults
		if err != nil && (!errors.As(err, &faults) || len(faults) == 0) {
			t.Fatalf("error %T without faults", err)
		}
		for _, fault := range faults {
			if fault.Line < 0 || fault.Line > strings.Count(text, "\n")+strings.Count(text, "\r")+2 {
				t.Errorf("line %d of a text with fewer: %v", fault.Line, fault)
			}
		}
	})
}

// FuzzSchedule: whatever passes is safe to hand to robfig/cron.
func FuzzSchedule(f *testing.F) {
	for _, seed := range []string{"0 7 * * MON-FRI", "CRON_TZ=UTC", "@every 1s", "*/5 , * 1-2/3 ?", "0 7 30 2 *"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, expr string) { _ = checkSchedule(expr) })
}
