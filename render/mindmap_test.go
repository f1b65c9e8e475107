package render

import (
	"reflect"
	"strings"
	"testing"

	"dailytip/tips"
)

func readMap(t *testing.T, markdown string) mindmap {
	t.Helper()
	fragment, err := tips.HTML(markdown)
	if err != nil {
		t.Fatal(err)
	}
	m, err := readMindmap(fragment, testInliner("en", "ltr", "https://tips.example.com/library"))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestReadMindmap(t *testing.T) {
	tree := []idea{
		{Text: "Say it", markup: `<strong style="font-weight:600">Say</strong> it`, Children: []idea{{Text: "One sentence"}, {Text: "Not two", Children: []idea{{Text: "really"}}}}},
		{Text: "Stay"},
	}
	plain := []idea{{Text: "Say it", Children: tree[0].Children}, tree[1]}
	for name, c := range map[string]struct {
		markdown string
		want     mindmap
	}{
		"list":           {"- **Say** it\n  - One\n    sentence\n  - Not two\n    - really\n- Stay\n", mindmap{Ideas: tree}},
		"loose list":     {"- **Say** it\n\n  - One sentence\n\n  - Not two\n\n    - really\n\n- Stay\n", mindmap{Ideas: tree}},
		"list with root": {"- Bad news\n  - **Say** it\n    - One sentence\n    - Not two\n      - really\n  - Stay\n", mindmap{Root: idea{Text: "Bad news"}, Ideas: tree}},
		"mermaid":        {"```mermaid\nmindmap\n  root((Bad news))\n    Say it\n      One sentence\n      Not two\n        really\n    Stay\n```\n", mindmap{Root: idea{Text: "Bad news"}, Ideas: plain}},
		"image":          {"![Three steps](map.png)", mindmap{Picture: "https://tips.example.com/library/team/map.png", Alt: "Three steps"}},
		"empty image":    {"![]()", mindmap{}},
		"nothing":        {"", mindmap{}},
		"other diagram":  {"```mermaid\ngraph TD\n  A-->B\n```\n", mindmap{}},
	} {
		got := readMap(t, c.markdown)
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

func TestMermaidLabels(t *testing.T) {
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
		if got := mermaidLabel(content); got != want {
			t.Errorf("label of %q = %q, want %q", content, got, want)
		}
	}
}

func TestMindmapText(t *testing.T) {
	m := readMap(t, "- Root\n  - A\n    - a leaf that is so long that it needs a second line of its own, to be read\n  - B\n")
	want := "Root\n- A\n  - a leaf that is so long that it needs a second line of its own, to be\n    read\n- B\n"
	if got := m.text(); got != want {
		t.Errorf("text:\n%s\nwant:\n%s", got, want)
	}
}

func FuzzMermaid(f *testing.F) {
	f.Add("mindmap\n  root((a))\n    b\n   c\n\td\n")
	f.Add("mindmap\na\n b\n  c\n   d\n    e\n     f\n      g\n       h\n")
	f.Fuzz(func(t *testing.T, text string) {
		root, branches, ok := parseMermaid(text)
		if !ok && (root != "" || branches != nil) {
			t.Error("a result without ok")
		}
		var depth func([]idea) int
		depth = func(ideas []idea) int {
			deepest := 0
			for _, i := range ideas {
				if i.Text == "" || strings.ContainsAny(i.Text, "\n\r") {
					t.Errorf("text %q", i.Text)
				}
				deepest = max(deepest, 1+depth(i.Children))
			}
			return deepest
		}
		if got := depth(branches); got > maxDepth {
			t.Errorf("%d levels", got)
		}
	})
}
