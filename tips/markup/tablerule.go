package markup

import (
	"bytes"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// tableRules takes away the rows of a table that hold nothing but dashes, by which
// kramdown parts its body.
type tableRules struct{}

// Transform implements parser.ASTTransformer.
func (tableRules) Transform(doc *ast.Document, reader text.Reader, _ parser.Context) {
	var rules []ast.Node
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if n.Kind() == extast.KindTableRow && entering && isRule(n, reader.Source()) {
			rules = append(rules, n)
		}
		if n.Type() == ast.TypeInline {
			return ast.WalkSkipChildren, nil
		}
		return ast.WalkContinue, nil
	})
	for _, row := range rules {
		row.Parent().RemoveChild(row.Parent(), row)
	}
}

func isRule(row ast.Node, src []byte) bool {
	for cell := row.FirstChild(); cell != nil; cell = cell.NextSibling() {
		words := cell.Lines().Value(src)
		if len(bytes.TrimSpace(words)) < 3 || !util.IsBlank(bytes.Trim(bytes.TrimSpace(words), ":-")) {
			return false
		}
	}
	return true
}
