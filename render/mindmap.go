package render

import (
	"html/template"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// idea is one node of a mind map.
type idea struct {
	Text     string // on one line, the addresses of links in brackets
	Children []idea

	markup template.HTML // "" when it is the text
}

// HTML is the idea for the letter: its words with their emphasis and links.
func (i idea) HTML() template.HTML {
	if i.markup != "" {
		return i.markup
	}
	return template.HTML(template.HTMLEscapeString(i.Text))
}

// mindmap is what a tip's section holds: a picture, a tree, or both.
type mindmap struct {
	Picture string // absolute address or cid:; "" for none
	Width   int    // of the picture in pixels; 0: unknown
	Alt     string
	Root    idea // no Text when the branches have nothing over them
	Ideas   []idea
}

func (m mindmap) empty() bool { return m.Picture == "" && m.Alt == "" && len(m.Ideas) == 0 }

// Source is the picture's address, which may be one of the mail's own parts.
func (m mindmap) Source() template.URL { return template.URL(m.Picture) }

// maxDepth bounds the levels that are drawn; what lies deeper joins the last.
const maxDepth = 6

// readMindmap finds the mind map in the section's sanitised HTML: a nested list,
// which a mermaid block has become too, else an image.
func readMindmap(fragment string, in inliner) (mindmap, error) {
	root, err := parseFragment(fragment)
	if err != nil {
		return mindmap{}, err
	}
	var m mindmap
	for n := range root.Descendants() {
		switch n.DataAtom {
		case atom.Ul, atom.Ol:
			if len(m.Ideas) == 0 {
				m.Root, m.Ideas = crown(in.ideas(n, 1))
			}
		case atom.Img:
			if m.Alt == "" && m.Picture == "" && !within(n, atom.Li) {
				m.Picture, m.Width = in.picture(attr(n, "src"))
				m.Width = min(m.Width, cardWidth)
				m.Alt = strings.TrimSpace(attr(n, "alt"))
			}
		}
	}
	return m, nil
}

// crown takes the only idea with children as the root of a map.
func crown(ideas []idea) (root idea, branches []idea) {
	if len(ideas) == 1 && len(ideas[0].Children) > 0 {
		root, branches = ideas[0], ideas[0].Children
		root.Children = nil
		return root, branches
	}
	return idea{}, ideas
}

// ideas reads the items of a list, and the lists inside them.
func (in inliner) ideas(list *html.Node, depth int) []idea {
	var ideas []idea
	for li := range list.ChildNodes() {
		if li.DataAtom != atom.Li {
			continue
		}
		words := element(atom.Span)
		var children []idea
		for c := range li.ChildNodes() {
			if c.DataAtom == atom.Ul || c.DataAtom == atom.Ol {
				children = append(children, in.ideas(c, depth+1)...)
			} else {
				appendInline(words, c)
			}
		}
		i := in.idea(words)
		switch {
		case i.Text == "" && len(children) == 0:
		case i.Text == "", depth >= maxDepth:
			if i.Text != "" {
				ideas = append(ideas, i)
			}
			ideas = append(ideas, children...)
		default:
			i.Children = children
			ideas = append(ideas, i)
		}
	}
	return ideas
}

// idea reads the words of one item.
func (in inliner) idea(words *html.Node) idea {
	in.walk(words, 0)
	i := idea{Text: wordsOf(words)}
	for n := range words.ChildNodes() {
		if n.Type == html.ElementNode && i.Text != "" {
			if markup, err := render(words); err == nil {
				i.markup = template.HTML(markup)
			}
			break
		}
	}
	return i
}

// appendInline copies to words what of n fits on a line. Blocks other than
// paragraphs leave their text.
func appendInline(words, n *html.Node) {
	switch {
	case n.Type == html.TextNode:
		words.AppendChild(&html.Node{Type: html.TextNode, Data: n.Data})
	case n.DataAtom == atom.P:
		words.AppendChild(&html.Node{Type: html.TextNode, Data: " "})
		for c := range n.ChildNodes() {
			appendInline(words, c)
		}
		words.AppendChild(&html.Node{Type: html.TextNode, Data: " "})
	case n.DataAtom == atom.Img:
		words.AppendChild(&html.Node{Type: html.TextNode, Data: attr(n, "alt")})
	case slices.Contains(inlineAtoms[:], n.DataAtom):
		copied := &html.Node{Type: html.ElementNode, DataAtom: n.DataAtom, Data: n.Data, Attr: slices.Clone(n.Attr)}
		for c := range n.ChildNodes() {
			appendInline(copied, c)
		}
		words.AppendChild(copied)
	default:
		words.AppendChild(&html.Node{Type: html.TextNode, Data: " " + rawText(n) + " "})
	}
}

// inlineAtoms are the elements that an idea keeps.
var inlineAtoms = [...]atom.Atom{
	atom.A, atom.Abbr, atom.B, atom.Bdi, atom.Bdo, atom.Cite, atom.Code, atom.Del, atom.Em, atom.I, atom.Ins, atom.Kbd,
	atom.Mark, atom.Q, atom.Rp, atom.Rt, atom.Ruby, atom.S, atom.Samp, atom.Small, atom.Span, atom.Strong, atom.Sub, atom.Sup, atom.U,
}

// wordsOf is the text below n on one line, each link's address behind it.
func wordsOf(n *html.Node) string {
	var b strings.Builder
	var visit func(*html.Node)
	visit = func(n *html.Node) {
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
		}
		for c := range n.ChildNodes() {
			visit(c)
		}
		if href := attr(n, "href"); n.DataAtom == atom.A && href != "" && href != strings.TrimSpace(rawText(n)) {
			b.WriteString(" (" + href + ")")
		}
	}
	visit(n)
	return strings.Join(strings.Fields(b.String()), " ")
}

// within says whether n is somewhere inside such an element.
func within(n *html.Node, a atom.Atom) bool {
	for p := n.Parent; p != nil; p = p.Parent {
		if p.DataAtom == a {
			return true
		}
	}
	return false
}

// rawText is all text below n with its line breaks.
func rawText(n *html.Node) string {
	var b strings.Builder
	if n.Type == html.TextNode {
		b.WriteString(n.Data)
	}
	for d := range n.Descendants() {
		switch {
		case d.Type == html.TextNode:
			b.WriteString(d.Data)
		case d.DataAtom == atom.Br:
			b.WriteByte(' ')
		}
	}
	return b.String()
}

// text is the map as an indented list.
func (m mindmap) text() string {
	var b strings.Builder
	var add func(ideas []idea, indent string)
	add = func(ideas []idea, indent string) {
		for _, i := range ideas {
			b.WriteString(Wrap(i.Text, TextWidth, indent+"- ", indent+"  "))
			b.WriteByte('\n')
			add(i.Children, indent+"  ")
		}
	}
	if m.Root.Text != "" {
		b.WriteString(Wrap(m.Root.Text, TextWidth, "", ""))
		b.WriteByte('\n')
	}
	add(m.Ideas, "")
	if len(m.Ideas) == 0 && m.Alt != "" {
		b.WriteString(Wrap(m.Alt, TextWidth, "", ""))
		b.WriteByte('\n')
	}
	if m.Picture != "" && !strings.HasPrefix(m.Picture, "cid:") {
		b.WriteString(m.Picture)
		b.WriteByte('\n')
	}
	return b.String()
}
