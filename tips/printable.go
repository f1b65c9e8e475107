package tips

import (
	"strings"
	"unicode"
)

// isUnprintable tells whether a character has no place in text: controls, which
// a terminal obeys, and those that turn the direction of all that follows
// (UAX #9, LRE to RLO). Line ends and tabs count as unprintable here too.
func isUnprintable(c rune) bool {
	return unicode.IsControl(c) || c >= '\u202a' && c <= '\u202e' || c >= '\ufff9' && c <= '\ufffb'
}

// isIsolate tells whether a character begins or ends a run of text with a
// direction of its own (UAX #9, LRI to PDI).
func isIsolate(c rune) bool { return c >= '\u2066' && c <= '\u2069' }

// printable is text without unprintable characters, line ends and tabs aside,
// and on each line without isolates that aren't closed there.
func printable(text string) string {
	clean := func(c rune) bool { return c == '\n' || c == '\t' || !isUnprintable(c) && !isIsolate(c) }
	if !strings.ContainsFunc(text, func(c rune) bool { return !clean(c) }) {
		return text
	}
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = balanced(strings.Map(func(c rune) rune {
			if c != '\t' && isUnprintable(c) {
				return -1
			}
			return c
		}, line))
	}
	return strings.Join(lines, "\n")
}

// withoutControls is HTML without characters that it doesn't allow and that a
// terminal obeys.
func withoutControls(fragment string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsControl(c) && c != '\n' && c != '\t' {
			return -1
		}
		return c
	}, fragment)
}

// balanced takes out isolates, all of them, unless each that begins is closed.
func balanced(line string) string {
	depth := 0
	for _, c := range line {
		switch {
		case c == '\u2069' && depth == 0:
			depth = -1 // closes nothing
		case c == '\u2069':
			depth--
		case isIsolate(c):
			depth++
		}
		if depth < 0 {
			break
		}
	}
	if depth == 0 {
		return line
	}
	return strings.Map(func(c rune) rune {
		if isIsolate(c) {
			return -1
		}
		return c
	}, line)
}
