package markup

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// orgBlock reads what Logseq has from Org mode: boxes, quotes, code and queries between
// two lines.
//
//	#+BEGIN_TIP
//	text
//	#+END_TIP
type orgBlock struct{}

var (
	orgBegin = regexp.MustCompile(`(?i)^#\+BEGIN_(\w+)[ \t]*([\w+-]*)[^\n]*`)
	// orgKey is the attribute of such a block: the line that ends it.
	orgKey = []byte("org")
)

// Trigger implements parser.BlockParser.
func (orgBlock) Trigger() []byte { return []byte{'#'} }

// Open implements parser.BlockParser. A block that has no end is text.
func (orgBlock) Open(_ ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	line, segment := reader.PeekLine()
	at := max(pc.BlockOffset(), 0)
	m := orgBegin.FindSubmatchIndex(line[at:])
	if m == nil || openBoxes(pc) >= maxBoxes {
		return nil, parser.NoChildren
	}
	kind := strings.ToLower(string(line[at+m[2] : at+m[3]]))
	end := "#+end_" + kind
	rest := reader.Source()[segment.Stop:]
	if !bytes.Contains(bytes.ToLower(rest[:min(len(rest), longOrg)]), []byte(end)) {
		return nil, parser.NoChildren
	}
	n, state := orgNode(kind, within(segment, at+m[4], at+m[5]))
	if n == nil {
		return nil, parser.NoChildren
	}
	n.SetAttribute(orgKey, end)
	reader.AdvanceToEOL()
	return n, state
}

// longOrg is how far the end of such a block is looked for, in bytes.
const longOrg = 20_000

// orgNode is what a kind of block becomes.
func orgNode(kind string, language text.Segment) (ast.Node, parser.State) {
	switch kind {
	case "quote", "verse":
		return ast.NewBlockquote(), parser.HasChildren
	case "center":
		return &Box{fence: "#+"}, parser.HasChildren
	case "note", "tip", "important", "caution", "warning", "pinned":
		box := &Box{fence: "#+"}
		box.AppendChild(box, &BoxTitle{words: capital(kind)})
		return box, parser.HasChildren
	case "src", "example":
		return ast.NewFencedCodeBlock(ast.NewTextSegment(language)), parser.NoChildren
	case "query", "comment":
		return &commentNode{}, parser.NoChildren
	}
	return nil, parser.NoChildren
}

// Continue implements parser.BlockParser.
func (orgBlock) Continue(n ast.Node, reader text.Reader, _ parser.Context) parser.State {
	line, segment := reader.PeekLine()
	end, _ := n.AttributeString(string(orgKey))
	if strings.EqualFold(string(bytes.TrimSpace(line)), end.(string)) {
		reader.AdvanceToEOL()
		return parser.Close
	}
	if n.Kind() == ast.KindFencedCodeBlock {
		n.Lines().Append(segment)
	}
	if n.Kind() == ast.KindFencedCodeBlock || n.Kind() == KindComment {
		reader.AdvanceToEOL()
		return parser.Continue | parser.NoChildren
	}
	return parser.Continue | parser.HasChildren
}

// Close implements parser.BlockParser.
func (orgBlock) Close(n ast.Node, _ text.Reader, _ parser.Context) { n.RemoveAttributes() }

// CanInterruptParagraph implements parser.BlockParser.
func (orgBlock) CanInterruptParagraph() bool { return true }

// CanAcceptIndentedLine implements parser.BlockParser.
func (orgBlock) CanAcceptIndentedLine() bool { return false }

// blockReference is a paragraph of another page that Logseq shows in this place; only
// its number is known here.
type blockReference struct{}

var blockNumber = regexp.MustCompile(`^\(\([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\)\)[ \t]?`)

// Trigger implements parser.InlineParser.
func (blockReference) Trigger() []byte { return []byte{'('} }

// Parse implements parser.InlineParser.
func (blockReference) Parse(_ ast.Node, block text.Reader, _ parser.Context) ast.Node {
	line, _ := block.PeekLine()
	m := blockNumber.Find(line)
	if m == nil || block.PrecendingCharacter() == ']' { // ](…) is the address of a link
		return nil
	}
	block.Advance(len(m))
	return &Nothing{}
}
