package markup

import (
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// emphasis reads * and _ where CommonMark does, and beside Chinese, Japanese and
// Korean characters too. CommonMark tells where emphasis begins and ends by the
// blanks beside punctuation, and these languages have none there:
// **「…」**と is bold to whoever wrote it.
type emphasis struct{}

// Trigger implements parser.InlineParser.
func (emphasis) Trigger() []byte { return []byte{'*', '_'} }

// Parse implements parser.InlineParser.
func (emphasis) Parse(_ ast.Node, block text.Reader, pc parser.Context) ast.Node {
	before := block.PrecendingCharacter()
	line, segment := block.PeekLine()
	d := parser.ScanDelimiter(line, before, 1, emphasisMarks{})
	if d == nil {
		return nil
	}
	flank(d, line, before)
	d.Segment = segment.WithStop(segment.Start + d.OriginalLength)
	block.Advance(d.OriginalLength)
	pc.PushDelimiter(d)
	return d
}

// flank says anew whether a run of marks may begin or end emphasis. By
// CommonMark it may when a word stands beside it, or when punctuation does with
// a blank or punctuation on the other side; here a CJK character on the other
// side is as good, and CJK punctuation counts as a word.
func flank(d *parser.Delimiter, line []byte, before rune) {
	after := ' '
	if d.OriginalLength < len(line) {
		after, _ = utf8.DecodeRune(line[d.OriginalLength:])
	}
	if !isCJK(before) && !isCJK(after) {
		return
	}
	left := !util.IsSpaceRune(after) && (!isMark(after) || apart(before))
	right := !util.IsSpaceRune(before) && (!isMark(before) || apart(after))
	if d.Char == '_' {
		d.CanOpen = left && (!right || util.IsPunctRune(before))
		d.CanClose = right && (!left || util.IsPunctRune(after))
		return
	}
	d.CanOpen, d.CanClose = left, right
}

// isMark tells punctuation that isn't CJK's own.
func isMark(c rune) bool { return util.IsPunctRune(c) && !isCJK(c) }

func apart(c rune) bool { return util.IsSpaceRune(c) || util.IsPunctRune(c) || isCJK(c) }

// isCJK tells the characters of Chinese, Japanese and Korean, their punctuation
// and full-width forms included.
func isCJK(c rune) bool {
	return c >= 0x2E80 && (unicode.In(c, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Bopomofo, unicode.Hangul) ||
		c >= 0x3000 && c <= 0x30FF || c >= 0xFE30 && c <= 0xFE4F || c >= 0xFF00 && c <= 0xFFEF)
}

// emphasisMarks implements parser.DelimiterProcessor.
type emphasisMarks struct{}

func (emphasisMarks) IsDelimiter(b byte) bool { return b == '*' || b == '_' }

func (emphasisMarks) CanOpenCloser(opener, closer *parser.Delimiter) bool {
	return opener.Char == closer.Char
}

func (emphasisMarks) OnMatch(consumes int) ast.Node { return ast.NewEmphasis(consumes) }

// highlight reads ==marked words==, and ^^those^^ of Logseq and Roam.
type highlight struct{}

// Trigger implements parser.InlineParser.
func (highlight) Trigger() []byte { return []byte{'=', '^'} }

// Parse implements parser.InlineParser. In a comparison, as in a==b, the marks
// stay what they are.
func (highlight) Parse(_ ast.Node, block text.Reader, pc parser.Context) ast.Node {
	before := block.PrecendingCharacter()
	line, segment := block.PeekLine()
	d := parser.ScanDelimiter(line, before, 2, highlightMarks{})
	if d == nil || d.OriginalLength != 2 {
		return nil
	}
	after := byte(' ')
	if len(line) > 2 {
		after = line[2]
	}
	flank(d, line, before)
	d.CanOpen = d.CanOpen && !isASCIIWord(before)
	d.CanClose = d.CanClose && !isASCIIWord(rune(after))
	if !d.CanOpen && !d.CanClose {
		return nil
	}
	d.Segment = segment.WithStop(segment.Start + 2)
	block.Advance(2)
	pc.PushDelimiter(d)
	return d
}

func isASCIIWord(c rune) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// highlightMarks implements parser.DelimiterProcessor.
type highlightMarks struct{}

func (highlightMarks) IsDelimiter(b byte) bool { return b == '=' || b == '^' }

func (highlightMarks) CanOpenCloser(opener, closer *parser.Delimiter) bool {
	return opener.Char == closer.Char
}

func (highlightMarks) OnMatch(int) ast.Node { return &Mark{} }
