//go:build long

package e2e

import "testing"

// TestJourneyByTheClock goes in every language, with script and without. With
// script the first tip comes by command and the next one by the clock; without
// script it's the other way round.
func TestJourneyByTheClock(t *testing.T) {
	t.Parallel()
	for _, who := range travellers {
		for _, script := range []bool{true, false} {
			name := who.lang + map[bool]string{true: " with script", false: " without script"}[script]
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				j := begin(t, who, script)
				j.clock = true
				j.goThrough()
			})
		}
	}
}
