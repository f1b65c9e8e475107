package markup

import (
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// awaited reads what belongs to something that began further left: the end of words
// that were added, the address behind a link's words. Whoever read the beginning has
// found it and says where it stands.
type awaited struct{}

// mark is what stands at a place: how many bytes, and what they become.
type mark struct {
	length int
	node   ast.Node
}

var awaitedKey = parser.NewContextKey()

// await says that a mark stands at an offset of the source.
func await(pc parser.Context, offset int, m mark) {
	marks, _ := pc.Get(awaitedKey).(map[int]mark)
	if marks == nil {
		marks = make(map[int]mark)
		pc.Set(awaitedKey, marks)
	}
	marks[offset] = m
}

// isAwaited says whether a mark stands at an offset.
func isAwaited(pc parser.Context, offset int) bool {
	marks, _ := pc.Get(awaitedKey).(map[int]mark)
	_, ok := marks[offset]
	return ok
}

// Trigger implements parser.InlineParser.
func (awaited) Trigger() []byte { return []byte{']', '+', '-', '~', '='} }

// Parse implements parser.InlineParser.
func (awaited) Parse(_ ast.Node, block text.Reader, pc parser.Context) ast.Node {
	marks, _ := pc.Get(awaitedKey).(map[int]mark)
	if len(marks) == 0 {
		return nil
	}
	_, segment := block.PeekLine()
	m, ok := marks[segment.Start]
	if !ok || segment.Padding > 0 {
		return nil
	}
	delete(marks, segment.Start)
	block.Advance(m.length)
	return m.node
}
