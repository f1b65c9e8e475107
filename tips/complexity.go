package tips

import "strings"

// Markdown's cost grows with the square of these. A person's text stays
// far below the bounds; at them, rendering takes some hundredths of a second.
const (
	maxLinkEnds = 1500 // "](" in a text, and "]:"
	maxNesting  = 20   // quotes and list items that begin on one line
	maxColumns  = 50   // of a table: short rows are filled up to its width
)

// tooComplex finds markup that would take seconds to render. what is "" when
// there is none.
func tooComplex(text string) (line int, what string) {
	if strings.Count(text, "](") > maxLinkEnds || strings.Count(text, "]:") > maxLinkEnds {
		return 0, "the text has over 1,500 links"
	}
	n := 0
	for l := range strings.SplitSeq(text, "\n") {
		n++
		if strings.Count(l, "|") > maxColumns+1 {
			return n, "the table has over 50 columns"
		}
		if nesting(l) > maxNesting {
			return n, "quotes or lists are nested over 50 deep on this line"
		}
	}
	return 0, ""
}

// nesting counts the quote and list markers at the beginning of a line, and
// the indent by which it may belong to lists above.
func nesting(line string) int {
	depth, indent := 0, 0
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case c == '>':
			depth++
		case strings.IndexByte("-*+.)", c) >= 0:
			if i+1 < len(line) && (line[i+1] == ' ' || line[i+1] == '\t') {
				depth++
			}
		case c == ' ':
			indent++
		case c == '\t':
			indent += 4
		case c < '0' || c > '9':
			return max(depth, indent/4)
		}
	}
	if strings.Trim(line, "-*_ \t") == "" {
		return 0 // a rule across the page, or blank
	}
	return max(depth, indent/4)
}
