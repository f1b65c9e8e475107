package render

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/text/unicode/bidi"

	"dailytip/locale"
)

// directions gives a block whose words run against those of its tip a direction of its
// own. Else its full stop stands at its beginning, and its words and code in the wrong
// order. What its author gave a direction keeps it.
func directions(root *html.Node, rtl bool) {
	d := director{rtl: rtl, of: map[*html.Node]letters{}}
	if all := d.count(root); rtl || all.rtl > 0 {
		d.visit(root)
	}
}

// runningDirection is that of a text in lang: its language's, unless all of it runs
// against that, as in a tip that nobody has translated yet.
func runningDirection(fragment, lang string) string {
	d := director{rtl: locale.Dir(lang) == "rtl", of: map[*html.Node]letters{}}
	if !d.rtl && lettersOf(fragment).rtl == 0 {
		return "ltr"
	}
	root, err := parseFragment(fragment)
	if err != nil {
		return locale.Dir(lang)
	}
	if all := d.count(root); d.against(all) && all.line > longLine {
		return d.other()
	}
	return locale.Dir(lang)
}

// longLine is how many letters one has that goes on in another: from here on, text is
// read more easily from its own side of the letter.
const longLine = 50

type director struct {
	rtl bool // the tip's own direction
	of  map[*html.Node]letters
}

// letters are those within an element.
type letters struct {
	ltr, rtl int
	fromLeft bool // the first one runs from the left
	line     int  // how many the longest of its blocks has
}

var (
	// oneText are blocks that have a direction for all of their text.
	oneText = []atom.Atom{
		atom.P, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Td, atom.Th,
		atom.Dt, atom.Dd, atom.Figcaption, atom.Caption, atom.Summary, atom.Li,
	}
	// manyTexts are blocks that are mirrored as a whole.
	manyTexts = []atom.Atom{atom.Ul, atom.Ol, atom.Dl, atom.Blockquote, atom.Aside, atom.Table}
)

func isBlock(n *html.Node) bool {
	return n.Type == html.ElementNode && n.DataAtom != atom.Label && !slices.Contains(inWords, n.DataAtom)
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

// against says whether text runs against the tip. In one from right to left that is text
// without any such letter: its sentences are full of names in Latin letters.
func (d director) against(l letters) bool {
	if d.rtl {
		return l.rtl == 0 && l.ltr > 0
	}
	return l.rtl > l.ltr && !l.fromLeft
}

func (d director) visit(parent *html.Node) {
	for _, n := range slices.Collect(parent.ChildNodes()) {
		l, counted := d.of[n]
		switch {
		case !counted:
		case slices.Contains(manyTexts, n.DataAtom) && d.against(l) && (l.line > longLine || n.DataAtom == atom.Table):
			setAttr(n, "dir", d.other())
		case slices.Contains(oneText, n.DataAtom):
			d.turn(n)
			d.visit(n)
		case isBlock(n):
			d.visit(n)
		}
	}
}

func (d director) other() string {
	if d.rtl {
		return "ltr"
	}
	return "rtl"
}

// turn gives a block another direction if all of its own text needs it. That of an item
// stands in an element of its own: a bullet is where its item begins.
func (d director) turn(n *html.Node) {
	var text []*html.Node
	for c := range n.ChildNodes() {
		if isBlock(c) {
			break
		}
		text = append(text, c)
	}
	if n.DataAtom != atom.Li && len(text) == len(slices.Collect(n.ChildNodes())) {
		if d.needed(text) {
			setAttr(n, "dir", d.other())
		}
		return
	}
	d.isolate(text)
}

// isolate puts text that needs another direction into an element of its own.
func (d director) isolate(text []*html.Node) {
	if !d.needed(text) {
		return
	}
	span := element(atom.Span)
	setAttr(span, "dir", d.other())
	text[0].Parent.InsertBefore(span, text[0])
	for _, c := range text {
		c.Parent.RemoveChild(c)
		span.AppendChild(c)
	}
}

// keepsSide says whether n stays at its tip's side of the letter, whatever its own
// direction: a heading, a cell, a line of text.
func keepsSide(n *html.Node) bool {
	switch n.DataAtom {
	case atom.P, atom.Dt, atom.Dd, atom.Figcaption:
		l := lettersOf(textOf(n))
		return l.ltr+l.rtl <= longLine
	}
	return !slices.Contains(manyTexts, n.DataAtom) && n.DataAtom != atom.Div && n.DataAtom != atom.Section
}

// sideOf is the direction of what n stands in, or "": that of its tip.
func sideOf(n *html.Node) string {
	for ; n != nil; n = n.Parent {
		if dir := attr(n, "dir"); (dir == "ltr" || dir == "rtl") && !keepsSide(n) {
			return dir
		}
	}
	return ""
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
