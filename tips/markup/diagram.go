package markup

import (
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
)

// Diagram is a mermaid diagram as a list: the branches of a mind map, the steps
// of a flow chart or of a sequence, each a line with an arrow. It's nil for other
// diagrams, and for what isn't understood.
func Diagram(source string) ast.Node {
	lines := diagramLines(source)
	if len(lines) == 0 {
		return nil
	}
	first, _, _ := strings.Cut(strings.TrimSpace(lines[0]), " ")
	var top *branch
	switch first {
	case "mindmap":
		top = mindmap(lines[1:])
	case "graph", "flowchart":
		top = flow(lines[1:])
	case "sequenceDiagram":
		top = sequence(lines[1:])
	}
	if top == nil || len(top.children) == 0 {
		return nil
	}
	return top.list()
}

// diagramLines are those that say something: no comments, no settings.
func diagramLines(source string) []string {
	source = diagramSettings.ReplaceAllString(strings.ReplaceAll(source, "\r\n", "\n"), "")
	var lines []string
	for line := range strings.SplitSeq(source, "\n") {
		if content := strings.TrimSpace(line); content != "" && !strings.HasPrefix(content, "%%") {
			lines = append(lines, line)
		}
	}
	return lines
}

var diagramSettings = regexp.MustCompile(`(?s)^\s*---\n.*?\n\s*---\n|%%\{.*?\}%%`)

// branch is a line of a drawn list, with those below it.
type branch struct {
	text     string
	children []*branch
}

func (b *branch) add(text string) *branch {
	child := &branch{text: text}
	b.children = append(b.children, child)
	return child
}

// list is what stands below a branch.
func (b *branch) list() *ast.List {
	list := ast.NewList('-')
	list.IsTight = true
	for _, child := range b.children {
		item := ast.NewListItem(2)
		words := ast.NewTextBlock()
		words.AppendChild(words, ast.NewString([]byte(child.text)))
		item.AppendChild(item, words)
		if len(child.children) > 0 {
			item.AppendChild(item, child.list())
		}
		list.AppendChild(list, item)
	}
	return list
}

// maxBranches bounds how deep a mind map's ideas are in each other.
const maxBranches = 20

// mindmap reads one idea a line, the tree in their indentation.
func mindmap(lines []string) *branch {
	type level struct {
		indent int
		branch *branch
	}
	top := &branch{}
	open := []level{{-1, top}}
	for _, line := range lines {
		content := strings.TrimSpace(line)
		if strings.HasPrefix(content, "::") { // ::icon(…) and :::class dress the idea above
			continue
		}
		label := diagramLabel(content)
		if label == "" {
			continue
		}
		// A tab counts as one column, as for mermaid.
		indent := len(line) - len(strings.TrimLeft(line, " \t"))
		for len(open) > 1 && (open[len(open)-1].indent >= indent || len(open) > maxBranches) {
			open = open[:len(open)-1]
		}
		open = append(open, level{indent, open[len(open)-1].branch.add(label)})
	}
	return top
}

var (
	arrow      = regexp.MustCompile(`\s*(?:<?(?:--+|==+|-\.+-?)(?:\s*([^-=>|.][^>|\n]*?)\s*(?:--+|==+|\.+-))?[>ox]?|~~~)(?:\|([^|\n]*)\|)?\s*`)
	nodeID     = regexp.MustCompile(`^[\p{L}\p{N}_.-]*[\p{L}\p{N}_]`)
	flowDress  = regexp.MustCompile(`^(style|classDef|class|click|linkStyle|direction|accTitle|accDescr)\b`)
	flowGroup  = regexp.MustCompile(`^subgraph\b`)
	nodeLabels = regexp.MustCompile(`"[^"\n]*"|\|[^|\n]*\|`)
)

// flow reads the arrows of a flow chart: A[Ask] --> B[Listen] is "Ask → Listen".
func flow(lines []string) *branch {
	top := &branch{}
	names := map[string]string{}
	type edge struct{ from, to, label string }
	var edges []edge
	for _, line := range lines {
		content := strings.TrimSuffix(strings.TrimSpace(line), ";")
		if content == "end" || flowDress.MatchString(content) || flowGroup.MatchString(content) {
			continue
		}
		// Arrows within the words of a node are words.
		masked := nodeLabels.ReplaceAllStringFunc(content, func(s string) string {
			if s[0] == '|' {
				return s
			}
			return `"` + strings.Repeat("x", len(s)-2) + `"`
		})
		at := 0
		var before []string
		label := ""
		arrows := arrow.FindAllStringSubmatchIndex(masked, -1)
		for i := 0; i <= len(arrows); i++ {
			end := len(content)
			if i < len(arrows) {
				end = arrows[i][0]
			}
			nodes := flowNodes(content[at:end], names)
			if nodes == nil {
				return nil
			}
			for _, from := range before {
				for _, to := range nodes {
					edges = append(edges, edge{from, to, label})
				}
			}
			if i < len(arrows) {
				before, at, label = nodes, arrows[i][1], ""
				for _, group := range [2]int{2, 4} {
					if arrows[i][group] >= 0 {
						label = diagramText(content[arrows[i][group]:arrows[i][group+1]])
					}
				}
			}
		}
	}
	for _, e := range edges {
		text := names[e.from] + " → " + names[e.to]
		if e.label != "" {
			text += " (" + e.label + ")"
		}
		top.add(text)
	}
	return top
}

// flowNodes reads "A[Ask] & B", and learns how nodes are called. It's nil when
// that isn't what stands there.
func flowNodes(text string, names map[string]string) []string {
	var ids []string
	for part := range strings.SplitSeq(text, " & ") {
		part = diagramClass.ReplaceAllString(strings.TrimSpace(part), "")
		id := nodeID.FindString(part)
		rest := strings.TrimSpace(part[len(id):])
		if id == "" || rest != "" && !strings.ContainsRune("[({>", rune(rest[0])) {
			return nil
		}
		if rest != "" {
			names[id] = diagramText(strings.Trim(rest, "[](){}<>/\\"))
		} else if names[id] == "" {
			names[id] = id
		}
		ids = append(ids, id)
	}
	return ids
}

var (
	message     = regexp.MustCompile(`^(\S.*?)\s*(?:<<)?(?:--?>>?|--?[x)])[+-]?\s*([^:]+?)\s*:\s*(.*)$`)
	participant = regexp.MustCompile(`^(?:create\s+)?(?:participant|actor)\s+(\S+)(?:\s+as\s+(.+))?$`)
	remark      = regexp.MustCompile(`(?i)^note\s+(?:over|left of|right of)\s+[^:]+:\s*(.+)$`)
	group       = regexp.MustCompile(`^(?:loop|alt|else|opt|par|and|critical|option|break)\b\s*(.*)$`)
	silent      = regexp.MustCompile(`^(?:end|autonumber|activate|deactivate|destroy|rect|box|title|link)\b`)
)

// sequence reads the messages of a sequence: A->>B: Hello is "A → B: Hello".
func sequence(lines []string) *branch {
	top := &branch{}
	names := map[string]string{}
	called := func(id string) string {
		if name := names[id]; name != "" {
			return name
		}
		return id
	}
	for _, line := range lines {
		content := strings.TrimSpace(line)
		if m := participant.FindStringSubmatch(content); m != nil {
			names[m[1]] = diagramText(m[2])
		} else if m := message.FindStringSubmatch(content); m != nil {
			top.add(called(m[1]) + " → " + called(m[2]) + ": " + diagramText(m[3]))
		} else if m := remark.FindStringSubmatch(content); m != nil {
			top.add(diagramText(m[1]))
		} else if m := group.FindStringSubmatch(content); m != nil {
			if m[1] != "" {
				top.add(diagramText(m[1]))
			}
		} else if !silent.MatchString(content) {
			return nil
		}
	}
	return top
}
