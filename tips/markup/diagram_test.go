package markup

import (
	"strings"
	"testing"

	"github.com/yuin/goldmark/ast"
)

// drawn is a diagram's list, an item a line.
func drawn(source string) string {
	n := Diagram(source)
	if n == nil {
		return ""
	}
	var b strings.Builder
	depth := -1
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		switch {
		case n.Kind() == ast.KindList && entering:
			depth++
		case n.Kind() == ast.KindList:
			depth--
		case n.Kind() == ast.KindString && entering:
			b.WriteString(strings.Repeat(" ", depth) + string(n.(*ast.String).Value) + "\n")
		}
		return ast.WalkContinue, nil
	})
	return b.String()
}

func TestDiagram(t *testing.T) {
	for name, c := range map[string]struct{ source, want string }{
		"mind map":              {"mindmap\n  root((News))\n    Say it\n      ::icon(fa)\n      soon\n    Stay", "News\n Say it\n  soon\n Stay\n"},
		"flow chart":            {"graph TD\n  A[Ask] --> B[Listen]\n  B --> C", "Ask → Listen\nListen → C\n"},
		"a chain":               {"flowchart LR\nA(Plan) --> B{Ready?} -->|yes| C([Go]);\nB -- not yet --> A", "Plan → Ready?\nReady? → Go (yes)\nReady? → Plan (not yet)\n"},
		"several at once":       {"graph LR\nA & B --> C", "A → C\nB → C\n"},
		"an arrow in words":     {`graph LR` + "\n" + `A["x --> y"] ==> B`, "x --> y → B\n"},
		"dress and groups":      {"---\ntitle: T\n---\ngraph TD\n%% a remark\nsubgraph one\nA-.->B\nend\nstyle A fill:#f9f\nclassDef x fill:#f9f\nB:::x --> C", "A → B\nB → C\n"},
		"sequence":              {"sequenceDiagram\n  participant A as Ann\n  A->>Bob: Hello\n  Note over Bob: thinks\n  loop each day\n  Bob-->>A: Hi: there\n  end", "Ann → Bob: Hello\nthinks\neach day\nBob → Ann: Hi: there\n"},
		"another kind":          {"pie\n  \"A\": 3", ""},
		"what isn't understood": {"graph TD\n  A[Ask] ???", ""},
		"nothing":               {"", ""},
	} {
		if got := drawn(c.source); got != c.want {
			t.Errorf("%s:\n%swant\n%s", name, got, c.want)
		}
	}
}

func TestDiagramLabels(t *testing.T) {
	for content, want := range map[string]string{
		"plain words":             "plain words",
		"root((Circle))":          "Circle",
		"id[Square]":              "Square",
		"id(Round)":               "Round",
		"id))Bang((":              "Bang",
		"id)Cloud(":               "Cloud",
		"id{{Hexagon}}":           "Hexagon",
		`id["Quoted (x)"]`:        "Quoted (x)",
		"id[\"`**Bold** text`\"]": "Bold text",
		"Say it (briefly)":        "Say it (briefly)",
		"id[Two<br/>lines]":       "Two lines",
		"Leaf:::urgent large":     "Leaf",
		"说出来":                     "说出来",
		"((":                      "((",
		"))((":                    "",
	} {
		if got := diagramLabel(content); got != want {
			t.Errorf("label of %q = %q, want %q", content, got, want)
		}
	}
}

func FuzzDiagram(f *testing.F) {
	for _, s := range []string{
		"mindmap\n  root((a))\n    b\n   c\n\td\n", "mindmap\na\n b\n  c\n   d\n    e", "graph TD\nA[x] -->|y| B & C --- D",
		"sequenceDiagram\nA->>B: c\nNote over A,B: d", "---\n---\ngraph LR\n\"", "flowchart\nA-- x ---B",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, source string) {
		for line := range strings.SplitSeq(drawn(source), "\n") {
			if strings.ContainsAny(line, "\r") {
				t.Errorf("%q", line)
			}
		}
	})
}
