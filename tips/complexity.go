package tips

import (
	"fmt"
	"strings"
)

// Markdown's cost grows with the square of these. A person's text stays
// far below the bounds; at them, rendering takes some hundredths of a second.
const (
	maxLinkEnds = 1500 // "](" in a text, and "]:"
	maxNesting  = 20   // quotes and list items that begin on one line
	maxColumns  = 50   // of a table: short rows are filled up to its width
)

// tooComplex finds markup that would take seconds to render. what is "" when
// there is none. Code costs nothing, whatever is in it.
func tooComplex(text string) (line int, what string) {
	if _, what = complexIn(text, nil); what == "" {
		return 0, ""
	}
	return complexIn(text, surelyCode(text))
}

// complexIn looks at all lines but those in skip.
func complexIn(text string, skip map[int]bool) (line int, what string) {
	inLinks, definitions, lists := 0, 0, 0
	n := 0
	for l := range strings.SplitSeq(text, "\n") {
		n++
		if skip[n] {
			continue
		}
		inLinks += strings.Count(l, "](")
		definitions += strings.Count(l, "]:")
		if inLinks > maxLinkEnds || definitions > maxLinkEnds {
			return 0, "the text has over 1,500 links"
		}
		if isDelimiterRow(l) && strings.Count(l, "|") > maxColumns+1 {
			return n, fmt.Sprintf("the table has over %d columns", maxColumns)
		}
		begun, indent := nesting(l)
		if begun > 0 {
			lists++
		}
		// An indent belongs to the lists above, of which each began on a line.
		if max(begun, min(indent/4, lists)) > maxNesting {
			return n, fmt.Sprintf("quotes or lists are nested over %d deep on this line", maxNesting)
		}
	}
	return 0, ""
}

// isDelimiterRow knows the line under a table's header, without which there is no
// table.
func isDelimiterRow(line string) bool {
	return strings.Contains(line, "-") && strings.Trim(line, "|:- \t>*+.)0123456789") == ""
}

// surelyCode gives the lines that are code whichever way the text is read: fenced ones,
// below a blank line and closed, no line of which has less indent than the fence. Where
// HTML may hold what looks like a fence, no line is sure.
func surelyCode(text string) map[int]bool {
	for _, opening := range []string{"<pre", "<script", "<style", "<textarea", "<!", "<?"} {
		if strings.Contains(strings.ToLower(text), opening) {
			return nil
		}
	}
	code := make(map[int]bool)
	lines := strings.Split(text, "\n")
	blank := true
	for i := 0; i < len(lines); i++ {
		if blank {
			end := fenceEnd(lines, i)
			if end < 0 {
				break
			}
			for ; i < end; i++ {
				code[i+1] = true
			}
		}
		blank = strings.TrimSpace(lines[i]) == ""
	}
	return code
}

// fenceEnd is the line that closes the code whose fence stands on a line; 0 when there
// is no fence, or a line with less indent may end it; -1 when none closes it.
func fenceEnd(lines []string, at int) int {
	fence := strings.TrimLeft(lines[at], " ")
	indent := lines[at][:len(lines[at])-len(fence)]
	ticks := len(fence) - len(strings.TrimLeft(fence, "`"))
	if ticks == 0 {
		ticks = len(fence) - len(strings.TrimLeft(fence, "~"))
	}
	if ticks < 3 || strings.Contains(fence[ticks:], "`") {
		return 0
	}
	for i := at + 1; i < len(lines); i++ {
		line := strings.TrimRight(lines[i], " \t")
		if line != "" && !strings.HasPrefix(line, indent) {
			return 0
		}
		if inside := strings.TrimLeft(line, " "); len(inside) >= ticks && len(line)-len(inside) <= len(indent)+3 && strings.Trim(inside, fence[:1]) == "" {
			return i
		}
	}
	return -1
}

// nesting counts the quote and list markers at the beginning of a line, and
// the columns of the indent before and between them.
func nesting(line string) (begun, indent int) {
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case c == '>':
			begun++
		case strings.IndexByte("-*+.)", c) >= 0:
			if i+1 < len(line) && (line[i+1] == ' ' || line[i+1] == '\t') {
				begun++
			}
		case c == ' ':
			indent++
		case c == '\t':
			indent += 4
		case c < '0' || c > '9':
			return begun, indent
		}
	}
	if strings.Trim(line, "-*_ \t") == "" {
		return 0, 0 // a rule across the page, or blank
	}
	return begun, indent
}
