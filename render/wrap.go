package render

import (
	"strings"

	"github.com/rivo/uniseg"
)

// TextWidth is the column at which the text part wraps: 72 leaves room for the
// quote marks of a few replies.
const TextWidth = 72

// Wrap breaks text into lines of at most width columns where Unicode allows a
// break (UAX #14), so it also wraps Chinese and Thai. first and next indent the
// first and the later lines. A word wider than a line, such as an address,
// stays whole.
func Wrap(text string, width int, first, next string) string {
	var b strings.Builder
	b.WriteString(first)
	column := uniseg.StringWidth(first)
	empty := true
	state := -1
	for rest := strings.Join(strings.Fields(text), " "); rest != ""; {
		var segment strings.Builder
		for {
			var piece string
			piece, rest, _, state = uniseg.FirstLineSegmentInString(rest, state)
			segment.WriteString(piece)
			// Unicode allows a break at each "/" of an address; we don't.
			if last := piece[len(piece)-1]; rest == "" || last == ' ' || last >= 0x80 {
				break
			}
		}
		word := strings.TrimRight(segment.String(), " ")
		if !empty && column+uniseg.StringWidth(word) > width {
			trimmed := strings.TrimRight(b.String(), " ")
			b.Reset()
			b.WriteString(trimmed)
			b.WriteByte('\n')
			b.WriteString(next)
			column = uniseg.StringWidth(next)
		}
		b.WriteString(segment.String())
		column += uniseg.StringWidth(segment.String())
		empty = false
	}
	return strings.TrimRight(b.String(), " ")
}

// Underline is a rule as wide as text, for a title.
func Underline(text string) string {
	return strings.Repeat("=", min(max(uniseg.StringWidth(text), 3), TextWidth))
}
