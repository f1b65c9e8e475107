package render

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/text/unicode/bidi"
)

// letters are those within an element.
type letters struct {
	ltr, rtl int
	fromLeft bool // the first one runs from the left
	line     int  // how many the longest of its blocks has
}

// count looks at each letter once, however deep it stands.
func (d director) count(n *html.Node) letters {
	var all letters
	own := 0
	for c := range n.ChildNodes() {
		var below letters
		switch {
		case c.Type == html.TextNode:
			below = lettersOf(c.Data)
		case c.Type != html.ElementNode || c.DataAtom == atom.Pre || hasAttr(c, "dir"):
			continue
		default:
			below = d.count(c)
		}
		if all.ltr+all.rtl == 0 {
			all.fromLeft = below.fromLeft
		}
		all.ltr, all.rtl = all.ltr+below.ltr, all.rtl+below.rtl
		if isBlock(c) {
			all.line = max(all.line, below.line)
		} else {
			own += below.ltr + below.rtl
		}
	}
	all.line = max(all.line, own)
	d.of[n] = all
	return all
}

func lettersOf(text string) letters {
	var all letters
	for _, r := range text {
		switch directionOf(r) {
		case bidi.L:
			all.fromLeft = all.fromLeft || all.rtl == 0
			all.ltr++
		case bidi.R:
			all.rtl++
		}
	}
	return all
}

// directionOf is bidi.L or bidi.R for a letter, bidi.EN for a digit, else bidi.ON.
func directionOf(r rune) bidi.Class {
	properties, _ := bidi.LookupRune(r)
	switch class := properties.Class(); class {
	case bidi.L, bidi.R, bidi.EN:
		return class
	case bidi.AL:
		return bidi.R
	default:
		return bidi.ON
	}
}

// needed says whether text would be shown in another order without its direction. What
// begins and ends with letters of one direction is the same in both.
func (d director) needed(text []*html.Node) bool {
	var shown strings.Builder
	all := letters{fromLeft: true}
	for _, n := range text {
		l := d.of[n]
		if n.Type == html.TextNode {
			l = lettersOf(n.Data)
		}
		if all.ltr+all.rtl == 0 {
			all.fromLeft = l.fromLeft
		}
		all.ltr, all.rtl = all.ltr+l.ltr, all.rtl+l.rtl
		shownText(&shown, n)
	}
	if !d.against(all) {
		return false
	}
	if all.ltr+all.rtl > longLine {
		return true // its lines begin at their own side
	}
	runes := []rune(strings.TrimSpace(shown.String()))
	if len(runes) < 2 {
		return false // code by itself
	}
	if all.ltr > 0 && all.rtl > 0 || slices.Contains(runes, codeStands) || slices.Contains(runes, '\n') {
		return true
	}
	first, last := directionOf(runes[0]), directionOf(runes[len(runes)-1])
	return first == bidi.ON || first == bidi.EN || last == bidi.ON
}

// codeStands for code, which has a direction of its own among words.
const codeStands = '\uFFFC'

// shownText writes what the direction of a line is made of.
func shownText(b *strings.Builder, n *html.Node) {
	switch {
	case n.Type == html.TextNode:
		b.WriteString(strings.ReplaceAll(n.Data, "\n", " "))
	case n.DataAtom == atom.Br:
		b.WriteByte('\n')
	case n.DataAtom == atom.Code || n.DataAtom == atom.Img:
		b.WriteRune(codeStands)
	default:
		for c := range n.ChildNodes() {
			shownText(b, c)
		}
	}
}
