package tips

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

var (
	openComment = regexp.MustCompile(`(?s)<!--.*?(?:-->|$)`)
	rawImage    = regexp.MustCompile(`(?i)<img\b[^>]*>`)
	altText     = regexp.MustCompile(`(?i)\salt\s*=`)
)

// blanked is as long as what it's for.
func blanked(s []byte) []byte { return bytes.Repeat([]byte(" "), len(s)) }

// markup checks pictures, and what readers don't get. It parses the text as it stands, not with
// its details blocks opened, so that positions are those of the file.
func (p place) markup(f fragment) {
	p.vault(f)
	if !strings.ContainsAny(f.text, "[<") || checkCost(f.text) != nil {
		return
	}
	src := []byte(f.text)
	doc := engine().Parser().Parse(text.NewReader(src), parser.WithContext(newContext()))
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		p.lost(f, n)
		switch n := n.(type) {
		case *ast.Image:
			if w := (&textWriter{src: src}); len(n.Destination) > 0 && w.altText(n) == "" {
				p.missingAlt(f, n.Pos())
			}
		case *ast.RawHTML:
			if n.Segments.Len() > 0 {
				p.rawImages(f, n.Segments.Value(src), n.Segments.At(0).Start)
				p.lostTags(f, openComment.ReplaceAllFunc(n.Segments.Value(src), blanked), n.Segments.At(0).Start)
			}
		case *ast.HTMLBlock:
			if n.Lines().Len() > 0 {
				p.rawImages(f, n.Lines().Value(src), n.Lines().At(0).Start)
				p.lostTags(f, openComment.ReplaceAllFunc(n.Lines().Value(src), blanked), n.Lines().At(0).Start)
			}
		}
		return ast.WalkContinue, nil
	})
	p.reportRelative(f)
}

func (p place) missingAlt(f fragment, offset int) {
	line, column := f.position(max(offset, 0))
	p.warn(RuleImageAlt, line, column, "this image has no alternative text; say between the brackets what it shows: ![…](…)")
}

func (p place) rawImages(f fragment, raw []byte, offset int) {
	for _, m := range rawImage.FindAllIndex(raw, -1) {
		// alt="" is said by intent: an ornament.
		if !altText.Match(raw[m[0]:m[1]]) {
			line, column := f.position(offset + m[0])
			p.warn(RuleImageAlt, line, column, "this image has no alternative text; add alt=\"…\" saying what it shows")
		}
	}
}
