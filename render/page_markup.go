package render

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// pageMarkup makes a sanitised fragment fit for a page: nothing but elements and
// attributes that HTML still has, each where it may stand, with headings below
// the page's own and absolute addresses.
type pageMarkup struct {
	top int // level of the highest heading
	rtl bool
	in  inliner
}

// bareSheet has no styles: the ideas of a mind map come out without any.
func bareSheet() sheet { return sheet{replace: strings.NewReplacer()} }

func (p pageMarkup) fit(fragment string) (string, error) {
	root, err := parseFragment(fragment)
	if err != nil {
		return "", err
	}
	leaveOutEmpty(root)
	paragraphs(root)
	directions(root, p.rtl)
	jointedText(root)
	p.walk(root, p.top-highestHeading(root))
	return render(root)
}

func (p pageMarkup) walk(parent *html.Node, shift int) {
	walk(parent, p.replace, func(n *html.Node) { p.mend(n, shift) })
}

// replace exchanges what a page can't show. It returns the first node to go on
// with, or nil when n stays.
func (p pageMarkup) replace(n *html.Node) *html.Node {
	switch n.DataAtom {
	case atom.A:
		return p.link(n)
	case atom.Img:
		return p.image(n)
	case atom.Input:
		return checkbox(n)
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Caption, atom.Figcaption:
		if textOf(n) == "" {
			return unwrap(n)
		}
	case atom.Details:
		if first := firstNonBlank(n); first == nil || first.DataAtom != atom.Summary {
			return unwrap(n)
		}
	case atom.Table:
		if attr(n.Parent, "class") != "frame" {
			// Wider than the page, it scrolls by itself, with the keyboard too.
			frame := element(atom.Div)
			frame.Attr = []html.Attribute{{Key: "class", Val: "frame"}, {Key: "role", Val: "group"}, {Key: "tabindex", Val: "0"}}
			n.Parent.InsertBefore(frame, n)
			n.Parent.RemoveChild(n)
			frame.AppendChild(n)
			p.walk(frame, 0)
			return after(frame)
		}
	}
	return nil
}

// link makes an address absolute. One that leads to a file which isn't served
// leaves its words.
func (p pageMarkup) link(n *html.Node) *html.Node {
	href := attr(n, "href")
	if strings.HasPrefix(href, "#") {
		if len(href) > 1 {
			setAttr(n, "href", plainID(href))
			return nil
		}
		return unwrap(n)
	}
	absolute := p.in.resolve(href, "http", "https", "mailto", "tel")
	if absolute == "" || isRelative(href) || strings.TrimSpace(rawText(n)) == "" && n.FirstChild == nil {
		return unwrap(n)
	}
	setAttr(n, "href", absolute)
	return nil
}

// image makes the address absolute; else the alt text stands in.
func (p pageMarkup) image(n *html.Node) *html.Node {
	alt := strings.TrimSpace(attr(n, "alt"))
	if src, _ := p.in.picture(attr(n, "src")); src != "" {
		alt = cmp.Or(alt, p.in.unnamed)
		width := givenWidth(n)
		n.Attr = []html.Attribute{{Key: "src", Val: src}, {Key: "alt", Val: alt}, {Key: "loading", Val: "lazy"}}
		if width > 0 {
			setAttr(n, "width", strconv.Itoa(width))
		}
		return nil
	}
	next := after(n)
	if alt = pictureWords(n); alt != "" {
		n.Parent.InsertBefore(&html.Node{Type: html.TextNode, Data: "[" + alt + "]"}, n)
	}
	n.Parent.RemoveChild(n)
	return next
}

// kept are the attributes that stay, by element; those of "" stay on all. A class
// can only be ours: none passes the sanitiser.
var kept = map[string][]string{
	"": {"dir", "id", "lang", "title"}, "a": {"href"}, "blockquote": {"cite"}, "q": {"cite"}, "del": {"cite", "datetime"}, "ins": {"cite", "datetime"},
	"details": {"open"}, "div": {"class", "role", "tabindex"}, "img": {"src", "alt", "loading", "width"}, "li": {"value"}, "ol": {"start"}, "time": {"datetime"},
	"td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"},
}

// homes are the parents without which an element means nothing, and what it
// becomes elsewhere.
var homes = map[atom.Atom]struct {
	in        []atom.Atom
	elsewhere atom.Atom
}{
	atom.Li: {[]atom.Atom{atom.Ul, atom.Ol}, atom.Div}, atom.Summary: {[]atom.Atom{atom.Details}, atom.Div},
	atom.Figcaption: {[]atom.Atom{atom.Figure}, atom.Div}, atom.Dt: {[]atom.Atom{atom.Dl}, atom.Div}, atom.Dd: {[]atom.Atom{atom.Dl}, atom.Div},
	atom.Rt: {[]atom.Atom{atom.Ruby}, atom.Span}, atom.Rp: {[]atom.Atom{atom.Ruby}, atom.Span},
}

// mend gives an element the name and the attributes that HTML has for it.
func (p pageMarkup) mend(n *html.Node, shift int) {
	align := attr(n, "align")
	n.Attr = slices.DeleteFunc(n.Attr, func(a html.Attribute) bool {
		return !slices.Contains(kept[""], a.Key) && !slices.Contains(kept[n.Data], a.Key)
	})
	if home, ok := homes[n.DataAtom]; ok && !inside(n, home.in...) {
		rename(n, home.elsewhere)
	}
	if id := attr(n, "id"); id != "" {
		setAttr(n, "id", plainID(id))
	}
	switch n.DataAtom {
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		level := min(max(int(n.Data[1]-'0')+shift, p.top), 6)
		rename(n, atom.Lookup(fmt.Append(nil, "h", level)))
	case atom.Aside:
		setAttr(n, "role", "note") // a box in a text is no landmark of the page
	case atom.P:
		if hasAttr(n, "dir") && keepsSide(n) {
			setAttr(n, "class", "line")
		}
	case atom.Li:
		if hasTask(n) {
			setAttr(n, "class", "task") // its box is its bullet
		}
	case atom.Tt:
		rename(n, atom.Code)
	case atom.Strike:
		rename(n, atom.S)
	case atom.Pre:
		// Wider than the page, it scrolls by itself, with the keyboard too.
		n.Attr = append(n.Attr, html.Attribute{Key: "dir", Val: "ltr"}, html.Attribute{Key: "role", Val: "group"}, html.Attribute{Key: "tabindex", Val: "0"})
		expandTabs(n)
	case atom.Th:
		if textOf(n) == "" {
			rename(n, atom.Td) // the corner of a table with two headings
		} else {
			setAttr(n, "scope", "col")
		}
	}
	if n.DataAtom == atom.Td || n.DataAtom == atom.Th {
		if class := map[string]string{"right": "number", "center": "centre"}[align]; class != "" {
			setAttr(n, "class", class)
		}
	}
}

// plainID is an id without a colon, which style sheets would have to escape; the
// ids of footnotes have one.
func plainID(id string) string { return strings.ReplaceAll(id, ":", "-") }

func rename(n *html.Node, to atom.Atom) {
	n.DataAtom, n.Data = to, to.String()
}
