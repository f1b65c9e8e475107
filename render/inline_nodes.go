package render

import (
	"cmp"
	"fmt"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"dailytip/tips"
)

// link makes an address absolute. One that leads into the mail itself, such as
// a footnote's, loses its anchor: webmail renames or drops ids. One to another
// file of the library leaves its words: only pictures are served.
func (in inliner) link(n *html.Node) *html.Node {
	href := attr(n, "href")
	if strings.HasPrefix(href, "#fnref") {
		next := after(n)
		n.Parent.RemoveChild(n)
		return next
	}
	if href == "" || strings.HasPrefix(href, "#") {
		return unwrap(n)
	}
	absolute := in.resolve(href, "http", "https", "mailto", "tel")
	if absolute == "" || isRelative(href) {
		return unwrap(n)
	}
	setAttr(n, "href", absolute)
	return nil
}

// image makes the address absolute, or attaches the picture; else the alt text
// stands in.
func (in inliner) image(n *html.Node) *html.Node {
	if src, width := in.picture(attr(n, "src")); src != "" {
		setAttr(n, "src", src)
		if strings.TrimSpace(attr(n, "alt")) == "" && !isDecoration(n) {
			// Mail programs load no pictures before they are asked to, and some are gone by
			// then: without a word there would be a gap.
			setAttr(n, "alt", in.unnamed)
			if isOnWeb(src) && !within(n, atom.A) {
				return linked(n, src)
			}
		}
		// Word's Outlook knows no max-width, and the attributes of an author may
		// be wider than a letter. A narrower picture is as wide as they want it.
		if given := givenWidth(n); given > 0 {
			width = given
			setAttr(n, "style", fmt.Sprintf("width:%dpx", given))
		}
		removeAttr(n, "height")
		removeAttr(n, "width")
		// Of a picture from elsewhere nobody knows the width: a small one grows in
		// Word, where a photo would push the letter wide. Others follow the style.
		if width == 0 {
			width = cardWidth
		}
		setAttr(n, "width", strconv.Itoa(min(width, cardWidth)))
		return nil
	}
	next := after(n)
	if alt := pictureWords(n); alt != "" {
		span := element(atom.Span)
		span.AppendChild(&html.Node{Type: html.TextNode, Data: "[" + alt + "]"})
		setStyle(span, in.sheet.inline("alt"), "m")
		n.Parent.InsertBefore(span, n)
	}
	n.Parent.RemoveChild(n)
	return next
}

// givenWidth is how many pixels wide an author wants a picture, or 0: as wide as it is,
// or as a letter.
func givenWidth(n *html.Node) int {
	width, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(attr(n, "width")), "px"))
	if err != nil || width < 1 || width > cardWidth {
		return 0
	}
	return width
}

// smallPicture is how many pixels one has that only adorns words.
const smallPicture = 32

// isDecoration tells a picture that nobody misses where it isn't loaded, an icon in a
// line or a badge, from one that shows something.
func isDecoration(n *html.Node) bool {
	for _, key := range []string{"width", "height"} {
		if size, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(attr(n, key)), "px")); err == nil && size <= smallPicture {
			return true
		}
	}
	u, err := url.Parse(strings.TrimSpace(attr(n, "src")))
	return err == nil && (strings.HasSuffix(u.Hostname(), "shields.io") || path.Base(u.Path) == "badge.svg")
}

// isOnWeb tells what a browser can open from what travels with the mail.
func isOnWeb(address string) bool { return strings.HasPrefix(address, "http") }

// linked puts n into a link, which it returns.
func linked(n *html.Node, address string) *html.Node {
	link := element(atom.A)
	setAttr(link, "href", address)
	n.Parent.InsertBefore(link, n)
	n.Parent.RemoveChild(n)
	link.AppendChild(n)
	return link
}

// pictureWords stand for a picture that can't be shown: its own, or what its file
// is called.
func pictureWords(n *html.Node) string {
	name := path.Base(attr(n, "src"))
	if plain, err := url.PathUnescape(name); err == nil {
		name = plain // a%20map.png
	}
	if name == "." || name == "/" {
		name = ""
	}
	return cmp.Or(strings.TrimSpace(attr(n, "alt")), strings.TrimSuffix(name, path.Ext(name)))
}

// isRelative tells an address within the library, which has neither scheme nor
// host.
func isRelative(address string) bool {
	u, err := url.Parse(strings.TrimSpace(address))
	return err == nil && u.Scheme == "" && u.Host == ""
}

// cardWidth is the room for text in a letter, in pixels.
const cardWidth = 512

// picture is the address for an image of a tip, with its width in pixels when
// that is known (else 0). "" when there is nothing to show.
func (in inliner) picture(src string) (address string, width int) {
	address = in.resolve(src, "http", "https")
	name := libraryFile(in.dir, src)
	if name != "" && !tips.IsShownPicture(name) {
		address = "" // it isn't served; attach says why it isn't attached
	}
	if name == "" || in.pictures == nil {
		return address, 0
	}
	if address != "" {
		return address, in.pictures.width(name)
	}
	if p := in.pictures.attach(name); p != nil {
		return "cid:" + p.ID, p.width
	}
	return "", 0
}

// resolve gives an absolute address in one of the schemes, or "".
func (in inliner) resolve(address string, schemes ...string) string {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || address == "" {
		return ""
	}
	if !u.IsAbs() {
		if in.base == nil {
			return ""
		}
		u = in.base.ResolveReference(u)
	}
	if !slices.Contains(schemes, u.Scheme) {
		return ""
	}
	return u.String()
}

// checkbox turns a task list's box into a character that every client has.
func checkbox(n *html.Node) *html.Node {
	box := "☐ "
	if hasAttr(n, "checked") {
		box = "☑ "
	}
	next := after(n)
	n.Parent.InsertBefore(&html.Node{Type: html.TextNode, Data: box}, n)
	n.Parent.RemoveChild(n)
	if next.Type == html.TextNode {
		next.Data = strings.TrimLeft(next.Data, " ")
	}
	return next
}

// hasTask says whether a list item begins with a checkbox, or with what tips
// writes for one.
func hasTask(li *html.Node) bool {
	first := firstNonBlank(li)
	for first != nil && (first.DataAtom == atom.P || first.DataAtom == atom.Span) {
		first = firstNonBlank(first)
	}
	if first == nil {
		return false
	}
	text := strings.TrimSpace(first.Data)
	return first.DataAtom == atom.Input ||
		first.Type == html.TextNode && (strings.HasPrefix(text, "☑") || strings.HasPrefix(text, "☐"))
}

// expandTabs narrows the indentation of code; few clients know tab-size, and
// the eight columns they use push code off a phone.
func expandTabs(n *html.Node) {
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			d.Data = strings.ReplaceAll(d.Data, "\t", "    ")
		}
	}
}

// isFootnotes recognises goldmark's list of footnotes by the ids of its items,
// because sanitising may take its class and role away.
func isFootnotes(n *html.Node) bool {
	if attr(n, "role") == "doc-endnotes" || attr(n, "class") == "footnotes" {
		return true
	}
	for c := range n.ChildNodes() {
		if c.DataAtom == atom.Ol && c.FirstChild != nil {
			for li := range c.ChildNodes() {
				if strings.HasPrefix(attr(li, "id"), "fn:") {
					return true
				}
			}
		}
	}
	return false
}

// footnotes sets them off by a line of our own instead of the list's rule.
func (in inliner) footnotes(n *html.Node) *html.Node {
	if first := firstNonBlank(n); first != nil && first.DataAtom == atom.Hr {
		n.RemoveChild(first)
	}
	n.Attr = nil
	in.walk(n, 0)
	setStyle(n, in.sheet.inline("notes"), "m l")
	return after(n)
}
