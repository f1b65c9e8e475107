package render

import (
	"regexp"
	"strings"
)

// shapes are the brackets around a node's text in a mermaid mindmap, longest
// first: id((circle)), id))bang((, id{{hexagon}}, id[square], id(round),
// id)cloud(.
var shapes = [...][2]string{
	{"((", "))"},
	{"))", "(("},
	{"{{", "}}"},
	{"[", "]"},
	{"(", ")"},
	{")", "("},
}

// parseMermaid reads the text of a mermaid mindmap block: one node a line, the
// tree in the indentation. It answers false for any other diagram.
func parseMermaid(text string) (root string, branches []idea, ok bool) {
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	type open struct {
		indent int
		node   *idea
	}
	top := &idea{}
	stack := []open{{-1, top}}
	for _, line := range lines {
		content := strings.TrimSpace(line)
		switch {
		case content == "", strings.HasPrefix(content, "%%"):
			continue
		case !ok:
			if content != "mindmap" {
				return "", nil, false
			}
			ok = true
			continue
		case strings.HasPrefix(content, "::"):
			// ::icon(…) and :::class dress the node above.
			continue
		}
		label := mermaidLabel(content)
		if label == "" {
			continue
		}
		indent := indentation(line)
		for len(stack) > 1 && (stack[len(stack)-1].indent >= indent || len(stack) > maxDepth) {
			stack = stack[:len(stack)-1]
		}
		parent := stack[len(stack)-1].node
		parent.Children = append(parent.Children, idea{Text: label})
		// The pointer stays good: while this node is open its parent gets no
		// further child, so the slice isn't moved under it.
		stack = append(stack, open{indent, &parent.Children[len(parent.Children)-1]})
	}
	if !ok || len(top.Children) == 0 {
		return "", nil, false
	}
	crown, branches := crown(top.Children)
	return crown.Text, branches, true
}

// indentation counts a tab as one column, as mermaid does.
func indentation(line string) int {
	return len(line) - len(strings.TrimLeft(line, " \t"))
}

var (
	lineBreak = regexp.MustCompile(`(?i)<br\s*/?>`)
	classTail = regexp.MustCompile(`\s*:::[\w -]+$`)
)

// mermaidLabel is a node's text without its id, shape and quotes.
func mermaidLabel(content string) string {
	label := classTail.ReplaceAllString(content, "")
	for _, shape := range shapes {
		at := strings.Index(label, shape[0])
		if at < 0 || !strings.HasSuffix(label, shape[1]) || len(label) < at+len(shape[0])+len(shape[1]) {
			continue
		}
		// An id is one word; a bracket later in a sentence is the sentence's.
		if strings.ContainsAny(label[:at], " \t") {
			continue
		}
		label = label[at+len(shape[0]) : len(label)-len(shape[1])]
		break
	}
	label = strings.TrimSpace(label)
	for _, quote := range []string{`"`, "`"} {
		if len(label) >= 2 && strings.HasPrefix(label, quote) && strings.HasSuffix(label, quote) {
			label = label[1 : len(label)-1]
		}
	}
	label = lineBreak.ReplaceAllString(label, " ")
	label = strings.NewReplacer("**", "", "__", "").Replace(label)
	return strings.Join(strings.Fields(label), " ")
}
