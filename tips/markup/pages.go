package markup

import (
	"net/url"
	"strings"
	"unicode"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// Pages tells where the links of a text lead that name another file or note: what
// [LinkPath] or [NoteName] reads in such a link → the address of a page.
type Pages map[string]string

var pagesKey = parser.NewContextKey()

// For hands the pages to the parser of one text.
func (p Pages) For(pc parser.Context) {
	if len(p) > 0 {
		pc.Set(pagesKey, p)
	}
}

func pagesFor(pc parser.Context) Pages {
	p, _ := pc.Get(pagesKey).(Pages)
	return p
}

// LinkPath is the path of a link to another file, without what stands behind # or ?;
// "": the link leads to the web, or to a place in its own text.
func LinkPath(address string) string {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || u.Scheme != "" || u.Host != "" || u.Opaque != "" {
		return ""
	}
	return u.Path
}

// NoteName reads what stands in the brackets of [[Folder/Note#Part|words]], or before
// its bar.
func NoteName(target string) (name, part string) {
	target, words, _ := strings.Cut(target, "|")
	if target = strings.TrimSuffix(strings.TrimSpace(target), `\`); isNoteAddress(words) && !isNoteAddress(target) {
		target = words
	}
	name, part, _ = strings.Cut(withoutRange(withoutVault(target)), "#")
	if above := strings.LastIndexByte(part, '#'); above >= 0 {
		part = part[above+1:] // [[Note#Chapter#Part]]
	}
	return strings.TrimSpace(name), strings.TrimSpace(part)
}

// Address is the page that a link to another file leads to; "": it has none.
func (p Pages) Address(link string) string {
	page := p[LinkPath(link)]
	if page == "" {
		return ""
	}
	_, part, _ := strings.Cut(link, "#")
	if plain, err := url.PathUnescape(part); err == nil {
		part = plain
	}
	return atPart(page, part)
}

// atPart is the address of a place in a page: that of its heading. A single paragraph
// has none.
func atPart(page, part string) string {
	slug := Slug(part)
	if slug == "" || strings.HasPrefix(part, "^") {
		return page
	}
	return page + "#" + url.PathEscape(HeadingID(slug))
}

// HeadingID is the id of a heading whose words [Slug] has read.
func HeadingID(slug string) string { return "tip-" + slug }

// Slug makes text fit for an id or a file's name: letters and digits of any
// script in lower case, joined by hyphens.
func Slug(s string) string {
	var b strings.Builder
	gap := false
	for _, c := range strings.ToLower(s) {
		switch {
		case unicode.IsLetter(c) || unicode.IsNumber(c) || unicode.IsMark(c):
			if gap && b.Len() > 0 {
				b.WriteByte('-')
			}
			gap = false
			b.WriteRune(c)
		case c == '\'' || c == '’':
		default:
			gap = true
		}
	}
	return b.String()
}

// NoteLink is a link to another note of a vault that has a page.
type NoteLink struct {
	ast.BaseInline
	Address string
}

// Kind implements ast.Node.
func (*NoteLink) Kind() ast.NodeKind { return KindNoteLink }

// Dump implements ast.Node.
func (l *NoteLink) Dump(source []byte, level int) {
	ast.DumpHelper(l, source, level, map[string]string{"Address": l.Address}, nil)
}

// pageLinks leads the links to other files to their pages.
type pageLinks struct{}

// Transform implements parser.ASTTransformer.
func (pageLinks) Transform(doc *ast.Document, _ text.Reader, pc parser.Context) {
	pages := pagesFor(pc)
	if len(pages) == 0 {
		return
	}
	var nested []*NoteLink
	inLink := 0
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		switch n := n.(type) {
		case *ast.Link:
			if !entering {
				inLink--
				break
			}
			inLink++
			if page := pages.Address(string(n.Destination)); page != "" {
				n.Destination = []byte(page)
			}
		case *NoteLink:
			if entering && inLink > 0 {
				nested = append(nested, n)
			}
		}
		return ast.WalkContinue, nil
	})
	// HTML has no link within a link: that of the outer one stays.
	for _, n := range nested {
		parent := n.Parent()
		for c := n.FirstChild(); c != nil; c = n.FirstChild() {
			parent.InsertBefore(parent, n, c)
		}
		parent.RemoveChild(parent, n)
	}
}
