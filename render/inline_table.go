package render

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/rivo/uniseg"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// table is styled for all its cells. Their padding is an attribute, which Word
// passes on where it doesn't pass on a style.
//
// A mail program that scrolls gives a table of several columns its width, by a class.
// In others it has to find room on a phone, if need be by breaking words: what they
// cut off nobody could see.
func (in inliner) table(n *html.Node) {
	n.Attr = slices.DeleteFunc(n.Attr, func(a html.Attribute) bool { return a.Key != "dir" })
	n.Attr = append(n.Attr, html.Attribute{Key: "cellpadding", Val: "8"}, html.Attribute{Key: "cellspacing", Val: "0"})
	style, class := in.sheet.inline("table"), "k w"
	wide, narrow := tableWidths(n)
	if wide > 0 {
		class += fmt.Sprint(" w", wide)
	}
	if narrow > phoneWidth {
		class += " wn"
	} else {
		style += in.sheet.replace.Replace(";word-break:{words}")
	}
	setStyle(n, style, class)
}

const (
	manyColumns = 3   // from here on they have no room side by side on a phone
	wideColumn  = 20  // letters: beyond, a cell has lines
	letterWidth = 8   // pixels
	cellPadding = 16  // pixels, both sides
	phoneWidth  = 280 // pixels of a letter on a phone
)

// TableWidths are those that a table of several columns may have where it scrolls, in
// pixels; each has a class.
var TableWidths = [...]int{240, 320, 400, cardWidth, 640, 800, 1000, 1200}

// tableWidths are how wide a table of several columns is readable, one of
// [TableWidths] or 0: it may be as narrow as it likes; and how wide it is at least
// with no word broken. What has up to three columns fits into a letter on a screen.
func tableWidths(table *html.Node) (wide, narrow int) {
	type column struct{ line, word int } // letters of the longest
	var columns []column
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
				columns = append(columns, column{})
			}
			text := textWithBreaks(c)
			columns[i].line = max(columns[i].line, min(uniseg.StringWidth(text), wideColumn))
			columns[i].word = max(columns[i].word, min(longestWhole(text), longestWord))
			i++
		}
	}
	for _, c := range columns {
		wide += c.line*letterWidth + cellPadding
		narrow += c.word*letterWidth + cellPadding
	}
	if len(columns) < manyColumns {
		return 0, narrow
	}
	if wide <= cardWidth+cardWidth/4 && narrow <= cardWidth {
		wide = min(wide, cardWidth) // some lines more are better than to scroll
	}
	for _, step := range TableWidths {
		if step >= wide || len(columns) == manyColumns && step == cardWidth {
			return step, narrow
		}
	}
	return TableWidths[len(TableWidths)-1], narrow
}

// textWithBreaks is the text of a cell with a mark where a line may end within a word.
func textWithBreaks(cell *html.Node) string {
	var b strings.Builder
	for n := range cell.Descendants() {
		switch {
		case n.Type == html.TextNode:
			b.WriteString(n.Data)
		case n.DataAtom == atom.Wbr:
			b.WriteString(zeroWidthSpace)
		case n.DataAtom == atom.Br || isBlock(n):
			b.WriteByte(' ')
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// longestWhole is how many letters a browser keeps in one line. Unicode lets one end at
// the "/" of an address; browsers don't.
func longestWhole(text string) int {
	longest, width := 0, 0
	for state := -1; text != ""; {
		var piece string
		piece, text, _, state = uniseg.FirstLineSegmentInString(text, state)
		width += uniseg.StringWidth(strings.TrimSpace(piece))
		longest = max(longest, width)
		if last := piece[len(piece)-1]; last <= ' ' || last >= 0x80 || last == '-' || last == '?' {
			width = 0
		}
	}
	return longest
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
