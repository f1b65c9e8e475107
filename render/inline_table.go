package render

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/rivo/uniseg"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// table is styled for all its cells. Their padding is an attribute, which Word
// passes on where it doesn't pass on a style.
func (in inliner) table(n *html.Node) {
	n.Attr = []html.Attribute{{Key: "cellpadding", Val: "8"}, {Key: "cellspacing", Val: "0"}}
	style := in.sheet.inline("table")
	if width := tableWidth(n); width > 0 {
		// It scrolls on a phone before its columns are as narrow as their words.
		style += fmt.Sprintf(";min-width:%dpx", width)
	}
	setStyle(n, style, "k w")
}

const (
	manyColumns = 3  // from here on they have no room side by side on a phone
	wideColumn  = 20 // letters: beyond, a cell has lines
	letterWidth = 8  // pixels
	cellPadding = 16 // pixels, both sides
)

// tableWidth is how wide a table of several columns is readable, in pixels; 0:
// it may be as narrow as it likes. What has up to three columns fits into a
// letter on a screen.
func tableWidth(table *html.Node) int {
	var columns []int // letters of the longest cell
	for row := range table.Descendants() {
		if row.DataAtom != atom.Tr {
			continue
		}
		i := 0
		for c := range row.ChildNodes() {
			if c.DataAtom != atom.Td && c.DataAtom != atom.Th {
				continue
			}
			if i == len(columns) {
				columns = append(columns, 0)
			}
			columns[i] = max(columns[i], min(uniseg.StringWidth(textOf(c)), wideColumn))
			i++
		}
	}
	if len(columns) < manyColumns {
		return 0
	}
	width := 0
	for _, letters := range columns {
		width += letters*letterWidth + cellPadding
	}
	if len(columns) == manyColumns {
		return min(width, cardWidth)
	}
	return width
}

// cell keeps the column's alignment, which arrives as an attribute and stays one.
func (in inliner) cell(n *html.Node) {
	align := attr(n, "align")
	removeAttr(n, "align")
	softenWords(n, longestWord)
	head := n.DataAtom == atom.Th
	if head && strings.TrimSpace(rawText(n)) == "" {
		// The corner of a table with two headings: nothing to announce.
		n.Data, n.DataAtom, head = "td", atom.Td, false
	}
	if head {
		setAttr(n, "scope", "col")
	}
	switch {
	case align == "center":
		setAttr(n, "align", "center")
	case align == "right":
		setAttr(n, "align", in.sheet.replace.Replace("{end}")) // as everything, it mirrors where text runs from the right
	case head:
		setAttr(n, "align", in.sheet.replace.Replace("{start}")) // else mail programs centre it
	}
}

// longestWord is how many letters in a row stay together in a cell: no word is
// that long, but an address is.
const longestWord = 40

// softenWords lets what has more than limit letters in a row break where there is
// no room for it. Left to the client (word-break), short words of a narrow column
// would be torn while a wide one has room to spare.
func softenWords(n *html.Node, limit int) {
	for text := range n.Descendants() {
		if text.Type != html.TextNode {
			continue
		}
		text.Data = strings.Join(softPieces(text.Data, limit), zeroWidthSpace)
	}
}

// zeroWidthSpace allows a break in mail programs that don't know <wbr>, and
// unlike a soft hyphen adds nothing to what might be a command.
const zeroWidthSpace = "\u200B"

// softPieces cuts words of alphabets that are written in separate letters.
// Others either break anywhere or would lose the joins of their letters.
func softPieces(text string, limit int) []string {
	var pieces []string
	start, run := 0, 0
	for i, r := range text {
		separate := unicode.In(r, unicode.Latin, unicode.Cyrillic, unicode.Greek) || r < 0x80 && !unicode.IsSpace(r)
		switch {
		case unicode.Is(unicode.M, r):
		case !separate:
			run = 0
		case run == limit:
			// Not for the sake of one or two letters.
			if restOfWord(text[i:]) > 2 {
				pieces, start, run = append(pieces, text[start:i]), i, 0
			}
			run++
		default:
			run++
		}
	}
	return append(pieces, text[start:])
}

// restOfWord counts the characters up to the next blank, at most three.
func restOfWord(text string) int {
	n := 0
	for _, r := range text {
		if unicode.IsSpace(r) || n == 3 {
			break
		}
		n++
	}
	return n
}
