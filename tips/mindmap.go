package tips

import (
	"strings"

	"github.com/yuin/goldmark/ast"
)

// emptyMindmap says that nothing would show: no text, no code, and no image
// that has an address.
func emptyMindmap(markdown string) bool {
	if strings.TrimSpace(markdown) == "" || checkCost(markdown) != nil {
		return true
	}
	doc, src := document(markdown)
	empty := true
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Image:
			if len(n.Destination) > 0 {
				empty = false
			}
			return ast.WalkSkipChildren, nil // an alternative text without an image
		case *ast.AutoLink:
			empty = false
		case *ast.Text:
			empty = empty && strings.TrimSpace(string(n.Segment.Value(src))) == ""
		case *ast.String:
			empty = empty && strings.TrimSpace(string(n.Value)) == ""
		case *ast.FencedCodeBlock, *ast.CodeBlock:
			empty = empty && strings.TrimSpace(string(n.Lines().Value(src))) == ""
		case *ast.HTMLBlock:
			raw := string(n.Lines().Value(src))
			empty = empty && attribute(raw, "src") == "" && strings.TrimSpace(rawText(raw)) == ""
		case *ast.RawHTML:
			empty = empty && attribute(string(n.Segments.Value(src)), "src") == ""
		}
		return ast.WalkContinue, nil
	})
	return empty
}
