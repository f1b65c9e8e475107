package markup

import (
	"bytes"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// formulaSpan reads formulas in a line: $…$, $$…$$, \(…\) and \[…\]. It makes
// words of them, for no mail program draws formulas; one that can't be said in
// Unicode is shown as its source, in code.
type formulaSpan struct{}

// Trigger implements parser.InlineParser.
func (formulaSpan) Trigger() []byte { return []byte{'$', '\\'} }

var formulaEnds = [...][2]string{{"$$", "$$"}, {"$`", "`$"}, {"$", "$"}, {`\(`, `\)`}, {`\[`, `\]`}, {`\\(`, `\\)`}, {`\\[`, `\\]`}}

// Parse implements parser.InlineParser. A price isn't a formula, nor is a variable
// of a shell, or ${{ an expression }} of GitHub's workflows.
func (formulaSpan) Parse(_ ast.Node, block text.Reader, pc parser.Context) ast.Node {
	line, segment := block.PeekLine()
	before := block.PrecendingCharacter()
	for _, ends := range formulaEnds {
		rest, ok := bytes.CutPrefix(line, []byte(ends[0]))
		if !ok {
			continue
		}
		end := bytes.Index(rest[:min(len(rest), longSpan)], []byte(ends[1]))
		if end < 0 && ends[0] == "$$" {
			if over := formulaOverLines(block); over != nil {
				return over
			}
		}
		if end < 1 {
			continue
		}
		source := string(rest[:end])
		after, between := byte(' '), false
		if end+len(ends[1]) < len(rest) {
			after = rest[end+len(ends[1])]
			next, _ := utf8.DecodeRune(rest[end+len(ends[1]):])
			between = isCJK(before) && isCJK(next)
		}
		follows := rest[min(len(rest), end+1):] // $a$$b$ are two
		if ends[0] == "$" && (isASCIIWord(before) || before == '$' && !isFormulaEnd(pc, segment.Start) || isASCIIWord(rune(after)) || after == '$' && !beginsFormula(follows) || after == '{' || strings.HasPrefix(source, "{{")) ||
			ends[0] == "$" && strings.TrimSpace(source) != source || !isFormula(source) && !(between && product.MatchString(source)) {
			continue
		}
		if ends[1] == `\]` && areBrackets(source, before, after) {
			continue
		}
		block.Advance(len(ends[0]) + end + len(ends[1]))
		if after == '$' {
			pc.Set(formulaEndKey, segment.Start+len(ends[0])+end+len(ends[1]))
		}
		gap := ""
		if before == '$' {
			gap = " "
		}
		if words, ok := Formula(source); ok {
			return ast.NewString([]byte(gap + words))
		}
		code := ast.NewCodeSpan()
		code.AppendChild(code, ast.NewRawTextSegment(within(segment, len(ends[0]), len(ends[0])+end)))
		return code
	}
	return nil
}

// formulaEndKey holds where a formula ended behind which another begins.
var formulaEndKey = parser.NewContextKey()

func isFormulaEnd(pc parser.Context, offset int) bool {
	end, ok := pc.Get(formulaEndKey).(int)
	return ok && end == offset
}

var secondFormula = regexp.MustCompile(`^\$([^\s$](?:[^$\n]*[^\s$])?)\$(?:[^\w$]|$)`)

// beginsFormula says whether a formula in a line is all that rest can begin with.
func beginsFormula(rest []byte) bool {
	m := secondFormula.FindSubmatch(rest[:min(len(rest), longSpan)])
	return m != nil && isFormula(string(m[1]))
}

// formulaOverLines reads a formula between $$ and $$ that begins in a line and ends
// in a later one of the same paragraph; nil: it doesn't.
func formulaOverLines(block text.Reader) ast.Node {
	at, place := block.Position()
	block.Advance(2)
	var parts []text.Segment
	var source strings.Builder
	for source.Len() < longSpan {
		line, segment := block.PeekLine()
		if line == nil {
			break
		}
		end := bytes.Index(line, []byte("$$"))
		if end < 0 {
			parts = append(parts, segment)
			source.Write(line)
			block.AdvanceLine()
			continue
		}
		parts = append(parts, within(segment, 0, end))
		source.Write(line[:end])
		if !isFormula(source.String()) {
			break
		}
		block.Advance(end + 2)
		if words, ok := Formula(strings.ReplaceAll(source.String(), "\n", " ")); ok {
			return ast.NewString([]byte(strings.ReplaceAll(words, "\n", "; ")))
		}
		code := ast.NewCodeSpan()
		for _, part := range parts {
			code.AppendChild(code, ast.NewRawTextSegment(part))
		}
		return code
	}
	block.SetPosition(at, place)
	return nil
}

// inBrackets is what a formula between \[ and \] in a line has.
var inBrackets = regexp.MustCompile(`[\\^]|\s=|=\s|\b[A-Za-z]_`)

// areBrackets tells brackets that are shown as such from those of a formula:
// \[\[Note\]\], \[[Note\]], a command's \[options\], -c\[t\].
func areBrackets(source string, before rune, after byte) bool {
	return before == '[' || isASCIIWord(before) || after == ']' || strings.Contains(source, `\[`) || !inBrackets.MatchString(source)
}

var (
	formulaSign = regexp.MustCompile(`[\\^_{}=<>+|]`)
	symbols     = regexp.MustCompile(`^[A-Za-z]'*(?:\s*[,/*-]\s*[A-Za-z0-9]'*)*$|^\d*[A-Za-z]{1,3}$|^\([A-Za-z0-9]'*(?:,\s*[A-Za-z0-9]'*)*\)$|^[\[(]-?\w+(?:\.\d+)?\s*[,;]\s*-?\w+(?:\.\d+)?[\])]$|^[A-Za-z]{1,4}\([^()]{1,20}\)'?$|^-?\d+(?:\.\d+)?$`)
)

// product is what is a formula only where it stands between words of a language that
// has no such letters: $ABCv$, $(AB)C$.
var product = regexp.MustCompile(`^[A-Za-z(][A-Za-z()']{0,11}$`)

// isFormula tells a formula from words between two signs of a currency.
func isFormula(source string) bool {
	source = strings.TrimSpace(source)
	return source != "" && (formulaSign.MatchString(source) || symbols.MatchString(source))
}

// KindFormula is a formula on lines of its own.
var KindFormula = ast.NewNodeKind("FormulaBlock")

// formulaNode becomes a paragraph or code when all is read.
type formulaNode struct {
	ast.BaseBlock
	end    string
	closed bool
}

func (*formulaNode) Kind() ast.NodeKind              { return KindFormula }
func (n *formulaNode) IsRaw() bool                   { return true }
func (n *formulaNode) Dump(source []byte, level int) { ast.DumpHelper(n, source, level, nil, nil) }

// FormulaBlock reads formulas between lines that begin with $$ or \[.
type FormulaBlock struct{}

// Trigger implements parser.BlockParser.
func (FormulaBlock) Trigger() []byte { return []byte{'$', '\\'} }

// Open implements parser.BlockParser.
func (FormulaBlock) Open(_ ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	line, segment := reader.PeekLine()
	at := max(pc.BlockOffset(), 0)
	n := &formulaNode{}
	switch rest := line[at:]; {
	case bytes.HasPrefix(rest, []byte("$$")):
		n.end = "$$"
	case bytes.HasPrefix(rest, []byte(`\[`)) && (util.IsBlank(rest[2:]) || bytes.Contains(rest, []byte(`\]`))):
		n.end = `\]`
	default:
		return nil, parser.NoChildren
	}
	rest := line[at+2:]
	end := bytes.Index(rest, []byte(n.end))
	switch {
	case end >= 0 && (!util.IsBlank(rest[end+2:]) || !isFormula(string(rest[:end]))):
		return nil, parser.NoChildren // words go on behind it: it's in a line
	case end >= 0:
		n.closed = true
		n.Lines().Append(within(segment, at+2, at+2+end))
	default:
		if !bytes.Contains(reader.Source()[segment.Stop:min(len(reader.Source()), segment.Stop+longSpan)], []byte(n.end)) {
			return nil, parser.NoChildren
		}
		n.Lines().Append(within(segment, at+2, len(line)))
	}
	reader.AdvanceToEOL()
	return n, parser.NoChildren
}

// Continue implements parser.BlockParser.
func (FormulaBlock) Continue(node ast.Node, reader text.Reader, _ parser.Context) parser.State {
	n := node.(*formulaNode)
	line, segment := reader.PeekLine()
	if n.closed {
		return parser.Close
	}
	end := len(line)
	if at := bytes.Index(line, []byte(n.end)); at >= 0 {
		n.closed, end = true, at
	}
	n.Lines().Append(within(segment, 0, end))
	reader.AdvanceToEOL()
	return parser.Continue | parser.NoChildren
}

// Close implements parser.BlockParser.
func (FormulaBlock) Close(ast.Node, text.Reader, parser.Context) {}

// CanInterruptParagraph implements parser.BlockParser.
func (FormulaBlock) CanInterruptParagraph() bool { return true }

// CanAcceptIndentedLine implements parser.BlockParser.
func (FormulaBlock) CanAcceptIndentedLine() bool { return false }

// formulaShown is what takes the place of a formula in a block: a paragraph with
// a line for each of its own, or its source as code.
func formulaShown(n ast.Node, src []byte) ast.Node {
	words, ok := Formula(string(n.Lines().Value(src)))
	if !ok {
		code := ast.NewCodeBlock()
		lines := n.Lines()
		for lines.Len() > 1 && isBlankLine(lines.At(0), src) { // what stands behind $$
			lines.SetSliced(1, lines.Len())
		}
		code.SetLines(lines)
		return code
	}
	p := ast.NewParagraph()
	for i, line := range strings.Split(words, "\n") {
		if i > 0 {
			br := ast.NewText()
			br.SetHardLineBreak(true)
			p.AppendChild(p, br)
		}
		p.AppendChild(p, ast.NewString([]byte(line)))
	}
	return p
}

func isBlankLine(line text.Segment, src []byte) bool { return util.IsBlank(line.Value(src)) }
