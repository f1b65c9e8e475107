package render

import (
	"strings"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// cell styles a table cell and keeps the column's alignment, which arrives as
// an align attribute.
func (in inliner) cell(n *html.Node) {
	align := "{start}"
	switch attr(n, "align") {
	case "center":
		align = "center"
	case "right":
		align = "{end}" // as everything, it mirrors where text runs from the right
	}
	removeAttr(n, "align")
	columns := 0
	for c := range n.Parent.ChildNodes() {
		if c.DataAtom == atom.Td || c.DataAtom == atom.Th {
			columns++
		}
		if columns == manyColumns {
			break
		}
	}
	style := in.sheet.styles[n.Data] + ";text-align:" + align
	if columns < manyColumns {
		style += ";word-break:normal"
		softenWords(n, longestWord(columns))
	}
	setStyle(n, in.sheet.replace.Replace(style), "k l w")
	switch {
	case n.DataAtom != atom.Th:
	case strings.TrimSpace(rawText(n)) == "":
		// The corner of a table with two headings: nothing to announce.
		n.Data, n.DataAtom = "td", atom.Td
	default:
		setAttr(n, "scope", "col")
	}
}

// manyColumns are too many for words to stay whole on a phone: each may break
// after any letter.
const manyColumns = 5

// longestWord is how many letters in a row a phone has room for in each of so
// many columns.
func longestWord(columns int) int {
	switch {
	case columns <= 2:
		return 12
	case columns == 3:
		return 8
	}
	return 6
}

// softenWords lets words of more than limit letters break where there is no
// room for them. Left to the client (word-break), short words of a narrow
// column would be torn while a wide one has room to spare.
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
