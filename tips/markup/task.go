package markup

import (
	"regexp"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
)

// taskWord begins a block of Logseq, or of Org mode, that is something to do.
var taskWord = regexp.MustCompile(`^(?:TODO|DOING|(DONE))[ \t]+`)

// becomeTask gives an item that begins with such a word the box of a task list.
func becomeTask(item ast.Node, src []byte) {
	words := item.FirstChild()
	switch words.(type) {
	case *ast.TextBlock, *ast.Paragraph, *ast.Heading:
	default: // code, in which such a word is only a word
		return
	}
	if words.Lines().Len() == 0 {
		return
	}
	line := words.Lines().At(0)
	m := taskWord.FindSubmatchIndex(line.Value(src))
	if m == nil {
		return
	}
	// A line is read as several texts where something might have begun.
	for rest := line.Start + m[1]; ; {
		first, ok := words.FirstChild().(*ast.Text)
		if !ok {
			break
		}
		if first.Segment.Stop > rest {
			first.Segment.Start = max(first.Segment.Start, rest)
			break
		}
		words.RemoveChild(words, first)
	}
	words.InsertBefore(words, words.FirstChild(), extast.NewTaskCheckBox(m[2] >= 0))
}
