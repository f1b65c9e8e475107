package letter

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// idea is one node of a mind map.
type idea struct {
	Text     string
	Children []idea
}

// mindmap is what a tip's section holds: a picture or a tree.
type mindmap struct {
	Picture string // absolute address; "" for none
	Alt     string
	Root    string // "" when the branches have nothing over them
	Ideas   []idea
}

func (m mindmap) empty() bool { return m.Picture == "" && m.Alt == "" && len(m.Ideas) == 0 }

// maxDepth bounds the levels that are drawn; what lies deeper joins the last.
const maxDepth = 6

// readMindmap finds the mind map in the section's sanitised HTML: a mermaid
// block, else a nested list, else an image.
func readMindmap(fragment string, in inliner) (mindmap, error) {
	root, err := parseFragment(fragment)
	if err != nil {
		return mindmap{}, err
	}
	var m mindmap
	for n := range root.Descendants() {
		switch n.DataAtom {
		case atom.Pre:
			if title, ideas, ok := parseMermaid(rawText(n)); ok && len(m.Ideas) == 0 {
				m.Root, m.Ideas = title, ideas
			}
		case atom.Ul, atom.Ol:
			if len(m.Ideas) == 0 {
				m.Root, m.Ideas = crown(listIdeas(n, 1))
			}
		case atom.Img:
			if m.Alt == "" && m.Picture == "" {
				m.Picture = in.resolve(attr(n, "src"), "http", "https")
				m.Alt = strings.TrimSpace(attr(n, "alt"))
			}
		}
	}
	return m, nil
}

// crown takes the only idea with children as the root of a map.
func crown(ideas []idea) (root string, branches []idea) {
	if len(ideas) == 1 && len(ideas[0].Children) > 0 {
		return ideas[0].Text, ideas[0].Children
	}
	return "", ideas
}

// listIdeas reads the items of a list, and the lists inside them.
func listIdeas(list *html.Node, depth int) []idea {
	var ideas []idea
	for li := range list.ChildNodes() {
		if li.DataAtom != atom.Li {
			continue
		}
		var words []string
		var children []idea
		for c := range li.ChildNodes() {
			if c.DataAtom == atom.Ul || c.DataAtom == atom.Ol {
				children = append(children, listIdeas(c, depth+1)...)
			} else if text := rawText(c); text != "" {
				words = append(words, text)
			}
		}
		text := strings.Join(strings.Fields(strings.Join(words, "")), " ")
		switch {
		case text == "" && len(children) == 0:
		case text == "", depth >= maxDepth:
			if text != "" {
				ideas = append(ideas, idea{Text: text})
			}
			ideas = append(ideas, children...)
		default:
			ideas = append(ideas, idea{Text: text, Children: children})
		}
	}
	return ideas
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

// branchView is a branch as the template draws it.
type branchView struct {
	Text   string
	Number int // 1–4, the colour
	Leaves []leafView
}

// leafView is a line beside its branch; Level 0 is a leaf, more is deeper.
type leafView struct {
	Text  string
	Level int
}

// views flattens the tree below each branch to lines.
func (m mindmap) views() []branchView {
	views := make([]branchView, 0, len(m.Ideas))
	for i, branch := range m.Ideas {
		v := branchView{Text: branch.Text, Number: i%4 + 1}
		var add func(ideas []idea, level int)
		add = func(ideas []idea, level int) {
			for _, leaf := range ideas {
				v.Leaves = append(v.Leaves, leafView{leaf.Text, level})
				add(leaf.Children, level+1)
			}
		}
		add(branch.Children, 0)
		views = append(views, v)
	}
	return views
}

// text is the map as an indented list.
func (m mindmap) text() string {
	var b strings.Builder
	var add func(ideas []idea, indent string)
	add = func(ideas []idea, indent string) {
		for _, i := range ideas {
			b.WriteString(wrap(i.Text, textWidth, indent+"- ", indent+"  "))
			b.WriteByte('\n')
			add(i.Children, indent+"  ")
		}
	}
	if m.Root != "" {
		b.WriteString(wrap(m.Root, textWidth, "", ""))
		b.WriteByte('\n')
	}
	add(m.Ideas, "")
	if len(m.Ideas) == 0 && m.Alt != "" {
		b.WriteString(wrap(m.Alt, textWidth, "", ""))
		b.WriteByte('\n')
	}
	if m.Picture != "" {
		b.WriteString(m.Picture)
		b.WriteByte('\n')
	}
	return b.String()
}
