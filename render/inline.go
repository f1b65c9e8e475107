package render

import (
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// inliner dresses a sanitised fragment for mail clients in one pass over its
// tree: it gives each element the style of its place, makes links absolute and
// replaces what clients can't show (details, checkboxes, anchors). It runs
// after sanitising, which takes all style and class attributes away, so every
// style and class in the result is ours.
type inliner struct {
	sheet sheet
	// top is the level of the highest heading inside the text: 2 below the
	// mail's only h1.
	top int
	// base resolves relative addresses; nil: they are dropped.
	base *url.URL
	// dir is the folder of the tip's file in its library, for pictures.
	dir string
	// pictures finds those of the library; nil: none.
	pictures *Pictures
	// unnamed stands for a picture without words of its own, in the reader's language.
	unnamed string
}

// assetBase is the folder of a tip's file as an address, or nil.
func assetBase(assetURL, tipPath string) *url.URL {
	if assetURL == "" {
		return nil
	}
	base, err := url.Parse(strings.TrimSuffix(assetURL, "/") + "/")
	if err != nil {
		return nil
	}
	if dir := path.Dir(tipPath); dir != "." {
		base = base.JoinPath(dir, "/")
	}
	return base
}

// parseFragment reads the inside of an element. Its nodes are the children of
// the returned one.
func parseFragment(fragment string) (*html.Node, error) {
	root := &html.Node{Type: html.ElementNode, DataAtom: atom.Div, Data: "div"}
	nodes, err := html.ParseFragment(strings.NewReader(fragment), root)
	if err != nil {
		return nil, fmt.Errorf("parse HTML: %w", err)
	}
	for _, n := range nodes {
		root.AppendChild(n)
	}
	return root, nil
}

// render is the inside of root.
func render(root *html.Node) (string, error) {
	var b strings.Builder
	for n := range root.ChildNodes() {
		if err := html.Render(&b, n); err != nil {
			return "", fmt.Errorf("write HTML: %w", err)
		}
	}
	return strings.TrimSpace(b.String()), nil
}

// dress returns fragment ready for the letter.
func (in inliner) inline(fragment string) (string, error) {
	root, err := parseFragment(fragment)
	if err != nil {
		return "", err
	}
	leaveOutEmpty(root)
	paragraphs(root)
	shift := in.top - highestHeading(root)
	directions(root, in.sheet.rtl)
	jointedText(root)
	in.walk(root, shift)
	if last := lastElement(root); last != nil && last.DataAtom == atom.P {
		setStyle(last, in.sheet.inline("last p"), "")
	}
	return render(root)
}

func (in inliner) walk(parent *html.Node, shift int) {
	walk(parent, in.replace, func(n *html.Node) { in.style(n, shift) })
}

// walk visits the elements below parent, each before its own children. An
// element may be replaced by others, which are then visited in turn: replace
// returns the first node to go on with, or nil when it stays.
func walk(parent *html.Node, replace func(*html.Node) *html.Node, visit func(*html.Node)) {
	for n := parent.FirstChild; n != nil; {
		if n.Type != html.ElementNode {
			n = n.NextSibling
			continue
		}
		if replaced := replace(n); replaced != nil {
			n = replaced
			continue
		}
		next := n.NextSibling
		visit(n)
		walk(n, replace, visit)
		n = next
	}
}

// style gives one element its attributes, as it looks where text runs in its direction.
func (in inliner) style(n *html.Node, shift int) {
	tip := in.sheet.rtl
	in.sheet = in.sheet.facing(sideOf(n))
	in.dress(n, shift)
	if in.sheet.rtl != tip && hasAttr(n, "dir") && !keepsSide(n) {
		setAttr(n, "style", strings.TrimPrefix(attr(n, "style")+";text-align:"+in.sheet.replace.Replace("{start}"), ";"))
	}
}

func (in inliner) dress(n *html.Node, shift int) {
	name, class := n.Data, ""
	// Nothing leads to an id any more, and webmail renames them.
	removeAttr(n, "id")
	switch n.DataAtom {
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		level := min(max(int(n.Data[1]-'0')+shift, in.top), 6)
		// The look follows the rank in the text, not the number.
		name = fmt.Sprintf("h%d", min(level-in.top+2, 4))
		n.Data = fmt.Sprintf("h%d", level)
		n.DataAtom = atom.Lookup([]byte(n.Data))
		if longestWordIn(textOf(n)) > longInTitle {
			class = "hl"
			jointed(n)
		}
	case atom.Ul, atom.Ol:
		class = in.sheet.replace.Replace("u{start}")
		switch {
		case inside(n, atom.Li) && hasTask(n.Parent):
			name, class = "task ul", "" // also on the smallest phone it's set off from its task
		case inside(n, atom.Li):
			name = "li " + n.Data
		}
	case atom.Li:
		if hasTask(n) {
			name = "task"
		}
	case atom.P:
		if inside(n, atom.Li, atom.Blockquote) || n.Parent != nil && attr(n.Parent, "role") == "note" {
			name = "li p"
			if nextElement(n) == nil {
				name = "last p"
			}
		}
	case atom.Blockquote:
		class = "m l"
	case atom.Aside:
		// A box. Its name is a class of what it is to Word, which knows no aside.
		n.Data, n.DataAtom = "div", atom.Div
		setAttr(n, "role", "note")
		class = "t b1"
	case atom.Mark:
		class = "t k"
	case atom.Kbd:
		class = "l"
	case atom.Code, atom.Tt, atom.Samp:
		switch {
		case inside(n, atom.Pre):
			name = "pre code"
		case isHeading(n.Parent):
			name, class = "heading code", "t"
		case within(n, atom.Table):
			name, class = "cell code", "t"
		default:
			name, class = "code", "t"
		}
		in.leftToRight(n)
	case atom.Pre:
		class = "t q"
		scrolls(n)
		setAttr(n, "dir", "ltr")
		expandTabs(n)
	case atom.Table:
		in.table(n)
		return
	case atom.Tr:
		name, class = "row", "l"
		setAttr(n, "valign", "top")
		if inside(n, atom.Thead) {
			name = "head row"
			setAttr(n, "valign", "bottom")
		}
	case atom.Th, atom.Td:
		in.cell(n)
		return
	case atom.A:
		class = "a"
		setAttr(n, "target", "_blank")
	case atom.I, atom.Em, atom.Cite, atom.Dfn, atom.Var:
		name = "em"
	case atom.B:
		name = "strong"
	case atom.Figcaption:
		class = "m"
	case atom.Hr:
		name, class = "rule", "l"
	}
	style, ok := in.sheet.styles[name]
	if !ok {
		return
	}
	if given := attr(n, "style"); n.DataAtom == atom.Img && given != "" {
		style = strings.Replace(style, "width:auto", given, 1)
	}
	if inBox(n) {
		style, class = forBox(n, style, class)
	}
	setStyle(n, in.sheet.replace.Replace(style), class)
}

// leftToRight is the direction of code in any text: among words from right to left,
// `.env` would be shown as `env.` there.
func (in inliner) leftToRight(n *html.Node) {
	if in.sheet.rtl && !inside(n, atom.Pre) {
		setAttr(n, "dir", "ltr")
	}
}

// scrolls lets the keyboard scroll what is wider than a phone.
func scrolls(n *html.Node) {
	setAttr(n, "role", "group")
	setAttr(n, "tabindex", "0")
}

// inBox says whether n stands in a box, which has the colour of code.
func inBox(n *html.Node) bool {
	for p := n.Parent; p != nil; p = p.Parent {
		if attr(p, "role") == "note" {
			return true
		}
	}
	return false
}

// forBox is a style as it is within a box: code has the paper's colour there, and
// what stands last has no space below.
func forBox(n *html.Node, style, class string) (boxStyle, boxClass string) {
	style = strings.ReplaceAll(style, "background-color:{tint}", "background-color:{card}")
	if rest, ok := strings.CutPrefix(class, "t"); ok {
		class = "c" + rest
	}
	if attr(n.Parent, "role") == "note" && nextElement(n) == nil {
		style = strings.Replace(style, "margin:0 0 18px", "margin:0", 1)
	}
	return style, class
}

// replace exchanges an element that mail can't hold. It returns the first node
// to go on with, or nil when n stays.
func (in inliner) replace(n *html.Node) *html.Node {
	switch n.DataAtom {
	case atom.A:
		return in.link(n)
	case atom.Img:
		return in.image(n)
	case atom.Input:
		return checkbox(n)
	case atom.Details:
		// Shown open: some clients strip it, others hide what is inside.
		return unwrap(n)
	case atom.Summary:
		p := element(atom.P)
		for n.FirstChild != nil {
			child := n.FirstChild
			n.RemoveChild(child)
			p.AppendChild(child)
		}
		n.Parent.InsertBefore(p, n)
		n.Parent.RemoveChild(n)
		p.Attr = slices.DeleteFunc(n.Attr, func(a html.Attribute) bool { return a.Key != "dir" })
		in.walk(p, 0)
		setStyle(p, in.sheet.inline("summary"), "")
		return after(p)
	case atom.Section, atom.Div:
		if isFootnotes(n) {
			return in.footnotes(n)
		}
	case atom.Table:
		if attr(n.Parent, "class") != "f" {
			frame := element(atom.Div)
			n.Parent.InsertBefore(frame, n)
			n.Parent.RemoveChild(n)
			frame.AppendChild(n)
			setStyle(frame, in.sheet.inline("frame"), "f")
			scrolls(frame)
			in.walk(frame, 0)
			return after(frame)
		}
	}
	return nil
}
