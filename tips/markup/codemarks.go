package markup

import (
	"bytes"
	"regexp"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// terminalTag is how Termynal, which plays a terminal on a page, colours words.
var terminalTag = regexp.MustCompile(`<(/?)(font|span|strong|em|[biu])(?:\s+[a-z-]+=(?:"[^"<>\n]*"|'[^'<>\n]*'))*\s*>`)

// printedPage is what a terminal prints of a page: there tags are meant.
var printedPage = regexp.MustCompile(`(?i)<(?:!doctype|html|head|body|div|p|a|h[1-6]|ul|ol|li|table|script)\b`)

// withoutColours takes the tags off what a terminal prints, where each has its end.
func withoutColours(n *ast.FencedCodeBlock, src []byte) {
	value := n.Lines().Value(src)
	if printedPage.Match(value) {
		return
	}
	opened, closed := map[string]bool{}, map[string]bool{}
	for _, m := range terminalTag.FindAllSubmatch(value, -1) {
		if len(m[1]) > 0 {
			closed[string(m[2])] = true
		} else {
			opened[string(m[2])] = true
		}
	}
	if len(opened) == 0 {
		return
	}
	withoutParts(n, src, func(line []byte) [][]int {
		var parts [][]int
		for _, m := range terminalTag.FindAllSubmatchIndex(line, -1) {
			if opened[string(line[m[4]:m[5]])] && closed[string(line[m[4]:m[5]])] {
				parts = append(parts, m[:2])
			}
		}
		return parts
	})
}

// codeMark is how VitePress and others say in a comment of the code how a line looks:
// "// [!code focus]". Of a line that was taken out or added the sign stays.
var codeMark = regexp.MustCompile(`[ \t]*(?://|#|<!--|/\*|\{/\*|--|;|%)[ \t]*\[!code (?:(\+\+|--)|[a-z]+(?::\d+)?)\][ \t]*(?:-->|\*/\}?)?`)

// withoutCodeMarks takes such comments out, and lines that held no more.
func withoutCodeMarks(n *ast.FencedCodeBlock, src []byte) {
	if !bytes.Contains(n.Lines().Value(src), []byte("[!code ")) {
		return
	}
	withoutParts(n, src, func(line []byte) [][]int {
		m := codeMark.FindSubmatchIndex(line)
		switch {
		case m == nil:
			return nil
		case m[2] >= 0:
			return [][]int{{m[2] - len("[!code "), m[2]}, {m[3], m[3] + 1}}
		case util.IsBlank(line[:m[0]]) && util.IsBlank(line[m[1]:]):
			return [][]int{{0, len(line)}}
		}
		return [][]int{m[:2]}
	})
}

// withoutParts takes out of each line of code what parts finds in it.
func withoutParts(n *ast.FencedCodeBlock, src []byte, parts func(line []byte) [][]int) {
	lines := n.Lines()
	all := lines.Sliced(0, lines.Len())
	kept := all[:0:0]
	for _, line := range all {
		rest := 0
		value := line.Value(src)
		for _, part := range parts(value) {
			if part[0] > rest {
				kept = append(kept, partOf(line, rest, part[0]))
			}
			rest = part[1]
		}
		if rest < len(value) {
			kept = append(kept, partOf(line, rest, len(value)))
		}
	}
	lines.SetSliced(0, 0)
	lines.AppendAll(kept)
}

// partOf is a part of a line of code; from its beginning on it keeps its indent.
func partOf(line text.Segment, from, to int) text.Segment {
	part := within(line, from, to)
	if from == 0 {
		part.Padding = line.Padding
	}
	return part
}
