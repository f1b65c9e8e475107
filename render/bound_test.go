package render

import (
	"strings"
	"testing"

	"dailytip/tips"
)

// dense is markdown whose HTML is many times as long.
var dense = []string{
	"", "word", "> - 1. # *a*", "- - - - x\n- - - - x", "> > > > x",
	"a|b\n-|-\nx\ny\nz", "|a|b|c|d|e|f|g|h|\n|-|-|-|:-:|-|-|-|-:|\nx\nx\n`x`|`y`|",
	"```\n<>&\"'\n```", "`a``b` `c` `d`", "*a***b***c*", "[a](b)[c](d)", "<http://a.b>",
	"http://a.b http://a.c www.a.bc www.a.bd", "a@b.cd b@c.de", "[a]: http://example.com/" + strings.Repeat("x", 300) + "\n\n[a] [a] [a] [a]",
	"a[^1]b\n\n[^1]: c", "!!! note\n    > - `x`\n    > - `y`", "> [!NOTE]\n> x", ":::tip\nx\n:::", "```mermaid\ngraph TD;A-->B;A-->C\n```",
	"==a== H<sub>2</sub>O ++a++", "$x_i^2$ $$\\frac ab$$", "a\n: b\n: c", "<details><summary>a</summary>\n\nb\n\n</details>", "- [ ] a\n- [x] b", "[[a]] [[b|c]]", "1. a\n   1. b\n      ```\n      c\n      ```",
	strings.Repeat("&", 50), strings.Repeat("\"", 50), strings.Repeat("<p>", 50), strings.Repeat("*a*", 50), strings.Repeat("# a\n", 20), strings.Repeat("---\n\n", 20), "\t\t\t\tx\n",
}

func checkBound(t *testing.T, markdown string) {
	t.Helper()
	for _, lang := range []string{"en", "zh-TW", "ar"} {
		tip := tips.Tip{ID: "a", Path: "a.md", Title: "A"}
		version := Version{Language: lang, Title: "A", Body: markdown}
		view, err := NewTip(Options{}, tip, version, "en", 2)
		if err != nil {
			continue
		}
		if got, most := len(view.Content), AtMost(tip, version); got > most {
			t.Errorf("%q has %d bytes in a letter, said to have at most %d", markdown, got, most)
		}
		// A text of nested lists makes the largest map.
		version.Mindmap = markdown
		if view, err = NewTip(Options{}, tip, version, "en", 2); err != nil {
			continue
		}
		if got, most := len(view.Content)+len(view.Map), AtMost(tip, version); got > most {
			t.Errorf("%q has %d bytes with its map, said to have at most %d", markdown, got, most)
		}
	}
}

func TestNoTextIsLargerThanItsBound(t *testing.T) {
	for _, markdown := range dense {
		checkBound(t, markdown)
		checkBound(t, strings.Repeat(markdown+"\n", 9))
	}
	l, err := tips.Open("../library", tips.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(l.Tips()) == 0 {
		t.Fatal("the starter library has no tips")
	}
	for _, tip := range l.Tips() {
		checkBound(t, tip.Body)
		checkBound(t, tip.Mindmap)
	}
}

func FuzzBound(f *testing.F) {
	for _, markdown := range dense {
		f.Add(markdown)
	}
	f.Fuzz(func(t *testing.T, markdown string) {
		if len(markdown) < 4<<10 {
			checkBound(t, markdown)
		}
	})
}
