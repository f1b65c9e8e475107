package markup

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// KindElement is an element of HTML that holds markdown.
var KindElement = ast.NewNodeKind("Element")

// Element is one of HTML whose author says that markdown is in it, as MkDocs, kramdown
// and PHP Markdown Extra have it: <div markdown="1">.
type Element struct {
	ast.BaseBlock
	Name string // in small letters

	tag    string // as it was written
	inline bool   // it can hold no paragraphs
	depth  int    // elements of its name that are open; 0: it has ended
	indent int    // of what it holds; -1: nothing has come yet
}

// Kind implements ast.Node.
func (*Element) Kind() ast.NodeKind { return KindElement }

// Dump implements ast.Node.
func (e *Element) Dump(source []byte, level int) {
	ast.DumpHelper(e, source, level, map[string]string{"Name": e.Name}, nil)
}

// element reads them. Details aren't among them: those are always opened up.
type element struct{}

var (
	elementTag     = regexp.MustCompile(`^<([A-Za-z][A-Za-z0-9]*)(\s(?:"[^"\n]*"|'[^'\n]*'|[^'"<>\n])*)>`)
	givenAttribute = regexp.MustCompile(`([A-Za-z_:@][\w:.@-]*)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?`)
	codeInLine     = regexp.MustCompile("`+[^`]*`+")
)

// holdsMarkdown are the elements that are read so, and whether they hold words only.
var holdsMarkdown = map[string]bool{
	"div": false, "section": false, "article": false, "aside": false, "main": false, "header": false, "footer": false, "nav": false,
	"figure": false, "figcaption": false, "blockquote": false, "center": false,
	"p": true, "address": true, "h1": true, "h2": true, "h3": true, "h4": true, "h5": true, "h6": true,
}

// Trigger implements parser.BlockParser.
func (element) Trigger() []byte { return []byte{'<'} }

// Open implements parser.BlockParser.
func (element) Open(_ ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	line, segment := reader.PeekLine()
	at := max(pc.BlockOffset(), 0)
	e, length := elementAt(line[at:])
	if e == nil || openElements(pc) >= maxBoxes {
		return nil, parser.NoChildren
	}
	from := at + length
	rest := bytes.TrimRight(line[from:], " \t\r\n")
	if e.count(rest); e.depth > 0 {
		reader.Advance(from)
		if len(rest) == 0 {
			reader.AdvanceToEOL()
		}
		return e, parser.HasChildren
	}
	// It ends on its first line.
	if !util.IsBlank(e.withoutEnd(rest)) {
		inside := ast.NewTextBlock()
		inside.Lines().Append(within(segment, from, from+len(rest)))
		e.AppendChild(e, inside)
	}
	reader.AdvanceToEOL()
	return e, parser.NoChildren
}

// elementAt reads the tag that a line begins with; nil: it holds no markdown.
func elementAt(line []byte) (e *Element, length int) {
	m := elementTag.FindSubmatch(line)
	if m == nil {
		return nil, 0
	}
	name := strings.ToLower(string(m[1]))
	inline, known := holdsMarkdown[name]
	if !known {
		return nil, 0
	}
	for _, a := range givenAttribute.FindAllSubmatch(m[2], -1) {
		if strings.EqualFold(string(a[1]), "markdown") {
			switch strings.ToLower(string(a[2]) + string(a[3]) + string(a[4])) {
			case "", "1", "block", "true":
				return &Element{Name: name, tag: string(m[0]), inline: inline, depth: 1, indent: -1}, len(m[0])
			case "span":
				return &Element{Name: name, tag: string(m[0]), inline: true, depth: 1, indent: -1}, len(m[0])
			}
			return nil, 0
		}
	}
	return nil, 0
}

func openElements(pc parser.Context) int {
	n := 0
	for _, open := range pc.OpenedBlocks() {
		if _, ok := open.Node.(*Element); ok {
			n++
		}
	}
	return n
}

// count follows where elements of this name begin and end in a line.
func (e *Element) count(line []byte) {
	if bytes.IndexByte(line, '<') < 0 {
		return
	}
	lower := strings.ToLower(string(codeInLine.ReplaceAll(line, nil)))
	for rest := lower; ; {
		at := strings.IndexByte(rest, '<')
		if at < 0 || e.depth == 0 {
			return
		}
		rest = rest[at+1:]
		name, closes := strings.CutPrefix(rest, "/")
		after, ok := strings.CutPrefix(name, e.Name)
		switch {
		case !ok || after != "" && !strings.ContainsAny(after[:1], " \t>/"):
		case closes:
			e.depth--
		default:
			e.depth++
		}
	}
}

// withoutEnd is a line without the end tag of this name that it ends with.
func (e *Element) withoutEnd(line []byte) []byte {
	at := strings.LastIndex(strings.ToLower(string(line)), "</"+e.Name)
	if at < 0 || at > len(line) || len(bytes.TrimLeft(line[at+len("</"+e.Name):], " \t\r\n>")) > 0 {
		return line
	}
	return line[:at]
}

// Continue implements parser.BlockParser.
func (element) Continue(n ast.Node, reader text.Reader, pc parser.Context) parser.State {
	e := n.(*Element)
	if e.depth == 0 {
		return parser.Close
	}
	line, _ := reader.PeekLine()
	if util.IsBlank(line) {
		return parser.Continue | parser.HasChildren
	}
	if _, code := pc.LastOpenedBlock().Node.(*ast.FencedCodeBlock); !code {
		e.count(line)
	}
	if e.depth == 0 && strings.HasPrefix(strings.ToLower(strings.TrimSpace(string(line))), "</"+e.Name) {
		if end := bytes.IndexByte(line, '>') + 1; util.IsBlank(line[end:]) {
			reader.AdvanceToEOL()
		} else {
			reader.Advance(end)
		}
		return parser.Close
	}
	// What stands in an element is often indented, and no code for that.
	width, _ := util.IndentWidth(line, reader.LineOffset())
	if e.indent < 0 {
		e.indent = width
	}
	if width = min(width, e.indent); width > 0 {
		reader.AdvanceAndSetPadding(util.IndentPosition(line, reader.LineOffset(), width))
	}
	return parser.Continue | parser.HasChildren
}

// Close implements parser.BlockParser. It takes the end tag off the last line.
func (element) Close(n ast.Node, reader text.Reader, _ parser.Context) {
	e := n.(*Element)
	last := n
	for last.LastChild() != nil {
		last = last.LastChild()
	}
	if k := last.Kind(); (k == ast.KindParagraph || k == ast.KindTextBlock) && e.depth == 0 && last.Lines().Len() > 0 {
		i := last.Lines().Len() - 1
		s := last.Lines().At(i)
		if words := e.withoutEnd(s.Value(reader.Source())); len(words) < s.Len() {
			last.Lines().Set(i, text.NewSegmentPadding(s.Start, max(s.Start+len(words)-s.Padding, s.Start), s.Padding))
		}
	}
	for c := n.FirstChild(); c != nil && e.inline; c = c.NextSibling() {
		if p, ok := c.(*ast.Paragraph); ok {
			words := ast.NewTextBlock()
			words.SetLines(p.Lines())
			n.ReplaceChild(n, p, words)
			c = words
		}
	}
}

// CanInterruptParagraph implements parser.BlockParser.
func (element) CanInterruptParagraph() bool { return true }

// CanAcceptIndentedLine implements parser.BlockParser.
func (element) CanAcceptIndentedLine() bool { return false }
