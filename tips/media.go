package tips

import (
	"net/url"
	"path"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// isMedia tells the elements that play or embed something, which no mail can.
func isMedia(a atom.Atom) bool {
	switch a {
	case atom.Iframe, atom.Video, atom.Audio, atom.Embed, atom.Object:
		return true
	}
	return false
}

// medium is what a reader gets in place of a film, a sound or a frame: words, and
// the address where it plays.
type medium struct{ label, address string }

// mediumOf reads an element's attributes.
func mediumOf(attributes []html.Attribute) medium {
	given := map[string]string{}
	for _, a := range attributes {
		given[a.Key] = strings.TrimSpace(a.Val)
	}
	written := firstOf(given["src"], given["data"], given["data-src"])
	m := medium{address: playsAt(written), label: oneLine(firstOf(given["title"], given["aria-label"]))}
	if u, err := url.Parse(written); m.address == "" && m.label == "" && err == nil && u.Scheme == "" && path.Ext(u.Path) != "" {
		m.label = oneLine(path.Base(u.Path)) // a film of the library's own
	}
	return m
}

func firstOf(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

// playsAt is the page for the address of a player, or "" when nothing on the web
// is there.
func playsAt(address string) string {
	u, err := url.Parse(address)
	if err != nil || address == "" {
		return ""
	}
	if u.Scheme == "" && u.Host != "" {
		u.Scheme = "https"
	}
	if u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	host, id := strings.TrimPrefix(u.Hostname(), "www."), path.Base(u.Path)
	switch {
	case (host == "youtube.com" || host == "youtube-nocookie.com") && strings.HasPrefix(u.Path, "/embed/"):
		return "https://www.youtube.com/watch?v=" + url.QueryEscape(id)
	case host == "player.vimeo.com":
		return "https://vimeo.com/" + url.PathEscape(id)
	}
	return u.String()
}

// words are what stands for the medium: its title, or where it plays.
func (m medium) words() string {
	label := m.label
	if u, err := url.Parse(m.address); label == "" && err == nil && m.address != "" {
		label = strings.TrimPrefix(u.Hostname(), "www.")
		if name := path.Base(u.Path); path.Ext(name) != "" {
			label = name
		}
	}
	return strings.TrimSpace("▶ " + label)
}

// mediumIn is mediumOf for an element with its children: a video's address may
// stand in its first source.
func mediumIn(n *html.Node) medium {
	m := mediumOf(n.Attr)
	for c := range n.Descendants() {
		if c.DataAtom == atom.Source && m.address == "" {
			m.address = mediumOf(c.Attr).address
		}
	}
	return m
}

// replaceMedia puts links where the sanitiser would leave nothing.
func replaceMedia(root *html.Node) {
	var found []*html.Node
	for n := range root.Descendants() {
		switch {
		case isMedia(n.DataAtom):
			found = append(found, n)
		case n.DataAtom == atom.Img:
			namePicture(n)
		}
	}
	for _, n := range found {
		if n.Parent == nil {
			continue
		}
		m := mediumIn(n)
		shown := &html.Node{Type: html.ElementNode, DataAtom: atom.Span, Data: "span"}
		if m.address != "" {
			shown = &html.Node{Type: html.ElementNode, DataAtom: atom.A, Data: "a", Attr: []html.Attribute{{Key: "href", Val: m.address}}}
		}
		shown.AppendChild(&html.Node{Type: html.TextNode, Data: m.words()})
		if p := n.Parent.DataAtom; p == atom.Div || p == atom.Section || p == atom.Figure || p == atom.Blockquote || p == atom.Details {
			around := &html.Node{Type: html.ElementNode, DataAtom: atom.P, Data: "p"}
			around.AppendChild(shown)
			shown = around
		}
		n.Parent.InsertBefore(shown, n)
		n.Parent.RemoveChild(n)
	}
}

// namePicture gives words to a picture that stands in the text itself, which few
// mail programs show: nothing else would be left of it.
func namePicture(n *html.Node) {
	data, alt := false, -1
	for i, a := range n.Attr {
		switch a.Key {
		case "src":
			data = isDataAddress(a.Val)
		case "alt":
			alt = i
		}
	}
	switch {
	case !data || alt >= 0 && strings.TrimSpace(n.Attr[alt].Val) != "":
	case alt >= 0:
		n.Attr[alt].Val = pictureSign
	default:
		n.Attr = append(n.Attr, html.Attribute{Key: "alt", Val: pictureSign})
	}
}

// pictureSign stands for a picture without words that can't be shown.
const pictureSign = "🖼"

func isDataAddress(address string) bool {
	return strings.HasPrefix(strings.ToLower(strings.TrimSpace(address)), "data:")
}
