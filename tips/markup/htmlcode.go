package markup

import (
	"bytes"
	"regexp"

	"github.com/yuin/goldmark/ast"
	"golang.org/x/net/html/atom"
)

var (
	firstTag = regexp.MustCompile(`^\s*</?([A-Za-z][A-Za-z0-9]*)(?:\s[^<>]*)?/?>?`)
	// silentHTML shows nothing by itself: comments, anchors, breaks.
	silentHTML = regexp.MustCompile(`(?is)^(?:\s|<!--.*?-->|<a\b[^>]*>\s*</a>|<[bh]r\b[^>]*>)*$`)
)

// wholePages are the elements that an example of a page begins with.
var wholePages = map[atom.Atom]bool{
	atom.Html: true, atom.Head: true, atom.Body: true, atom.Script: true, atom.Style: true, atom.Link: true, atom.Meta: true, atom.Title: true, atom.Template: true,
}

// htmlGoesOn tells HTML from code. Below a blank line, CommonMark takes what is
// indented by four for code; Jekyll, MkDocs and Eleventy take tags below other HTML for
// what they are. Whoever shows tags as code says so first, in words.
func htmlGoesOn(n *ast.CodeBlock, src []byte) bool {
	m := firstTag.FindSubmatch(n.Lines().Value(src))
	if m == nil {
		return false
	}
	if tag := atom.Lookup(bytes.ToLower(m[1])); tag == 0 || wholePages[tag] {
		return false
	}
	for above := n.PreviousSibling(); above != nil; above = above.PreviousSibling() {
		block, ok := above.(*ast.HTMLBlock)
		if !ok {
			return false
		}
		if !silentHTML.Match(htmlOf(block, src)) {
			return true
		}
	}
	return false
}

// htmlOf is the HTML of a block, with the line that ends it.
func htmlOf(block *ast.HTMLBlock, src []byte) []byte {
	value := block.Lines().Value(src)
	if block.HasClosure() {
		value = append(value, block.ClosureLine.Value(src)...)
	}
	return value
}

// asHTML is indented code as the HTML that it is.
func asHTML(n *ast.CodeBlock) ast.Node {
	block := ast.NewHTMLBlock(ast.HTMLBlockType6)
	block.SetLines(n.Lines())
	return block
}
