package tips

import (
	"regexp"
	"strings"
	"unicode"

	"dailytip/safetext"
)

// isUnprintable tells whether a character has no place in text. Line ends and tabs
// count as unprintable here too; isolates don't, see [balanced].
func isUnprintable(c rune) bool { return safetext.IsUnsafe(c) && !safetext.IsIsolate(c) }

// lineEnds are characters that end a line as a line feed does.
var lineEnds = strings.NewReplacer("\u2028", "\n", "\u2029", "\n")

// printable is text without unprintable characters, line ends and tabs aside,
// and on each line without isolates that aren't closed there.
func printable(text string) string {
	if !strings.ContainsFunc(text, func(c rune) bool { return c != '\n' && c != '\t' && safetext.IsUnsafe(c) }) {
		return text
	}
	lines := strings.Split(lineEnds.Replace(text), "\n")
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

// citation is a mark that a chat program leaves in a text that is copied out of it, in
// characters that no font has.
var citation = regexp.MustCompile(`[ \t]*\x{E200}[^\x{E201}\n]{1,500}\x{E201}`)

// withoutCitations is text without such marks.
func withoutCitations(text string) string {
	if !strings.Contains(text, "\uE200") {
		return text
	}
	return citation.ReplaceAllString(text, "")
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
		case safetext.IsIsolate(c):
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
		if safetext.IsIsolate(c) {
			return -1
		}
		return c
	}, line)
}
