package render

import (
	"strings"

	"dailytip/tips"
)

// What a piece of markdown can become at most, in bytes of a letter's HTML: an
// element with its styles, generously.
const (
	boundOfLine     = 800 // a table or code, in a box, in a list
	boundOfMarker   = 300 // a quote or an item within another
	boundOfTag      = 400
	boundOfLink     = 180
	boundOfCode     = 120 // for each end of it
	boundOfEmphasis = 80  // for each end of it
	boundOfCell     = 80
	boundOfByte     = 8    // a character written as a reference
	boundOfIdea     = 1600 // a line of a mind map
	unbounded       = 1 << 30
)

// AtMost is a number of bytes that the HTML of a tip's version never exceeds in a
// letter, pictures in the text left aside: found by counting marks, hundreds of times
// faster than rendering, and several times too large.
func AtMost(t tips.Tip, v Version) int {
	words := len(t.Emoji) + len(v.Title) + len(t.Source) + len(t.Author) + len(t.Link)
	return 4*boundOfIdea + 4*boundOfByte*words + boundOf(v.Body, boundOfLine) + boundOf(v.Mindmap, boundOfIdea)
}

func boundOf(markdown string, line int) int {
	// An address that is defined once may be written out a hundred times.
	if strings.Contains(markdown, "]:") {
		return unbounded
	}
	size, lines, bars, pipes := boundOfByte*len(markdown), 1, 0, 0
	start, blank := true, true // of the line, so far
	for i := range len(markdown) {
		c := markdown[i]
		switch c {
		case '\n':
			if !blank {
				lines++
			}
			start, blank, bars = true, true, 0
			continue
		case ' ', '\t':
			continue
		case '<':
			size += boundOfTag
		case '[', ':', '@', '$':
			size += boundOfLink
		case '`':
			size += boundOfCode
		case '*', '_', '~', '=', '^', '+', '{', '%', '\\', '!':
			size += boundOfEmphasis
		case '|':
			bars++
			pipes = max(pipes, bars)
			size += boundOfCode
		case '.': // www.
			if i > 0 && markdown[i-1]|0x20 == 'w' {
				size += boundOfLink
			}
		}
		blank = false
		if start = start && strings.IndexByte(">-+*.)#0123456789:", c) >= 0; start {
			size += boundOfMarker
		}
	}
	if pipes > 0 { // rows that are too short get the cells that they lack
		line += boundOfCell * (pipes + 1)
	}
	return size + lines*line
}
