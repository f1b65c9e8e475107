package markup

import (
	"regexp"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// KindEditTag is the beginning or the end of words that an editor added or took out.
var KindEditTag = ast.NewNodeKind("EditTag")

// EditTag begins or ends what CriticMarkup says of words. Tag is a tag of ins, del or
// mark, or "</del> <ins>" between what was taken out and what took its place.
type EditTag struct {
	ast.BaseInline
	Tag string
}

// Kind implements ast.Node.
func (*EditTag) Kind() ast.NodeKind { return KindEditTag }

// Dump implements ast.Node.
func (n *EditTag) Dump(source []byte, level int) {
	ast.DumpHelper(n, source, level, map[string]string{"Tag": n.Tag}, nil)
}

// edits reads CriticMarkup: {++added++}, {--taken out--}, {~~one~>another~~},
// {==marked==}{>>a comment<<}. A comment is for those who write.
type edits struct{}

var (
	edit    = regexp.MustCompile(`^\{(?:\+\+(.+?)\+\+|--(.+?)--|~~(.+?)~>(.*?)~~|==(.+?)==|>>(.+?)<<)\}`)
	editTag = [...]string{"ins", "del", "del", "ins", "mark"}
)

// Trigger implements parser.InlineParser.
func (edits) Trigger() []byte { return []byte{'{'} }

// Parse implements parser.InlineParser.
func (edits) Parse(_ ast.Node, block text.Reader, pc parser.Context) ast.Node {
	line, segment := block.PeekLine()
	m := edit.FindSubmatchIndex(line[:min(len(line), longSpan)])
	switch {
	case m == nil || segment.Padding > 0:
		return nil
	case m[12] >= 0: // a comment
		block.Advance(m[1])
		return &Nothing{}
	case m[6] >= 0: // one for another
		await(pc, segment.Start+m[7], mark{2, &EditTag{Tag: "</del> <ins>"}})
		await(pc, segment.Start+m[9], mark{3, &EditTag{Tag: "</ins>"}})
		block.Advance(3)
		return &EditTag{Tag: "<del>"}
	}
	for i, tag := range editTag {
		if from := m[2*i+2]; from >= 0 {
			await(pc, segment.Start+m[2*i+3], mark{3, &EditTag{Tag: "</" + tag + ">"}})
			block.Advance(3)
			return &EditTag{Tag: "<" + tag + ">"}
		}
	}
	return nil
}
