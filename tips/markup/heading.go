package markup

import (
	"bytes"
	"regexp"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// TightHeading reads ##Words and #Some words, headings that lack the blank which
// markdown asks for: most programs once took them. A #tag is none, so with one # it
// must be a line of several words that stands alone.
type TightHeading struct{}

// Trigger implements parser.BlockParser.
func (TightHeading) Trigger() []byte { return []byte{'#'} }

// Open implements parser.BlockParser.
func (TightHeading) Open(_ ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	line, segment := reader.PeekLine()
	pos := pc.BlockOffset()
	if pos < 0 {
		return nil, parser.NoChildren
	}
	words := bytes.TrimLeft(line[pos:], "#")
	level := len(line) - pos - len(words)
	start := segment.Stop - len(words)
	words = unclosed(words, level)
	first, size := utf8.DecodeRune(words)
	if level > 6 || !unicode.IsLetter(first) || level == 1 && !(unicode.IsUpper(first) && isAlone(words[size:], reader.Source(), segment)) {
		return nil, parser.NoChildren
	}
	heading := ast.NewHeading(level)
	heading.Lines().Append(text.NewSegment(start, start+len(words)))
	reader.AdvanceToEOL()
	return heading, parser.NoChildren
}

// sharpName is the end of a line such as #Learn C#.
var sharpName = regexp.MustCompile(`[ \t]\pL#$`)

// unclosed takes off the #s that close a heading, and the blanks: as many as opened it,
// or any behind a blank. The one of a name such as C# stays.
func unclosed(words []byte, level int) []byte {
	words = bytes.TrimRight(words, " \t\r\n")
	bare := bytes.TrimRight(words, "#")
	inner := bytes.TrimRight(bare, " \t")
	if len(inner) == len(bare) && (len(words)-len(bare) < level || sharpName.Match(words)) {
		return words
	}
	return inner
}

// isAlone tells a line of several words, none of them a #tag, from one in a paragraph.
func isAlone(words, src []byte, line text.Segment) bool {
	above := src[:bytes.LastIndexByte(src[:line.Start], '\n')+1]
	above = bytes.TrimSuffix(above, []byte("\n"))
	above = above[bytes.LastIndexByte(above, '\n')+1:]
	below, _, _ := bytes.Cut(src[line.Stop:], []byte("\n"))
	const nothing = " \t\r>" // in a quote, too
	return bytes.ContainsAny(bytes.TrimSpace(words), " \t") && !bytes.ContainsRune(words, '#') &&
		len(bytes.Trim(above, nothing)) == 0 && len(bytes.Trim(below, nothing)) == 0
}

// Continue implements parser.BlockParser.
func (TightHeading) Continue(ast.Node, text.Reader, parser.Context) parser.State { return parser.Close }

// Close implements parser.BlockParser.
func (TightHeading) Close(n ast.Node, reader text.Reader, pc parser.Context) {
	line := n.Lines().At(0)
	n.SetAttributeString("id", pc.IDs().Generate(line.Value(reader.Source()), ast.KindHeading))
}

// CanInterruptParagraph implements parser.BlockParser.
func (TightHeading) CanInterruptParagraph() bool { return true }

// CanAcceptIndentedLine implements parser.BlockParser.
func (TightHeading) CanAcceptIndentedLine() bool { return false }
