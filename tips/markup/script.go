package markup

import (
	"regexp"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// KindRaised is what stands above or below the line.
var KindRaised = ast.NewNodeKind("Raised")

// Raised is text above the line, or below it: x^2^, H~2~O.
type Raised struct {
	ast.BaseInline
	Words string
	Above bool
}

// Kind implements ast.Node.
func (*Raised) Kind() ast.NodeKind { return KindRaised }

// Dump implements ast.Node.
func (n *Raised) Dump(source []byte, level int) {
	ast.DumpHelper(n, source, level, map[string]string{"Words": n.Words}, nil)
}

// raised reads what Pandoc, Quarto and MkDocs write: one sign before and behind a word,
// right at another. With a blank before it, ~word~ is struck out, as on GitHub.
type raised struct{}

var raisedWord = regexp.MustCompile(`^(?:~([\p{L}\p{N}+−-]{1,20})~|\^([\p{L}\p{N}+−-]{1,20})\^)`)

// Trigger implements parser.InlineParser.
func (raised) Trigger() []byte { return []byte{'~', '^'} }

// Parse implements parser.InlineParser.
func (raised) Parse(_ ast.Node, block text.Reader, _ parser.Context) ast.Node {
	before := block.PrecendingCharacter()
	if !unicode.IsLetter(before) && !unicode.IsNumber(before) && before != ')' && before != ']' {
		return nil
	}
	line, _ := block.PeekLine()
	m := raisedWord.FindSubmatch(line[:min(len(line), longRaised)])
	if m == nil || len(line) > len(m[0]) && line[len(m[0])] == line[0] {
		return nil
	}
	block.Advance(len(m[0]))
	return &Raised{Words: string(m[1]) + string(m[2]), Above: line[0] == '^'}
}

// longRaised is how many bytes such a word has at most, with its two signs.
const longRaised = 20*utf8.UTFMax + 2
