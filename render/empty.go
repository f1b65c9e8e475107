package render

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// holders are the elements that show nothing but what is in them. Drawn empty, they
// are boxes, bars and dots without a meaning.
var holders = []atom.Atom{
	atom.Pre, atom.Code, atom.Kbd, atom.Samp, atom.Tt, atom.Mark, atom.Blockquote, atom.Aside, atom.Details, atom.Summary, atom.Figure, atom.Figcaption,
	atom.P, atom.Div, atom.Section, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6,
	atom.Ul, atom.Ol, atom.Li, atom.Dl, atom.Dt, atom.Dd, atom.Table, atom.Caption,
}

// leaveOutEmpty removes the holders below root in which there is nothing to see. A
// row of a table stays while the table has anything: it may be one to fill in.
func leaveOutEmpty(root *html.Node) {
	for n := root.FirstChild; n != nil; {
		next := n.NextSibling
		leaveOutEmpty(n)
		if slices.Contains(holders, n.DataAtom) && !isSeen(n) && !counts(n) {
			root.RemoveChild(n)
		}
		n = next
	}
}

// isSeen says whether there is a letter or a picture in n. Blanks that take no room
// or that nobody sees are none.
func isSeen(n *html.Node) bool {
	for d := range n.Descendants() {
		switch d.Type {
		case html.TextNode:
			if strings.Trim(d.Data, " \t\r\n\f\u00A0\u00AD\u200B\u200C\u200D\u200E\u200F\u2060\uFEFF") != "" {
				return true
			}
		case html.ElementNode:
			switch d.DataAtom {
			case atom.Img, atom.Input, atom.Hr:
				return true
			}
		}
	}
	return false
}

// counts says whether n is an item of a numbered list that others follow, which would
// get its number.
func counts(n *html.Node) bool {
	if n.DataAtom != atom.Li || !inside(n, atom.Ol) {
		return false
	}
	for s := n.NextSibling; s != nil; s = s.NextSibling {
		if isSeen(s) {
			return true
		}
	}
	return false
}
