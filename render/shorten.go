package render

import (
	"fmt"
	"html/template"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"dailytip/locale"
)

// Shorten cuts the text at a paragraph, so that its HTML has at most room bytes,
// and says below where the rest is: at the address online, or, when that is "",
// in the mail's plain text.
func (v *Tip) Shorten(room int, online string) error {
	root, err := parseFragment(string(v.Content))
	if err != nil {
		return err
	}
	rest := v.rest(online)
	cutAfter(root, max(room-len(rest), 0))
	kept, err := render(root)
	if err != nil {
		return err
	}
	v.Content = template.HTML(kept) + rest
	return nil
}

// rest is the line below a text that was cut, in the language of our own words.
func (v *Tip) rest(online string) template.HTML {
	where := template.HTML(template.HTMLEscapeString(locale.Text(v.Words, "mail.rest_as_text", nil)))
	if online != "" {
		where = template.HTML(fmt.Sprintf(`<a class="a" href="%s" target="_blank" style="%s">%s</a>`,
			template.HTMLEscapeString(online), v.sheet.inline("link"), template.HTMLEscapeString(locale.Text(v.Words, "mail.rest", nil))))
	}
	own := ""
	if v.Foreign != "" {
		own = fmt.Sprintf(` lang="%s" dir="%s"`, template.HTMLEscapeString(v.Words), locale.Dir(v.Words))
	}
	return template.HTML(fmt.Sprintf("\n<p%s style=\"%s\">%s</p>", own, v.sheet.inline("cut"), where))
}

// cutAfter removes what is below parent behind the first room bytes, and says how
// many are left. What holds lines, items or rows is cut between them; a paragraph
// only when without it little would be left.
func cutAfter(parent *html.Node, room int) (left int) {
	whole := room
	for n := parent.FirstChild; n != nil; n = n.NextSibling {
		size := sizeOf(n)
		if size <= room {
			room -= size
			continue
		}
		for n.NextSibling != nil {
			parent.RemoveChild(n.NextSibling)
		}
		if !cutInside(n, room, room > whole/2) {
			parent.RemoveChild(n)
		}
		return 0
	}
	return room
}

// cutInside shortens n itself. It's false when nothing of n is left.
func cutInside(n *html.Node, room int, paragraphs bool) bool {
	if n.Type == html.TextNode {
		n.Data = cutText(n.Data, room)
		return n.Data != ""
	}
	switch n.DataAtom {
	case atom.Ul, atom.Ol, atom.Dl, atom.Blockquote, atom.Div, atom.Section, atom.Table, atom.Tbody, atom.Pre:
	case atom.Code:
		if !inside(n, atom.Pre) {
			return false
		}
	default:
		if !paragraphs {
			return false
		}
	}
	own := sizeOf(&html.Node{Type: n.Type, DataAtom: n.DataAtom, Data: n.Data, Attr: n.Attr})
	if own >= room {
		return false
	}
	cutAfter(n, room-own)
	return n.FirstChild != nil
}

// cutText cuts at the last line end, else at the last blank, that fits.
func cutText(text string, room int) string {
	end := 0
	for i, c := range text {
		if room -= len(html.EscapeString(string(c))); room < 0 {
			break
		}
		end = i + len(string(c))
	}
	if end == len(text) {
		return text
	}
	if at := strings.LastIndexByte(text[:end], '\n'); at > end/2 {
		return text[:at]
	}
	if at := strings.LastIndexByte(text[:end], ' '); at > end/2 {
		return text[:at]
	}
	return text[:end]
}

// sizeOf is how many bytes a node has when it's written.
func sizeOf(n *html.Node) int {
	var b strings.Builder
	if err := html.Render(&b, n); err != nil {
		return 1 << 30
	}
	return b.Len()
}
