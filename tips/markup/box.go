package markup

import (
	"bytes"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// within is a part of a line in the source. The line may begin with blanks that
// stand for a part of a tab and aren't there.
func within(line text.Segment, from, to int) text.Segment {
	return text.NewSegment(line.Start+max(from-line.Padding, 0), line.Start+max(to-line.Padding, 0))
}

// titled puts a title over a box: the author's own words, which are markdown, or
// the name of its kind.
func titled(b *Box, own text.Segment, source []byte, kind string) {
	title := &BoxTitle{}
	own = own.TrimLeftSpace(source)
	if own = own.TrimRightSpace(source); !own.IsEmpty() {
		title.Lines().Append(own)
	} else if kind != "" {
		title.words = capital(kind)
	} else {
		return
	}
	b.AppendChild(b, title)
}

// capital is a kind's name as a heading: "see-also" is "See also".
func capital(kind string) string {
	kind = strings.ToLower(strings.NewReplacer("-", " ", "_", " ").Replace(kind))
	first, size := utf8.DecodeRuneInString(kind)
	return string(unicode.ToUpper(first)) + kind[size:]
}

// video is what stands in a quote of DocFX for a film, and division what says how
// the quote looks.
var (
	video    = regexp.MustCompile(`(?i)^\s*\[!VIDEO[ \t]+(https?://[^\]\s]+)\]\s*$`)
	division = regexp.MustCompile(`(?i)^\s*\[!div\b[^\]\n]*\]\s*$`)
)

// readDocFX makes a link of a quote's film, and takes away its division.
func readDocFX(p *ast.Paragraph, source []byte) {
	first := p.Lines().At(0)
	line := first.Value(source)
	rest := p.Lines().Sliced(1, p.Lines().Len())
	if m := video.FindSubmatchIndex(line); m != nil && len(rest) == 0 {
		film := ast.NewParagraph()
		film.Lines().Append(within(first, m[2], m[3])) // an address is a link by itself
		p.Parent().ReplaceChild(p.Parent(), p, film)
	} else if division.Match(line) {
		p.Lines().SetSliced(0, 0)
		p.Lines().AppendAll(rest)
		if len(rest) == 0 {
			p.Parent().RemoveChild(p.Parent(), p)
		}
	}
}

// callout is the first line of a quote that is a box: [!NOTE], as GitHub has it,
// and [!faq]- Folded?, as Obsidian has it.
var callout = regexp.MustCompile(`^\s*\[!([A-Za-z][\w-]*)(?:\|[^\]\n]*)?\]([+-]?)(?:[ \t]+|\\?$)`)

// calloutTitle implements parser.ParagraphTransformer.
type calloutTitle struct{}

// calloutKey is the attribute of a quote that is going to be a box.
var calloutKey = []byte("callout")

// Transform takes the first line off a quote's first paragraph. The quote is
// still being read and becomes a box when all is read.
func (calloutTitle) Transform(p *ast.Paragraph, reader text.Reader, _ parser.Context) {
	quote, ok := p.Parent().(*ast.Blockquote)
	if !ok || quote.FirstChild() != p || p.Lines().Len() == 0 {
		return
	}
	first := p.Lines().At(0)
	m := callout.FindSubmatchIndex(bytes.TrimRight(first.Value(reader.Source()), "\r\n"))
	if m == nil {
		readDocFX(p, reader.Source())
		return
	}
	line := first.Value(reader.Source())
	box := &Box{Folded: string(line[m[4]:m[5]]) == "-"}
	titled(box, within(first, m[1], len(line)), reader.Source(), string(line[m[2]:m[3]]))
	quote.SetAttribute(calloutKey, box)
	rest := p.Lines().Sliced(1, p.Lines().Len())
	p.Lines().SetSliced(0, 0)
	p.Lines().AppendAll(rest)
	if title := box.FirstChild(); title != nil {
		// Here its words are found when those of all blocks are.
		quote.InsertBefore(quote, p, title)
	}
	if len(rest) == 0 {
		quote.RemoveChild(quote, p)
	}
}

// becomeBox replaces a quote by the box that it is.
func becomeBox(quote ast.Node) {
	found, ok := quote.Attribute(calloutKey)
	if !ok {
		return
	}
	box := found.(*Box)
	for quote.FirstChild() != nil {
		box.AppendChild(box, quote.FirstChild())
	}
	quote.Parent().ReplaceChild(quote.Parent(), quote, box)
}

// fencedBox reads boxes between lines of colons, as Docusaurus, VuePress and Pandoc
// have them, or of slashes, as Material for MkDocs does.
//
//	:::note Title        /// note | Title
//	text                 text
//	:::                  ///
type fencedBox struct{}

var slashLine = regexp.MustCompile(`^(/{3,})[ \t]*([A-Za-z][\w-]*)[ \t]*(?:\|[ \t]*([^\n]*))?\r?\n?$`)

var fenceLine = regexp.MustCompile(`^(:{3,})[ \t]*(?:\{([^}\n]*)\}|([A-Za-z][\w-]*)(?:\[([^\]\n]*)\])?(?:\{([^}\n]*)\})?)?[ \t]*`)

// Trigger implements parser.BlockParser.
func (fencedBox) Trigger() []byte { return []byte{':', '/', '`'} }

// Open implements parser.BlockParser.
func (fencedBox) Open(_ ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	line, segment := reader.PeekLine()
	at := max(pc.BlockOffset(), 0)
	if line[at] == '/' {
		return slashed(reader, pc, line, segment, at)
	}
	if line[at] == '`' {
		return directive(reader, pc, line, segment, at)
	}
	m := fenceLine.FindSubmatchIndex(line[at:])
	if m == nil || m[4] < 0 && m[6] < 0 || openBoxes(pc) >= maxBoxes {
		return nil, parser.NoChildren
	}
	part := func(i int) string {
		if m[2*i] < 0 {
			return ""
		}
		return string(line[at+m[2*i] : at+m[2*i+1]])
	}
	b := &Box{fence: part(1)}
	kind, attributes := part(3), part(2)+part(5)
	if notes[attributes] {
		kind, attributes = attributes, ""
	}
	if kind == "" {
		kind = pandocKind(attributes)
	}
	if kind == "admonition" {
		kind = ""
	}
	b.Folded = kind == "details"
	switch {
	case m[8] >= 0:
		titled(b, within(segment, at+m[8], at+m[9]), reader.Source(), kind)
	case titleAttribute.MatchString(attributes):
		b.AppendChild(b, &BoxTitle{words: titleAttribute.FindStringSubmatch(attributes)[1]})
	case layouts[kind]:
	default:
		own, hint := line[at+m[1]:], boxHint.FindIndex(line[at+m[1]:])
		if hint != nil {
			own = own[:hint[0]]
		}
		if hint == nil || !bytes.Contains(line[at+m[1]+hint[0]:], []byte("no-title")) {
			titled(b, within(segment, at+m[1], at+m[1]+len(own)), reader.Source(), kind)
		}
	}
	reader.AdvanceToEOL()
	return b, parser.HasChildren
}

// boxHint is what stands behind a title and says how the box looks: {open}, {no-title}.
var boxHint = regexp.MustCompile(`\{[A-Za-z.#][^{}\n]*\}\s*$`)

// slashed opens a box between slashes, which must end somewhere: in some languages
// a comment looks like its first line.
func slashed(reader text.Reader, pc parser.Context, line []byte, segment text.Segment, at int) (ast.Node, parser.State) {
	m := slashLine.FindSubmatchIndex(line[at:])
	if m == nil || openBoxes(pc) >= maxBoxes || !bytes.Contains(reader.Source()[segment.Stop:], []byte("///")) {
		return nil, parser.NoChildren
	}
	kind := strings.ToLower(string(line[at+m[4] : at+m[5]]))
	b := &Box{fence: string(line[at+m[2] : at+m[3]]), Folded: kind == "details"}
	own := within(segment, at+m[5], at+m[5])
	if m[6] >= 0 {
		own = within(segment, at+m[6], at+m[7])
	}
	if kind == "tab" || kind == "details" || kind == "admonition" {
		kind = ""
	}
	if !layouts[kind] { // what stands behind the bar of those is no title
		titled(b, own, reader.Source(), kind)
	}
	reader.AdvanceToEOL()
	return b, parser.HasChildren
}

// notes are the boxes of reStructuredText, which MyST writes as the language of code
// or between colons: {note}.
var notes = map[string]bool{
	"note": true, "tip": true, "hint": true, "important": true, "warning": true, "caution": true, "attention": true, "danger": true,
	"error": true, "seealso": true, "admonition": true, "dropdown": true, "todo": true,
}

var directiveLine = regexp.MustCompile("^(`{3,})\\{([a-z]+)\\}[ \t]*")

// directive opens a box that MyST writes like code.
func directive(reader text.Reader, pc parser.Context, line []byte, segment text.Segment, at int) (ast.Node, parser.State) {
	m := directiveLine.FindSubmatchIndex(line[at:])
	if m == nil || openBoxes(pc) >= maxBoxes || !notes[string(line[at+m[4]:at+m[5]])] {
		return nil, parser.NoChildren
	}
	kind := string(line[at+m[4] : at+m[5]])
	b := &Box{fence: string(line[at+m[2] : at+m[3]]), Folded: kind == "dropdown"}
	if kind == "admonition" || kind == "dropdown" {
		kind = ""
	}
	titled(b, within(segment, at+m[1], len(line)), reader.Source(), kind)
	reader.AdvanceToEOL()
	return b, parser.HasChildren
}

var (
	titleAttribute = regexp.MustCompile(`title="([^"]+)"`)
	pandocClass    = regexp.MustCompile(`\.([A-Za-z][\w-]*)`)
)

// pandocKind is the kind that Pandoc's or Quarto's attributes name.
func pandocKind(attributes string) string {
	for _, m := range pandocClass.FindAllStringSubmatch(attributes, -1) {
		if kind, ok := strings.CutPrefix(m[1], "callout-"); ok {
			return kind
		}
	}
	return ""
}

// layouts are fences that arrange what they hold and say nothing.
var layouts = map[string]bool{
	"code-group": true, "columns": true, "column": true, "div": true, "center": true, "tabs": true, "steps": true,
	"v-pre": true, "raw": true, "html": true, "caption": true, "figure-caption": true, "fancylists": true,
	"message": true, // of Zenn; message alert is one in red
}

// Continue implements parser.BlockParser.
func (fencedBox) Continue(n ast.Node, reader text.Reader, pc parser.Context) parser.State {
	b := n.(*Box)
	line, _ := reader.PeekLine()
	rest := bytes.TrimSpace(line)
	if bytes.HasPrefix(rest, []byte(b.fence)) && len(bytes.Trim(rest, b.fence[:1])) == 0 && innermost(b, pc) {
		reader.AdvanceToEOL()
		return parser.Close
	}
	return parser.Continue | parser.HasChildren
}

// maxBoxes bounds how many boxes with a fence stand in each other.
const maxBoxes = 10

func openBoxes(pc parser.Context) int {
	n := 0
	for _, open := range pc.OpenedBlocks() {
		if _, ok := open.Node.(*Box); ok {
			n++
		}
	}
	return n
}

// innermost says that of the open boxes with a fence b is the one opened last,
// and no code is open in it, where a fence would be a part of the code.
func innermost(b *Box, pc parser.Context) bool {
	open := pc.OpenedBlocks()
	for i := len(open) - 1; i >= 0; i-- {
		switch n := open[i].Node.(type) {
		case *ast.FencedCodeBlock:
			return false
		case *Box:
			if n.fence != "" {
				return n == b
			}
		}
	}
	return false
}

// Close implements parser.BlockParser.
func (fencedBox) Close(ast.Node, text.Reader, parser.Context) {}

// CanInterruptParagraph implements parser.BlockParser.
func (fencedBox) CanInterruptParagraph() bool { return true }

// CanAcceptIndentedLine implements parser.BlockParser.
func (fencedBox) CanAcceptIndentedLine() bool { return false }

// indentedBox reads what MkDocs puts below a line of its own, indented by four.
//
//	!!! note "Title"        ??? question "Folded"        === "A tab"
//	    text
//
// and the notes of reStructuredText, indented by two or more: ".. note:: text".
type indentedBox struct{}

var (
	admonition   = regexp.MustCompile(`^(!!!|\?\?\?\+?)[ \t]+([A-Za-z][\w-]*)(?:[ \t]+[\w-]+)*[ \t]*("[^"\n]*")?[ \t]*\r?\n?$`)
	restructured = regexp.MustCompile(`^\.\.[ \t]+([a-z]+)::[ \t]*([^\n]*)`)
	tab          = regexp.MustCompile(`^===[!+]?[ \t]+"([^"\n]+)"[ \t]*\r?\n?$`)
)

// Trigger implements parser.BlockParser.
func (indentedBox) Trigger() []byte { return []byte{'!', '?', '=', '.'} }

// Open implements parser.BlockParser.
func (indentedBox) Open(_ ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	line, segment := reader.PeekLine()
	at := max(pc.BlockOffset(), 0)
	b := &Box{indent: 4}
	inside := func(from, to int) text.Segment { return within(segment, at+from, at+to) }
	if m := tab.FindSubmatchIndex(line[at:]); m != nil {
		titled(b, inside(m[2], m[3]), reader.Source(), "")
	} else if m := restructured.FindSubmatchIndex(line[at:]); m != nil && notes[string(line[at+m[2]:at+m[3]])] {
		b.indent = 2
		kind, words := string(line[at+m[2]:at+m[3]]), inside(m[4], m[5])
		words = words.TrimRightSpace(reader.Source())
		if kind == "admonition" {
			titled(b, words, reader.Source(), "")
		} else if titled(b, inside(m[5], m[5]), reader.Source(), kind); !words.IsEmpty() {
			p := ast.NewParagraph()
			p.Lines().Append(words)
			b.AppendChild(b, p)
		}
	} else if m := admonition.FindSubmatchIndex(line[at:]); m != nil && indentedBelow(reader.Source()[segment.Stop:]) {
		mark, kind := line[at+m[2]:at+m[3]], string(line[at+m[4]:at+m[5]])
		b.Folded = string(mark) == "???"
		switch {
		case m[6] < 0:
			titled(b, inside(m[5], m[5]), reader.Source(), kind)
		case m[7]-m[6] > 2: // "" is a box without a title
			titled(b, inside(m[6]+1, m[7]-1), reader.Source(), kind)
		}
	} else {
		return nil, parser.NoChildren
	}
	reader.AdvanceToEOL()
	return b, parser.HasChildren
}

// indentedBelow says whether the next line that shows anything is indented.
func indentedBelow(source []byte) bool {
	for len(source) > 0 {
		line, rest, _ := bytes.Cut(source, []byte("\n"))
		if line = bytes.TrimLeft(line, ">"); !util.IsBlank(line) {
			width, _ := util.IndentWidth(line, 0)
			return width >= 4
		}
		source = rest
	}
	return false
}

// Continue implements parser.BlockParser.
func (indentedBox) Continue(n ast.Node, reader text.Reader, _ parser.Context) parser.State {
	line, _ := reader.PeekLine()
	if util.IsBlank(line) {
		return parser.Continue | parser.HasChildren
	}
	indent := n.(*Box).indent
	if w, _ := util.IndentWidth(line, reader.LineOffset()); w < indent {
		return parser.Close
	}
	pos, padding := util.IndentPosition(line, reader.LineOffset(), indent)
	reader.AdvanceAndSetPadding(pos, padding)
	return parser.Continue | parser.HasChildren
}

// Close implements parser.BlockParser.
func (indentedBox) Close(ast.Node, text.Reader, parser.Context) {}

// CanInterruptParagraph implements parser.BlockParser.
func (indentedBox) CanInterruptParagraph() bool { return true }

// CanAcceptIndentedLine implements parser.BlockParser.
func (indentedBox) CanAcceptIndentedLine() bool { return false }
