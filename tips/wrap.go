package tips

import (
	"strings"
	"unicode"

	"github.com/rivo/uniseg"
)

// displayWidth is the number of columns that text takes in a fixed font: two
// for a character of East Asian width, none for a combining one.
func displayWidth(s string) int { return uniseg.StringWidth(s) }

// wrap breaks text at width columns, and where it has line ends of its own.
// Words stay whole, also those longer than a line; Chinese and Japanese, which
// have none, break by the rules of UAX #14. Width 0 means no limit.
func wrap(text string, width int) []string {
	var lines []string
	for hard := range strings.SplitSeq(text, "\n") {
		if width <= 0 {
			lines = append(lines, strings.TrimSpace(hard))
			continue
		}
		lines = append(lines, wrapLine(hard, width)...)
	}
	return lines
}

func wrapLine(text string, width int) []string {
	var lines []string
	var line strings.Builder
	used := 0
	for _, p := range pieces(text) {
		gap := 0
		if p.spaced && used > 0 {
			gap = 1
		}
		if used > 0 && used+gap+p.width > width {
			lines = append(lines, line.String())
			line.Reset()
			used, gap = 0, 0
		}
		if gap > 0 {
			line.WriteByte(' ')
		}
		line.WriteString(p.text)
		used += gap + p.width
	}
	return append(lines, line.String())
}

// piece is text that isn't broken; spaced says that a blank comes before it.
type piece struct {
	text   string
	width  int
	spaced bool
}

func pieces(text string) []piece {
	var all []piece
	for i, word := range strings.FieldsFunc(text, isBreakingSpace) {
		first := len(all)
		for word != "" {
			n := unbroken(word)
			all = append(all, piece{text: word[:n], width: displayWidth(word[:n])})
			word = word[n:]
		}
		all[first].spaced = i > 0
	}
	return all
}

func isBreakingSpace(c rune) bool {
	return unicode.IsSpace(c) && c != '\u00a0' && c != '\u202f' && c != '\u2007'
}

// unbroken returns how much of a word comes before the first place to break it.
func unbroken(word string) int {
	ascii := true
	for i := range len(word) {
		if word[i] >= 0x80 {
			ascii = false
			break
		}
	}
	if ascii {
		return len(word)
	}
	state := -1
	rest := word
	var before rune
	for rest != "" {
		cluster, after, boundaries, next := uniseg.StepString(rest, state)
		first := []rune(cluster)
		before = first[len(first)-1]
		rest, state = after, next
		if rest == "" || boundaries&uniseg.MaskLine != uniseg.LineCanBreak {
			continue
		}
		for _, c := range rest {
			// A hyphen in a word or a slash in an address is no place to break.
			if breaksAnywhere(before) || breaksAnywhere(c) {
				return len(word) - len(rest)
			}
			break
		}
	}
	return len(word)
}

// breaksAnywhere tells the scripts that are written without spaces.
func breaksAnywhere(c rune) bool {
	return unicode.In(c, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Bopomofo) ||
		(c >= 0x3000 && c <= 0x30FF) || (c >= 0xFF00 && c <= 0xFF60) || c == '—' || c == '…'
}
