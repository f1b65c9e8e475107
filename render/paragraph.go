package render

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// inWords are the elements that stand among words.
var inWords = []atom.Atom{
	atom.A, atom.Abbr, atom.B, atom.Br, atom.Cite, atom.Code, atom.Del, atom.Em, atom.I, atom.Img, atom.Ins, atom.Kbd,
	atom.Mark, atom.Q, atom.S, atom.Samp, atom.Small, atom.Span, atom.Strong, atom.Sub, atom.Sup, atom.Time, atom.U, atom.Var,
}

// paragraphs makes a paragraph of each div that holds nothing but words or pictures: on
// its author's site a style sheet sets it apart from what stands below it.
func paragraphs(root *html.Node) {
	for n := range root.Descendants() {
		if n.DataAtom == atom.Div && (n.Parent == root || inside(n, atom.Div, atom.Section, atom.Blockquote)) && hasOnlyWords(n) {
			rename(n, atom.P)
		}
	}
}

func hasOnlyWords(n *html.Node) bool {
	words := false
	for c := range n.Descendants() {
		if c.Type == html.ElementNode && !slices.Contains(inWords, c.DataAtom) {
			return false
		}
		words = words || c.DataAtom == atom.Img || c.Type == html.TextNode && strings.TrimSpace(c.Data) != ""
	}
	return words
}
