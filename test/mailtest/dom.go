package mailtest

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// empty elements have no end tag.
var empty = []string{"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"}

// balance follows every tag as it is written: a browser mends what is open or
// crossed, Word doesn't.
func (d *denial) balance(text string) {
	tokens := html.NewTokenizer(strings.NewReader(text))
	var open []string
	for {
		switch tokens.Next() {
		case html.ErrorToken:
			if len(open) > 0 {
				d.add("<%s> is never closed", open[len(open)-1])
			}
			return
		case html.StartTagToken:
			if name, _ := tokens.TagName(); !slices.Contains(empty, string(name)) {
				open = append(open, string(name))
			}
		case html.EndTagToken:
			name, _ := tokens.TagName()
			if len(open) == 0 || open[len(open)-1] != string(name) {
				d.add("</%s> closes what isn't open: %s", name, strings.Join(open, " "))
				return
			}
			open = open[:len(open)-1]
		}
	}
}

func value(n *html.Node, key string) string {
	for _, attr := range n.Attr {
		if attr.Key == key {
			return attr.Val
		}
	}
	return ""
}

func has(n *html.Node, key string) bool {
	return slices.ContainsFunc(n.Attr, func(attr html.Attribute) bool { return attr.Key == key })
}

// words is the text in an element, with single blanks.
func words(n *html.Node) string {
	var b strings.Builder
	for child := range n.Descendants() {
		if child.Type == html.TextNode {
			b.WriteString(child.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func find(n *html.Node, name atom.Atom) *html.Node {
	for child := range n.Descendants() {
		if child.DataAtom == name {
			return child
		}
	}
	return nil
}

func prefixed(text string, prefixes ...string) bool {
	return slices.ContainsFunc(prefixes, func(prefix string) bool { return strings.HasPrefix(text, prefix) })
}
