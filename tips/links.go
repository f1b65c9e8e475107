package tips

import (
	"html"
	"maps"
	"slices"
	"strings"

	nethtml "golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"dailytip/tips/markup"
)

// Pages tells where the links of a text lead that name other tips: what a key of
// [Tip.Links] names → the address of that tip's page. Other such links leave their words.
type Pages = markup.Pages

// Linked are the IDs of all tips that the texts of t link.
func (t Tip) Linked() []string {
	ids := make(map[string]bool)
	for _, id := range t.Links {
		ids[id] = true
	}
	for _, tr := range t.Translations {
		for _, id := range tr.Links {
			ids[id] = true
		}
	}
	return slices.Sorted(maps.Keys(ids))
}

// LinksOf are the links of a translation. One that was made without any of its own, as
// those in the tip's file are, has the tip's.
func (t Tip) LinksOf(tr Translation) map[string]string {
	if tr.Links == nil {
		return t.Links
	}
	return tr.Links
}

// linkNames are what the links of a file name that don't lead to the web: [x](../a.md),
// [x]: a.md, <a href="a.md"> and [[Note]]. Some may stand in code: nothing is looked up
// there, so they do no harm.
func linkNames(text string) []string {
	var names []string
	known := make(map[string]bool)
	add := func(name string) {
		if name != "" && !known[name] {
			known[name] = true
			names = append(names, name)
		}
	}
	for rest := text; ; {
		i := strings.IndexAny(rest, "[]=")
		if i < 0 || i+1 == len(rest) {
			return names
		}
		at, behind := rest[i:], rest[i+1:]
		switch {
		case strings.HasPrefix(at, "[["):
			line, _, _ := strings.Cut(bounded(rest[i+2:]), "\n")
			if inner, _, closed := strings.Cut(line, "]]"); closed {
				name, _ := markup.NoteName(inner)
				add(name)
			}
		case strings.HasPrefix(at, "]("), strings.HasPrefix(at, "]:"):
			add(markup.LinkPath(unescape([]byte(destination(rest[i+2:])))))
		case at[0] == '=' && i >= len("href") && strings.EqualFold(rest[i-len("href"):i], "href"):
			add(markup.LinkPath(html.UnescapeString(quoted(behind))))
		}
		rest = behind
	}
}

// destination is the address that a link's text begins with, behind "](" or "]:"; "":
// it's longer than any that is looked up.
func destination(text string) string {
	endless := len(text) > maxLink
	text = strings.TrimLeft(bounded(text), " \t\n")
	if inner, ok := strings.CutPrefix(text, "<"); ok {
		address, _, _ := strings.Cut(inner, ">")
		return address
	}
	depth := 0
	for i, c := range text {
		switch c {
		case '(':
			depth++
		case ')':
			if depth--; depth < 0 {
				return text[:i]
			}
		case ' ', '\t', '\n':
			return text[:i]
		}
	}
	if endless {
		return ""
	}
	return text
}

// maxLink is the longest address of a link that is looked up, in bytes.
const maxLink = 512

// bounded is as much of a text as an address may take.
func bounded(text string) string { return text[:min(len(text), maxLink)] }

// quoted is the value of an attribute behind its "=".
func quoted(text string) string {
	text = bounded(text)
	if text == "" || text[0] != '"' && text[0] != '\'' {
		end := strings.IndexAny(text, " \t\n>")
		return text[:max(end, 0)]
	}
	value, _, _ := strings.Cut(text[1:], text[:1])
	return value
}

// linkPages leads the links of raw HTML to the pages of tips.
func linkPages(root *nethtml.Node, pages Pages) {
	if len(pages) == 0 {
		return
	}
	for n := range root.Descendants() {
		if n.DataAtom != atom.A {
			continue
		}
		for i, a := range n.Attr {
			if page := pages.Address(a.Val); a.Key == "href" && page != "" {
				n.Attr[i].Val = page
			}
		}
	}
}
