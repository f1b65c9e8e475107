package markup

import (
	"bytes"

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

// editEnds are how words end that begin with a brace and two signs, and their tags.
var editEnds = map[string]struct{ end, tag string }{
	"++": {"++}", "ins"}, "--": {"--}", "del"}, "==": {"==}", "mark"}, "~~": {"~~}", "del"}, ">>": {"<<}", ""},
}

// Trigger implements parser.InlineParser.
func (edits) Trigger() []byte { return []byte{'{'} }

// Parse implements parser.InlineParser.
func (edits) Parse(_ ast.Node, block text.Reader, pc parser.Context) ast.Node {
	line, segment := block.PeekLine()
	rest := line[1:min(len(line), longSpan)]
	if len(rest) < 6 || segment.Padding > 0 {
		return nil
	}
	kind := editEnds[string(rest[:2])]
	end := bytes.Index(rest[2:], []byte(kind.end))
	if kind.end == "" || end < 1 {
		return nil
	}
	const before = 3 // bytes: the brace and the signs
	tag, last := kind.tag, kind.tag
	switch string(rest[:2]) {
	case ">>": // a comment
		block.Advance(before + end + before)
		return &Nothing{}
	case "~~": // one for another
		another := bytes.Index(rest[2:2+end], []byte("~>"))
		if another < 1 {
			return nil
		}
		await(pc, segment.Start+before+another, mark{2, &EditTag{Tag: "</del> <ins>"}})
		last = "ins"
	}
	await(pc, segment.Start+before+end, mark{before, &EditTag{Tag: "</" + last + ">"}})
	block.Advance(before)
	return &EditTag{Tag: "<" + tag + ">"}
}
