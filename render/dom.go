package render

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// after is the node behind n, or an empty text put there, so that a walk can
// tell "replaced, go on here" from "not replaced".
func after(n *html.Node) *html.Node {
	if n.NextSibling == nil {
		n.Parent.AppendChild(&html.Node{Type: html.TextNode})
	}
	return n.NextSibling
}

// unwrap puts n's children in its place and returns the first, to go on with.
func unwrap(n *html.Node) *html.Node {
	next := after(n)
	first := next
	if n.FirstChild != nil {
		first = n.FirstChild
	}
	for n.FirstChild != nil {
		child := n.FirstChild
		n.RemoveChild(child)
		n.Parent.InsertBefore(child, next)
	}
	n.Parent.RemoveChild(n)
	return first
}

// highestHeading is the lowest number among the headings below n, or 2.
func highestHeading(n *html.Node) int {
	highest := 7
	for d := range n.Descendants() {
		if isHeading(d) {
			highest = min(highest, int(d.Data[1]-'0'))
		}
	}
	if highest == 7 {
		return 2
	}
	return highest
}

func isHeading(n *html.Node) bool {
	return n.Type == html.ElementNode && len(n.Data) == 2 && n.Data[0] == 'h' && n.Data[1] >= '1' && n.Data[1] <= '6'
}

// inside says whether the nearest of n's ancestors below the fragment's root
// is one of the atoms, directly.
func inside(n *html.Node, atoms ...atom.Atom) bool {
	return n.Parent != nil && slices.Contains(atoms, n.Parent.DataAtom)
}

func element(a atom.Atom) *html.Node {
	return &html.Node{Type: html.ElementNode, DataAtom: a, Data: a.String()}
}

func nextElement(n *html.Node) *html.Node {
	for s := n.NextSibling; s != nil; s = s.NextSibling {
		if s.Type == html.ElementNode {
			return s
		}
	}
	return nil
}

func lastElement(n *html.Node) *html.Node {
	for c := n.LastChild; c != nil; c = c.PrevSibling {
		if c.Type == html.ElementNode {
			return c
		}
	}
	return nil
}

func firstNonBlank(n *html.Node) *html.Node {
	for c := range n.ChildNodes() {
		if c.Type != html.TextNode || strings.TrimSpace(c.Data) != "" {
			return c
		}
	}
	return nil
}

// textOf is all text below n, blanks collapsed.
func textOf(n *html.Node) string {
	var b strings.Builder
	var visit func(*html.Node)
	visit = func(n *html.Node) {
		switch {
		case n.Type == html.TextNode:
			b.WriteString(n.Data)
		case n.DataAtom == atom.Br:
			b.WriteByte(' ')
		}
		for c := range n.ChildNodes() {
			visit(c)
		}
	}
	visit(n)
	return strings.Join(strings.Fields(b.String()), " ")
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func hasAttr(n *html.Node, key string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == key })
}

func setAttr(n *html.Node, key, value string) {
	for i := range n.Attr {
		if n.Attr[i].Key == key {
			n.Attr[i].Val = value
			return
		}
	}
	n.Attr = append(n.Attr, html.Attribute{Key: key, Val: value})
}

func removeAttr(n *html.Node, key string) {
	n.Attr = slices.DeleteFunc(n.Attr, func(a html.Attribute) bool { return a.Key == key })
}

func setStyle(n *html.Node, style, class string) {
	setAttr(n, "style", style)
	if class != "" {
		setAttr(n, "class", class)
	}
}
