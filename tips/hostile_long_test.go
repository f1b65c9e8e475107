//go:build long

package tips

import (
	"errors"
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
