package markup

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// verseKey is the attribute of a paragraph in which each line has a bar in front.
var verseKey = []byte("verse")

// verseLines reads the lines of poems and addresses as Pandoc has them, each behind a
// bar. A line that begins with a blank goes on with the one above.
type verseLines struct{}

// Transform implements parser.ParagraphTransformer.
func (verseLines) Transform(p *ast.Paragraph, reader text.Reader, _ parser.Context) {
	src, lines := reader.Source(), p.Lines()
	if lines.Len() < 2 {
		return
	}
	var shown []text.Segment
	for i := range lines.Len() {
		line := lines.At(i)
		value := line.Value(src)
		switch {
		case isVerse(value):
			line.Start += len(value) - len(bytes.TrimLeft(value[1:], " \t"))
			if util.IsBlank(line.Value(src)) {
				continue // a bar alone is an empty line
			}
		case i == 0 || value[0] == '|' || !isIndented(src, line):
			return
		}
		shown = append(shown, line)
	}
	if len(shown) < 2 {
		return
	}
	shown[len(shown)-1] = shown[len(shown)-1].TrimRightSpace(src)
	p.SetAttribute(verseKey, true)
	lines.SetSliced(0, 0)
	lines.AppendAll(shown)
}

// isVerse says that a line has a bar at its beginning and none elsewhere, which would
// make it the row of a table.
func isVerse(line []byte) bool {
	line = bytes.TrimRight(line, " \t\r\n")
	return len(line) > 0 && line[0] == '|' && (len(line) == 1 || line[1] == ' ') && bytes.Count(line, []byte("|")) == 1
}

func isIndented(src []byte, line text.Segment) bool {
	return bytes.ContainsAny(src[max(line.Start-1, 0):line.Start+1], " \t")
}

// verses breaks such paragraphs where their source has a line, and indents as it does.
type verses struct{}

// Transform implements parser.ASTTransformer.
func (verses) Transform(doc *ast.Document, reader text.Reader, _ parser.Context) {
	src := reader.Source()
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if n.Type() == ast.TypeInline {
			return ast.WalkSkipChildren, nil
		}
		if _, ok := n.Attribute(verseKey); ok && entering {
			n.RemoveAttributes()
			breakVerses(n, src)
		}
		return ast.WalkContinue, nil
	})
}

// barAbove is what stands in a line before the words of a verse, and barsBelow what
// does between one verse and the next.
var (
	barAbove  = regexp.MustCompile(`^[ \t>]*\| ?([ \t]*)$`)
	barsBelow = regexp.MustCompile(`^[ \t]*\r?\n(?:[ \t>]*\|[ \t]*\r?\n)*[ \t>]*\|`)
)

func breakVerses(p ast.Node, src []byte) {
	_ = ast.Walk(p, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		t, ok := n.(*ast.Text)
		if !ok || !entering {
			return ast.WalkContinue, nil
		}
		line := src[bytes.LastIndexByte(src[:t.Segment.Start], '\n')+1 : t.Segment.Start]
		if m := barAbove.FindSubmatch(line); m != nil && len(m[1]) > 0 {
			t.Parent().InsertBefore(t.Parent(), t, ast.NewString([]byte(strings.Repeat("\u00a0", len(m[1])))))
		}
		between := barsBelow.Find(src[t.Segment.Stop:])
		if !t.SoftLineBreak() || between == nil {
			return ast.WalkContinue, nil
		}
		t.SetSoftLineBreak(false)
		t.SetHardLineBreak(true)
		for range bytes.Count(between, []byte("\n")) - 1 {
			empty := ast.NewTextSegment(text.NewSegment(t.Segment.Stop, t.Segment.Stop))
			empty.SetHardLineBreak(true)
			t.Parent().InsertAfter(t.Parent(), t, empty)
		}
		return ast.WalkSkipChildren, nil
	})
}
