//go:build long

package tips

import (
	"encoding/json"
	"errors"
	"runtime"
	"testing"
	"time"
)

// What a file of a sixteenth of the greatest size can cost. The bound is no figure
// of performance: without our limits some of these take minutes, with them none
// takes seconds, and half a minute leaves room for a busy machine and the race
// detector.
func TestHostileInputIsBounded(t *testing.T) {
	for name, in := range hostileInputs(MaxFileSize / 16) {
		start := time.Now()
		_, err := HTML(in)
		if err != nil && !errors.Is(err, ErrTooComplex) {
			t.Errorf("%s: %v", name, err)
		}
		rendered := time.Since(start)
		PlainText(in, 72)
		texted := time.Since(start) - rendered
		tip, faults, _ := Parse("a.md", []byte("# T\n\n"+in[:min(len(in), MaxFileSize-100)]))
		Lint([]Tip{tip}, faults, LintOptions{})
		parsed := time.Since(start) - rendered - texted
		const most = 30 * time.Second
		if rendered > most || texted > most || parsed > most {
			t.Errorf("%q: HTML %v, text %v, parse and lint %v", name, rendered, texted, parsed)
		} else if rendered+texted+parsed > time.Second {
			t.Logf("%q: HTML %v, text %v, parse and lint %v", name, rendered, texted, parsed)
		}
	}
}

// Whatever front matter holds, it costs little, and a tip that is taken can be
// stored and read back.
func TestHostileFrontMatterIsBounded(t *testing.T) {
	for name, text := range hostile() {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			tip, faults, ok := Parse("a.md", []byte(text))
			runtime.ReadMemStats(&after)
			if mb := (after.TotalAlloc - before.TotalAlloc) >> 20; mb > 256 {
				t.Errorf("%d MB were allocated for a file of %d KB", mb, len(text)>>10)
			}
			data, err := json.Marshal(tip)
			if err != nil || len(data) > 4<<20 {
				t.Errorf("%d bytes stored, %v", len(data), err)
			}
			var back Tip
			if err := json.Unmarshal(data, &back); err != nil && ok {
				t.Errorf("taken, and can't be read back: %v", err)
			}
			if !ok && (len(faults) == 0 || faults[0].Path != "a.md" || faults[0].Line == 0) {
				t.Errorf("faults: %v", faults)
			}
		})
	}
}
