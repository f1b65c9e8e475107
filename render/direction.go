package render

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

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

var (
	// oneText are blocks that have a direction for all of their text.
	oneText = []atom.Atom{
		atom.P, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Td, atom.Th,
		atom.Dt, atom.Dd, atom.Figcaption, atom.Caption, atom.Summary, atom.Li,
	}
	// manyTexts are blocks that are mirrored as a whole.
	manyTexts = []atom.Atom{atom.Ul, atom.Ol, atom.Dl, atom.Blockquote, atom.Aside, atom.Table}
)

// isBlock tells what stands by itself from what stands among words.
func isBlock(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Div, atom.Section, atom.Article, atom.Figure, atom.Details, atom.Thead, atom.Tbody, atom.Tfoot, atom.Tr, atom.Pre, atom.Hr, atom.Center:
		return true
	}
	return slices.Contains(oneText, n.DataAtom) || slices.Contains(manyTexts, n.DataAtom)
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
	if n.DataAtom == atom.Li && hasTask(n) {
		text = withoutBox(text)
	}
	if n.DataAtom != atom.Li && len(text) == len(slices.Collect(n.ChildNodes())) {
		if d.needed(text) {
			setAttr(n, "dir", d.other())
		}
		return
	}
	d.isolate(text)
}

// withoutBox is the text of a task: its box stands where a bullet would.
func withoutBox(text []*html.Node) []*html.Node {
	for i, n := range text {
		if n.DataAtom == atom.Input {
			return text[i+1:]
		}
		if box, rest, ok := strings.Cut(n.Data, " "); ok && n.Type == html.TextNode && strings.TrimSpace(box) != "" {
			n.Data = rest
			n.Parent.InsertBefore(&html.Node{Type: html.TextNode, Data: box + " "}, n)
			return text[i:]
		}
	}
	return nil
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
	case atom.P:
		l := lettersOf(textOf(n))
		return l.ltr+l.rtl <= longLine
	}
	return !slices.Contains(manyTexts, n.DataAtom) && n.DataAtom != atom.Div && n.DataAtom != atom.Section
}

// sideOf is the direction of what n stands in, or "": that of its tip.
func sideOf(n *html.Node) string {
	for p := n; p != nil; p = p.Parent {
		dir := attr(p, "dir")
		if dir != "ltr" && dir != "rtl" {
			continue
		}
		// Text is measured once, not for each of its words: then its style tells.
		if p != n && p.DataAtom == atom.P {
			if strings.Contains(attr(p, "style"), "text-align") {
				return dir
			}
		} else if !keepsSide(p) {
			return dir
		}
	}
	return ""
}
