package tips

import (
	"bytes"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

var (
	rawImage = regexp.MustCompile(`(?i)<img\b[^>]*>`)
	altText  = regexp.MustCompile(`(?i)\salt\s*=`)
)

// markup checks images and emphasis. It parses the text as it stands, not with
// its details blocks opened, so that positions are those of the file.
func (p place) markup(f fragment) {
	if !strings.ContainsAny(f.text, "*!<_") || checkCost(f.text) != nil {
		return
	}
	src := []byte(f.text)
	doc := engine().Parser().Parse(text.NewReader(src), parser.WithContext(newContext()))
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Image:
			if w := (&textWriter{src: src}); len(n.Destination) > 0 && w.altText(n) == "" {
				p.missingAlt(f, n.Pos())
			}
		case *ast.RawHTML:
			if n.Segments.Len() > 0 {
				p.rawImages(f, n.Segments.Value(src), n.Segments.At(0).Start)
			}
		case *ast.HTMLBlock:
			if n.Lines().Len() > 0 {
				p.rawImages(f, n.Lines().Value(src), n.Lines().At(0).Start)
			}
		case *ast.Paragraph, *ast.TextBlock, *ast.Heading, *extast.TableCell:
			p.emphasis(f, n, src)
		}
		return ast.WalkContinue, nil
	})
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

// emphasis looks for ** that was meant as markup and stayed text: beside CJK
// punctuation CommonMark's rules about what flanks it fail, as they go by
// blanks between words.
func (p place) emphasis(f fragment, n ast.Node, src []byte) {
	closing := false
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		t, ok := c.(*ast.Text)
		if !ok {
			continue
		}
		for i := t.Segment.Start; i < t.Segment.Stop; {
			at := bytes.Index(src[i:t.Segment.Stop], []byte("**"))
			if at < 0 {
				break
			}
			at += i
			i = at + 2
			before, _ := utf8.DecodeLastRune(src[:at])
			after, _ := utf8.DecodeRune(src[i:])
			if before == '\\' || (!isCJK(before) && !isCJK(after)) {
				continue
			}
			if closing = !closing; closing {
				line, column := f.position(at)
				p.warn(RuleCJKEmphasis, line, column, "this ** stays visible, as markdown doesn't take it for emphasis beside CJK punctuation; put the punctuation outside of the ** …**, or a blank beside it")
			}
		}
	}
}

func isCJK(c rune) bool {
	return breaksAnywhere(c) || unicode.Is(unicode.Hangul, c) || (c >= 0xFF00 && c <= 0xFFEF)
}
