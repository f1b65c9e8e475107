package render

import (
	"reflect"
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
		"other diagram":  {"```mermaid\npie\n  \"A\": 3\n```\n", mindmap{}},
	} {
		got := readMap(t, c.markdown)
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
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
