package tips

import (
	"flag"
	"os"
	"strings"
	"testing"
	"unicode/utf8"
)

var updateText = flag.Bool("update-text", false, "write testdata/text/letter.txt anew")

// The whole of it, to be looked at by a person.
func TestPlainTextLetter(t *testing.T) {
	got := PlainText(string(readTestdata(t, "text/letter.md")), 72) + "\n"
	if *updateText {
		if err := os.WriteFile("testdata/text/letter.txt", []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if want := string(readTestdata(t, "text/letter.txt")); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestPlainText(t *testing.T) {
	const long = "https://example.com/a/long/path/that/does/not/fit/into/a/line"
	tests := []struct {
		name, in string
		width    int
		want     string
	}{
		{"wrapped", "one two three four", 9, "one two\nthree\nfour"},
		{"not wrapped", "one two\nthree four", 0, "one two three four"},
		{"long word", "a incomprehensibilities b", 8, "a\nincomprehensibilities\nb"},
		{"no break at hyphens", "self-critical self-critical", 16, "self-critical\nself-critical"},
		{"words around a picture", "a![](x.png)b <b>c</b><img src=x.png>d e![f](x.png)g.\nh\n![](x.png)\ni", 60, "a b c d e [f] g. h i"},
		{"marks around a picture", "(![](x.png)a![](x.png)), b![c](x.png).", 0, "(a), b [c]."},
		{"Chinese around a picture", "你![](x.png)好", 0, "你好"},
		{"lines by a tag", "a<br>b![](x.png)<br/>c", 0, "a\nb\nc"},
		{"Chinese", "你好，世界。再见，朋友。", 10, "你好，世\n界。再见，\n朋友。"},
		{"Chinese over lines", "你好\n世界", 0, "你好世界"},
		{"Korean breaks at blanks", "실수를 바로 인정하라", 12, "실수를 바로\n인정하라"},
		{"address in Chinese", "请看https://a.example/b了解", 12, "请看\nhttps://a.example/b\n了解"},
		{"combining characters", "e\u0301e\u0301 e\u0301e\u0301", 2, "e\u0301e\u0301\ne\u0301e\u0301"},
		{"hard break", "a  \nb\\\nc", 0, "a\nb\nc"},
		{"emphasis", "*a* **b** ~~c~~ `d`", 0, "_a_ *b* ~c~ `d`"},
		{"escapes", `\*a\* &amp; &#x41;`, 0, "*a* & A"},
		{"short link", "[a](https://b.example)", 0, "a (https://b.example)"},
		{"long link", "[a](" + long + ") and [b](" + long + ")", 0, "a [1] and b [1]\n\n[1] " + long},
		{"link that is its text", "<https://b.example> https://c.example", 0, "https://b.example https://c.example"},
		{"mail", "[a](mailto:b@c.example) <d@e.example>", 0, "a (b@c.example) d@e.example"},
		{"link within the page", "[a](#b)", 0, "a"},
		{"script", "[a](javascript:b) x<script>y</script>", 0, "a xy"},
		{"image", "![a *b*](c.png) ![](d.png)", 0, "[a b]"},
		{"image as link", "[![a](b.png)](https://c.example)", 0, "[a] (https://c.example)"},
		{"footnote", "a[^x] b[^x]\n\n[^x]: Note *n*.", 0, "a[1] b[1]\n\n[1] Note _n_."},
		{"headings", "# A\n\n## 你好\n\n### C\n\nd", 0, "A\n=\n\n你好\n----\n\nC\n~\n\nd"},
		{"nested list", "- a\n  1. b\n     c\n  2. d\n- e", 0, "- a\n  1. b c\n  2. d\n- e"},
		{"loose list", "- a\n\n  b\n\n- c", 0, "- a\n\n  b\n\n- c"},
		{"numbers aligned", "9. a\n10. b", 0, " 9. a\n10. b"},
		{"hanging indent", "- one two three", 10, "- one two three"},
		{"tasks", "- [x] a\n- [ ] b", 0, "- [x] a\n- [ ] b"},
		{"quote", "> a\n>\n> b", 0, "> a\n>\n> b"},
		{"code", "```go\na\n\n\tb\n```", 3, "    a\n\n        b"},
		{"rule", "a\n\n---\n\nb", 0, "a\n\n* * *\n\nb"},
		{"table", "| a | 你好 |\n|---|--:|\n| bcd | 1 |", 0, "a    你好\n---  ----\nbcd     1"},
		{"table too wide", "| a | b |\n|---|---|\n| one two three | four five six |\n| x | |", 20, "a: one two three\nb: four five six\n\na: x"},
		{"details", "<details>\n<summary>🇪🇸 <b>a</b></summary>\n*b*\n</details>\n\nc", 0, "🇪🇸 a\n\n_b_\n\nc"},
		{"raw HTML", "<div>a<br>b &amp; <img alt=\"c\"></div>\n\nd<br>e", 0, "a\nb & [c]\n\nd\ne"},
		{"below and above the line", "H<sub>2</sub>O, x<sup>n+1</sup>, the 1<sup>st</sup>, x<sub>max, i</sub>, <sup>*a*</sup>", 0, "H₂O, xⁿ⁺¹, the 1ˢᵗ, xₘₐₓ, ᵢ, _a_"},
		{"comment", "a\n\n<!-- b -->\n\nc", 0, "a\n\nc"},
		{"empty", "", 0, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := PlainText(tt.in, tt.width); got != tt.want {
				t.Errorf("got:\n%s\nwant:\n%s", got, tt.want)
			}
		})
	}
}

func FuzzPlainText(f *testing.F) {
	f.Add(string(mustRead("testdata/text/letter.md")), 40)
	for _, s := range []string{"| a |\n|-|\n| b", "> - 1. # a\n\tb", "[^a]\n\n[^a]: b[^a]", "[^a]\n\n[^a]: [^b]\n\n[^b]: x", "a\\\n你\n好", "<details>\n\n<summary>", "- \n\n  a"} {
		f.Add(s, 20)
	}
	f.Fuzz(func(t *testing.T, in string, width int) {
		if len(in) > 1<<14 {
			return
		}
		out := plainText(in, width%200, nil) // not PlainText, which would hide a panic
		if strings.HasPrefix(out, "\n") || strings.HasSuffix(out, "\n") {
			t.Errorf("blank lines at an end: %q", out)
		}
		if utf8.ValidString(in) && !utf8.ValidString(out) {
			t.Errorf("not UTF-8: %q from %q", out, in)
		}
		plainLine(in)
	})
}

func mustRead(name string) []byte {
	data, err := os.ReadFile(name)
	if err != nil {
		panic(err) // a test's own file is missing
	}
	return data
}
