package markup

import (
	"bytes"
	"regexp"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// navigation takes out what only leads around in the text itself: a list of its
// headings, with the words above it, and the way back to the top.
type navigation struct{}

var (
	// contentsWords are what stands above a list of a text's headings, as [Slug] has it.
	contentsWords = map[string]bool{
		"contents": true, "content": true, "table-of-contents": true, "toc": true, "on-this-page": true, "in-this-article": true, "outline": true,
		"目录": true, "目錄": true, "目次": true, "もくじ": true, "목차": true, "inhalt": true, "inhaltsverzeichnis": true, "sommaire": true, "table-des-matières": true,
		"índice": true, "contenido": true, "contenidos": true, "tabla-de-contenidos": true, "conteúdo": true, "sumário": true, "indice": true, "sommario": true,
		"inhoud": true, "innehåll": true, "spis-treści": true, "содержание": true, "оглавление": true, "зміст": true, "içindekiler": true, "فهرست": true, "المحتويات": true,
	}
	wayBack = regexp.MustCompile(`(?i)^[\pP\pS\s]*(?:(?:(?:go|return|jump)\s+)?(?:back\s+)?(?:to\s+)?(?:the\s+)?(?:top|contents|index|toc|table of contents)(?:\s+of\s+(?:the\s+)?page)?|` +
		`(?:返回|回到|回)\s*(?:页首|頁首|顶部|頂部|开头|開頭|目录|目錄)|(?:トップ|目次|先頭|上)(?:へ|に)?(?:戻る)?|맨\s*위로|목차로|` +
		`(?:zurück\s+)?(?:nach\s+oben|zum\s+(?:anfang|inhalt))|(?:retour\s+)?(?:en\s+)?haut(?:\s+de\s+(?:la\s+)?page)?|(?:volver\s+)?(?:al?\s+)?(?:arriba|inicio)|(?:voltar\s+)?ao\s+topo|torna\s+su|наверх|к\s+(?:содержанию|оглавлению|началу))[\pP\pS\s]*$`)
	arrowUp  = regexp.MustCompile(`^[\s\x{FE0F}]*[↑⬆⇧▲🔝⏫🔼][\s\x{FE0F}]*$`)
	tag      = regexp.MustCompile(`<[^<>]*>`)
	hrefHere = regexp.MustCompile(`(?i)\bhref\s*=\s*["']?#`)
)

// Transform implements parser.ASTTransformer.
func (navigation) Transform(doc *ast.Document, reader text.Reader, _ parser.Context) {
	src := reader.Source()
	var found []ast.Node
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering || n.Type() == ast.TypeInline {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.List:
			if items := leadsAround(n, src); items > 1 || items == 1 && isContents(n.PreviousSibling(), src) {
				if above := n.PreviousSibling(); isContents(above, src) {
					found = append(found, above)
				}
				found = append(found, n)
				return ast.WalkSkipChildren, nil
			}
		case *ast.Paragraph:
			if leadsBack(n, src) {
				found = append(found, n)
			} else if above := n.PreviousSibling(); isContents(above, src) && contents.Match(n.Lines().Value(src)) {
				found = append(found, above)
			}
		case *ast.HTMLBlock:
			if value := htmlOf(n, src); len(value) < 300 && hrefHere.Match(value) && isWayBack(tag.ReplaceAll(value, nil)) {
				found = append(found, n)
			}
		}
		return ast.WalkContinue, nil
	})
	for _, n := range found {
		if n.Parent() != nil { // it may have been found twice
			n.Parent().RemoveChild(n.Parent(), n)
		}
	}
}

// leadsAround counts the items of a list of which each is a link to a place in its own
// text and no more; 0: one is more.
func leadsAround(list *ast.List, src []byte) int {
	items := 0
	for item := list.FirstChild(); item != nil; item = item.NextSibling() {
		for c := item.FirstChild(); c != nil; c = c.NextSibling() {
			switch c := c.(type) {
			case *ast.Paragraph, *ast.TextBlock:
				if c != item.FirstChild() || onlyLink(c, src) == nil {
					return 0
				}
				items++
			case *ast.List:
				below := leadsAround(c, src)
				if below == 0 {
					return 0
				}
				items += below
			default:
				return 0
			}
		}
	}
	return items
}

// onlyLink is the link to a place in its own text that is all a block shows; nil: it
// shows more, or something else.
func onlyLink(n ast.Node, src []byte) *ast.Link {
	var link *ast.Link
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.Link:
			if link != nil || !bytes.HasPrefix(c.Destination, []byte("#")) {
				return nil
			}
			link = c
		case *ast.Emphasis:
			if link != nil {
				return nil
			}
			if link = onlyLink(c, src); link == nil {
				return nil
			}
		case *ast.Text:
			if len(bytes.TrimSpace(c.Segment.Value(src))) > 0 {
				return nil
			}
		case *Nothing:
		default:
			return nil
		}
	}
	return link
}

// isContents tells the words above a list of a text's headings.
func isContents(n ast.Node, src []byte) bool {
	if n == nil || n.Kind() != ast.KindHeading && n.Kind() != ast.KindParagraph {
		return false
	}
	return contentsWords[Slug(string(shownText(n, src)))]
}

// leadsBack tells a line that only leads back to the top.
func leadsBack(p *ast.Paragraph, src []byte) bool {
	if link := onlyLink(p, src); link != nil {
		return isWayBack(shownText(link, src))
	}
	if raw, ok := p.FirstChild().(*ast.RawHTML); ok && hrefHere.Match(raw.Segments.Value(src)) {
		return isWayBack(shownText(p, src))
	}
	return false
}

func isWayBack(words []byte) bool { return wayBack.Match(words) || arrowUp.Match(words) }

// shownText is the text in a node, without its marks.
func shownText(n ast.Node, src []byte) []byte {
	var b bytes.Buffer
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			switch n := n.(type) {
			case *ast.Text:
				b.Write(n.Segment.Value(src))
				if n.SoftLineBreak() {
					b.WriteByte(' ')
				}
			case *ast.String:
				b.Write(n.Value)
			}
		}
		return ast.WalkContinue, nil
	})
	return b.Bytes()
}
