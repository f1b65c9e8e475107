package render

import (
	"strings"

	"dailytip/tips"
)

// What a piece of markdown can become at most, in bytes of a letter's HTML: elements
// with their styles, generously. TestNoTextIsLargerThanItsBound and FuzzBound hold it.
const (
	boundOfByte = 8    // a character written as a reference
	boundOfMark = 300  // a mark that may open an element or close one
	boundOfLine = 800  // a paragraph, a row of code, a box
	boundOfIdea = 1600 // a line of a mind map
	unbounded   = 1 << 30
)

// AtMost is a number of bytes that the HTML of a tip's version never exceeds in a
// letter, pictures in the text left aside: found by counting marks, hundreds of times
// faster than rendering, and several times too large.
func AtMost(t tips.Tip, v Version) int {
	return AroundAtMost(t, v) + boundOf(v.Body, boundOfLine) + boundOf(v.Mindmap, boundOfIdea)
}

// AroundAtMost is AtMost for what stands around the text and the mind map: title,
// source, link.
func AroundAtMost(t tips.Tip, v Version) int {
	words := len(t.Emoji) + len(v.Title) + len(t.Source) + len(t.Author) + len(t.Link)
	return 4*boundOfIdea + 4*boundOfByte*words
}

func boundOf(markdown string, line int) int {
	// An address that is defined once may be written out a hundred times, and a short
	// row of a table gets all the cells that it lacks.
	if strings.Contains(markdown, "]:") || strings.Contains(markdown, "|") {
		return unbounded
	}
	marks, lines := 0, 1+strings.Count(markdown, "\n")-strings.Count(markdown, "\n\n")
	for _, c := range []byte(markdown) {
		if c > ' ' && c < 0x80 && !isWordOrPause(c) {
			marks++
		}
	}
	return boundOfByte*len(markdown) + boundOfMark*marks + line*lines
}

// isWordOrPause knows the ASCII characters that mean nothing in markdown.
func isWordOrPause(c byte) bool {
	return 'a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9' || strings.IndexByte(`,;?'"/&`, c) >= 0
}
