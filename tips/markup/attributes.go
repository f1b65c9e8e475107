package markup

import (
	"bytes"
	"regexp"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// The attribute lists of kramdown, Pandoc, Hugo and MkDocs: {: .lead},
// {#own-id .wide}, {: toc}, {width=50%}. They say how something looks on a
// site, and nothing to a reader.
const attributeItem = `(?:(?:[.#][\w:-]+)+|[\w-]+=(?:"[^"\n]*"|'[^'\n]*'|[^\s"'{}]+))`

var (
	attributeList = regexp.MustCompile(`^\{:?[ \t]*` + attributeItem + `(?:[ \t]+(?:` + attributeItem + `|[\w-]+))*[ \t]*\}`)
	// What Logseq writes behind a picture: {:height 200, :width 300}.
	logseqSize = regexp.MustCompile(`^\{:[a-z-]+[ \t]+[\w.%]+(?:,?[ \t]+:[a-z-]+[ \t]+[\w.%]+)*\}`)
	// A line of its own may also name a list that is defined elsewhere.
	attributeLine = regexp.MustCompile(`^[ \t]*(?:\{:[^{}\n]*\}|\{[ \t]*` + attributeItem + `(?:[ \t]+` + attributeItem + `)*[ \t]*\})[ \t]*$`)
	// What Logseq keeps below a block for itself.
	ownLine = regexp.MustCompile(`^[ \t]*(?:(?:id|collapsed|logseq\.[\w.-]+|background-color|card-[\w-]+|created-at|updated-at|hl-[\w-]+|ls-type|query-[\w-]+)::(?:[ \t].*)?|(?:SCHEDULED|DEADLINE): <[^<>]*>|:LOGBOOK:|CLOCK: \[.*|:END:|heading:: (?:true|[1-6]))[ \t]*$`)
	// The options of a box of MyST, which stand on its first lines.
	boxOption = regexp.MustCompile(`^[ \t]*:(?:class|name|open|icon|color):(?:[ \t].*)?$`)
	// What Jekyll reads to leave alone what stands between: {% raw %}.
	rawTag  = regexp.MustCompile(`^\{%-?\s*(?:end)?raw\s*-?%\}`)
	tocLine = regexp.MustCompile(`^[ \t]*\{:[^{}\n]*\btoc\b[^{}\n]*\}[ \t]*$`)
)

// attributeLines takes away the lines that hold nothing but attributes, and the
// list that {:toc} makes a table of contents of.
type attributeLines struct{}

// tocKey is the attribute of a list that its program replaces by a table of
// contents.
var tocKey = []byte("toc")

// beginsBox tells whether a paragraph is the first thing in a box, below its title.
func beginsBox(p *ast.Paragraph) bool {
	if _, ok := p.Parent().(*Box); !ok {
		return false
	}
	before := p.PreviousSibling()
	_, title := before.(*BoxTitle)
	return before == nil || title
}

// Transform implements parser.ParagraphTransformer.
func (attributeLines) Transform(p *ast.Paragraph, reader text.Reader, _ parser.Context) {
	src := reader.Source()
	lines := p.Lines()
	var kept []text.Segment
	for i := range lines.Len() {
		line := lines.At(i)
		value := bytes.TrimRight(line.Value(src), "\r\n")
		hidden := bytes.IndexByte(value, ':') >= 0 && (ownLine.Match(value) || len(kept) == 0 && beginsBox(p) && boxOption.Match(value))
		if !hidden && (bytes.IndexByte(value, '{') < 0 || !attributeLine.Match(value)) {
			kept = append(kept, line)
			continue
		}
		if tocLine.Match(value) {
			markContents(p)
		}
	}
	if len(kept) == lines.Len() {
		return
	}
	lines.SetSliced(0, 0)
	lines.AppendAll(kept)
	if len(kept) == 0 {
		p.Parent().RemoveChild(p.Parent(), p)
		return
	}
	last := kept[len(kept)-1]
	lines.Set(lines.Len()-1, last.TrimRightSpace(src))
}

// markContents marks the list that the paragraph ends, or follows.
func markContents(p ast.Node) {
	for n := p.Parent(); n != nil; n = n.Parent() {
		if n.Kind() == ast.KindList {
			n.SetAttribute(tocKey, true)
			return
		}
	}
	if before := p.PreviousSibling(); before != nil && before.Kind() == ast.KindList {
		before.SetAttribute(tocKey, true)
	}
}

// attributeSpan reads an attribute list behind what it is about: a link, a
// picture, emphasis, code, or the last words of a heading or a paragraph.
type attributeSpan struct{}

// Trigger implements parser.InlineParser.
func (attributeSpan) Trigger() []byte { return []byte{'{'} }

// Parse implements parser.InlineParser.
func (attributeSpan) Parse(parent ast.Node, block text.Reader, _ parser.Context) ast.Node {
	before := block.PrecendingCharacter()
	line, _ := block.PeekLine()
	if m := rawTag.Find(line[:min(len(line), longSpan)]); m != nil {
		block.Advance(len(m))
		return &Nothing{}
	}
	m := attributeList.Find(line[:min(len(line), longSpan)])
	if m == nil {
		m = logseqSize.Find(line[:min(len(line), longSpan)])
	}
	if m == nil || before == '{' || before == '$' {
		return nil
	}
	rest := bytes.TrimSpace(line[len(m):])
	behindSpan := bytes.ContainsRune([]byte(")]*_`>"), before)
	if !behindSpan && len(rest) > 0 || len(rest) > 0 && rest[0] == '}' {
		return nil
	}
	if last, ok := parent.LastChild().(*ast.Text); ok && len(rest) == 0 {
		last.Segment = last.Segment.TrimRightSpace(block.Source())
	}
	block.Advance(len(m))
	return &Nothing{}
}
