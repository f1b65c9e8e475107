package markup

import (
	"regexp"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// lastRule takes away the rule that a text ends with: it parts the text from nothing, or
// from what has a rule of its own above it.
type lastRule struct{}

var onlyRule = regexp.MustCompile(`(?i)^\s*(?:<hr\b[^<>]*>\s*)+$`)

// Transform implements parser.ASTTransformer.
func (lastRule) Transform(doc *ast.Document, reader text.Reader, _ parser.Context) {
	for n := doc.LastChild(); n != nil; {
		above := n.PreviousSibling()
		switch {
		case n.Kind() == extast.KindFootnoteList: // what it holds goes to the end
		case partsNothing(n, reader.Source()):
			doc.RemoveChild(doc, n)
		default:
			return
		}
		n = above
	}
}

func partsNothing(n ast.Node, src []byte) bool {
	switch n := n.(type) {
	case *ast.ThematicBreak:
		return true
	case *ast.HTMLBlock:
		return onlyRule.Match(n.Lines().Value(src))
	}
	return false
}
