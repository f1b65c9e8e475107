package markup

import (
	"bytes"
	"regexp"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// longSpan is how far in a text, in bytes, the end of something that began in a
// line is looked for: markup that a person writes in a line is shorter, and
// without a bound the search would be done again from each place where
// something might begin.
const longSpan = 2000

// KindComment is a comment of several lines.
var KindComment = ast.NewNodeKind("CommentBlock")

// commentNode is removed when all is read.
type commentNode struct{ ast.BaseBlock }

func (*commentNode) Kind() ast.NodeKind              { return KindComment }
func (n *commentNode) IsRaw() bool                   { return true }
func (n *commentNode) Dump(source []byte, level int) { ast.DumpHelper(n, source, level, nil, nil) }

// commentBlock reads what stands between %% and %% on lines of their own, or
// from %% at the beginning of a line on. It was never meant for readers: without
// an end all the rest is hidden, as in Obsidian.
type commentBlock struct{}

var percents = []byte("%%")

// Trigger implements parser.BlockParser.
func (commentBlock) Trigger() []byte { return []byte{'%'} }

// Open implements parser.BlockParser. A comment that ends in its line with words
// behind it is left to commentSpan.
func (commentBlock) Open(_ ast.Node, reader text.Reader, _ parser.Context) (ast.Node, parser.State) {
	line, _ := reader.PeekLine()
	rest, ok := bytes.CutPrefix(bytes.TrimSpace(line), percents)
	if !ok || bytes.HasPrefix(rest, []byte("%")) {
		return nil, parser.NoChildren
	}
	if _, after, closed := bytes.Cut(rest, percents); closed {
		if len(after) > 0 {
			return nil, parser.NoChildren
		}
		reader.AdvanceToEOL()
		return &commentNode{}, parser.NoChildren | parser.Close
	}
	n := &commentNode{}
	n.SetAttribute(openKey, true)
	reader.AdvanceToEOL()
	return n, parser.NoChildren
}

// openKey is the attribute of a comment that goes on.
var openKey = []byte("open")

// Continue implements parser.BlockParser.
func (commentBlock) Continue(n ast.Node, reader text.Reader, _ parser.Context) parser.State {
	if _, open := n.Attribute(openKey); !open {
		return parser.Close
	}
	line, _ := reader.PeekLine()
	if bytes.Contains(line, percents) {
		n.RemoveAttributes()
	}
	reader.AdvanceToEOL()
	return parser.Continue | parser.NoChildren
}

// Close implements parser.BlockParser.
func (commentBlock) Close(ast.Node, text.Reader, parser.Context) {}

// CanInterruptParagraph implements parser.BlockParser.
func (commentBlock) CanInterruptParagraph() bool { return true }

// CanAcceptIndentedLine implements parser.BlockParser.
func (commentBlock) CanAcceptIndentedLine() bool { return false }

// commentSpan reads %%comments%% in a line.
type commentSpan struct{}

// Trigger implements parser.InlineParser.
func (commentSpan) Trigger() []byte { return []byte{'%'} }

// Parse implements parser.InlineParser. What follows a figure is a percentage.
func (commentSpan) Parse(_ ast.Node, block text.Reader, _ parser.Context) ast.Node {
	line, _ := block.PeekLine()
	before := block.PrecendingCharacter()
	if !bytes.HasPrefix(line, percents) || isASCIIWord(before) {
		return nil
	}
	block.Advance(2)
	for seen := 0; seen < longSpan; {
		line, _ := block.PeekLine()
		if line == nil {
			return nil
		}
		if end := bytes.Index(line[:min(len(line), longSpan)], percents); end >= 0 {
			block.Advance(end + 2)
			// Of the blanks on both sides one is enough.
			if rest, _ := block.PeekLine(); len(rest) > 0 && rest[0] == ' ' && (before == ' ' || before == '\n') {
				block.Advance(1)
			}
			return &Nothing{}
		}
		seen += len(line)
		block.AdvanceLine()
	}
	return nil
}

// anchor is a name that Obsidian gives to a paragraph, at its end.
var anchor = regexp.MustCompile(`(^|[ \t])\^[A-Za-z0-9-]+$`)

// anchors takes the names of paragraphs out of the text, and the paragraphs in
// which nothing is left to see.
type anchors struct{}

// Transform implements parser.ASTTransformer.
func (anchors) Transform(doc *ast.Document, reader text.Reader, _ parser.Context) {
	src := reader.Source()
	var empty []ast.Node
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering || n.Type() != ast.TypeBlock || n.IsRaw() {
			return ast.WalkContinue, nil
		}
		named := takeAnchor(n, src)
		if named && isNamedRow(n, src) {
			empty = append(empty, n.Parent())
		}
		if ast.IsParagraph(n) && (named || n.HasChildren()) && showsNothing(n, src) {
			empty = append(empty, n)
			return ast.WalkSkipChildren, nil
		}
		return ast.WalkContinue, nil
	})
	for _, n := range empty {
		n.Parent().RemoveChild(n.Parent(), n)
	}
}

// takeAnchor takes the name of a paragraph off its end, with the blank or the line break
// before it. A line is read as several texts where something might have begun.
func takeAnchor(n ast.Node, src []byte) bool {
	last, ok := n.LastChild().(*ast.Text)
	if !ok {
		return false
	}
	first := last
	for before, ok := first.PreviousSibling().(*ast.Text); ok && goesOn(before, first); before, ok = first.PreviousSibling().(*ast.Text) {
		first = before
	}
	at := anchor.FindIndex(src[first.Segment.Start:last.Segment.Stop])
	if at == nil || at[0] == 0 && !beginsWord(first, src) {
		return false
	}
	name := first.Segment.Start + at[0]
	for last != nil && last.Segment.Start >= name && !isBreak(last) {
		n.RemoveChild(n, last)
		last, _ = n.LastChild().(*ast.Text)
	}
	if last != nil {
		last.Segment.Stop = min(last.Segment.Stop, name)
		last.Segment = last.Segment.TrimRightSpace(src)
		last.SetSoftLineBreak(false)
		last.SetHardLineBreak(false)
	}
	return true
}

// goesOn says whether a text goes on in the next one, in the same line.
func goesOn(n, next *ast.Text) bool { return !isBreak(n) && n.Segment.Stop == next.Segment.Start }

func isBreak(n *ast.Text) bool { return n.SoftLineBreak() || n.HardLineBreak() }

// beginsWord says whether a blank or nothing stands before a text.
func beginsWord(n *ast.Text, src []byte) bool {
	if n.PreviousSibling() == nil {
		return true
	}
	before, ok := n.PreviousSibling().(*ast.Text)
	return ok && (isBreak(before) || before.Segment.IsEmpty() || util.IsSpace(src[before.Segment.Stop-1]))
}

// isNamedRow says whether a cell from which a name was taken is all of its row: it's the
// line below a table.
func isNamedRow(n ast.Node, src []byte) bool {
	if n.Kind() != extast.KindTableCell || n.PreviousSibling() != nil {
		return false
	}
	for cell := n; cell != nil; cell = cell.NextSibling() {
		if cell.HasChildren() && !showsNothing(cell, src) {
			return false
		}
	}
	return true
}

func showsNothing(n ast.Node, src []byte) bool {
	var shown []byte
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.Text:
			shown = append(shown, c.Segment.Value(src)...)
		case *ast.String:
			shown = append(shown, c.Value...)
		case *Nothing, *LostReference:
		default:
			return false
		}
	}
	return len(bytes.TrimSpace(shown)) == 0
}
