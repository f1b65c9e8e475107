package markup

import (
	"strings"
	"unicode"
	"unicode/utf8"

	emoji "github.com/yuin/goldmark-emoji/ast"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// lineBreaks takes away the line breaks of a source that would show as blanks
// between characters which are written without any, such as Chinese. What
// counts is the character that a reader sees on each side, whatever markup
// stands between.
type lineBreaks struct{}

// Transform implements parser.ASTTransformer.
func (lineBreaks) Transform(doc *ast.Document, reader text.Reader, _ parser.Context) {
	src := reader.Source()
	var broken *ast.Text // ends in a line break whose other side isn't known yet
	before := ' '        // the character that was shown last
	show := func(shown string) {
		if shown == "" {
			return
		}
		if broken != nil {
			if after, _ := utf8.DecodeRuneInString(shown); joins(before, after) {
				broken.SetSoftLineBreak(false)
			}
			broken = nil
		}
		before, _ = utf8.DecodeLastRuneInString(shown)
	}
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if n.Type() != ast.TypeInline {
			broken, before = nil, ' '
			return ast.WalkContinue, nil
		}
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Text:
			show(string(n.Segment.Value(src)))
			if n.SoftLineBreak() {
				broken = n
			}
		case *ast.String:
			show(string(n.Value))
		case *ast.AutoLink:
			show(string(n.Label(src)))
		case *ast.RawHTML:
			// A tag around words shows nothing itself; one that does, such as a
			// line break, keeps its blanks.
			if tag := strings.ToLower(string(n.Segments.Value(src))); strings.HasPrefix(tag, "<br") || strings.HasPrefix(tag, "<img") {
				show(" ")
			}
		case *ast.Image, *emoji.Emoji:
			show(" ")
			return ast.WalkSkipChildren, nil
		}
		return ast.WalkContinue, nil
	})
}

// joins says that no blank stands between two characters at the ends of lines:
// both are wide, or one is and the other a mark that goes with it. Korean has
// blanks between its words.
func joins(before, after rune) bool {
	if unicode.Is(unicode.Hangul, before) || unicode.Is(unicode.Hangul, after) {
		return false
	}
	wideBefore, wideAfter := util.IsEastAsianWideRune(before), util.IsEastAsianWideRune(after)
	return wideBefore && wideAfter || wideBefore && isSharedMark(after) || isSharedMark(before) && wideAfter
}

// isSharedMark knows the marks that Chinese and Japanese share with Latin text.
func isSharedMark(c rune) bool { return strings.ContainsRune("“”‘’…—·", c) }
