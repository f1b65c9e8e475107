package markup

import (
	"bytes"
	"regexp"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// linkComment reads [//]: # (words), which many write for a comment: a link that
// nobody uses, with the words as its title. Their authors don't know what a title
// may hold, and one with brackets or quotation marks in it is none and would be shown.
type linkComment struct{}

var unusedLink = regexp.MustCompile(`(?i)^\[(?://|comment)\]:[ \t]*(?:#|<>)(|[ \t("'].*)$`)

// Trigger implements parser.BlockParser.
func (linkComment) Trigger() []byte { return []byte{'['} }

// closers are what ends a title.
var closers = map[byte]byte{'(': ')', '"': '"', '\'': '\''}

// Open implements parser.BlockParser. A comment whose first line has no closer goes on
// to the line that ends with it, or to a blank one.
func (linkComment) Open(_ ast.Node, reader text.Reader, _ parser.Context) (ast.Node, parser.State) {
	line, _ := reader.PeekLine()
	m := unusedLink.FindSubmatch(bytes.TrimSpace(line))
	if m == nil {
		return nil, parser.NoChildren
	}
	reader.AdvanceToEOL()
	words := bytes.TrimSpace(m[1])
	if len(words) == 0 || closers[words[0]] == 0 || bytes.IndexByte(words[1:], closers[words[0]]) >= 0 {
		return &commentNode{}, parser.NoChildren | parser.Close
	}
	n := &commentNode{}
	n.SetAttribute(openKey, closers[words[0]])
	return n, parser.NoChildren
}

// Continue implements parser.BlockParser.
func (linkComment) Continue(n ast.Node, reader text.Reader, _ parser.Context) parser.State {
	closer, open := n.Attribute(openKey)
	line, _ := reader.PeekLine()
	line = bytes.TrimSpace(line)
	if !open || len(line) == 0 {
		return parser.Close
	}
	if line[len(line)-1] == closer.(byte) {
		n.RemoveAttributes()
	}
	reader.AdvanceToEOL()
	return parser.Continue | parser.NoChildren
}

// Close implements parser.BlockParser.
func (linkComment) Close(ast.Node, text.Reader, parser.Context) {}

// CanInterruptParagraph implements parser.BlockParser.
func (linkComment) CanInterruptParagraph() bool { return true }

// CanAcceptIndentedLine implements parser.BlockParser.
func (linkComment) CanAcceptIndentedLine() bool { return false }
