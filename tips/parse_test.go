package tips

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

func mustParse(t *testing.T, path, text string) (Tip, []Fault) {
	t.Helper()
	tip, faults, ok := Parse(path, []byte(text))
	if !ok {
		t.Fatalf("withheld: %v", faults)
	}
	return tip, faults
}

func TestParseOwnFormat(t *testing.T) {
	tip, faults := mustParse(t, "folder/own.md", `---
title: Own the mistake, then move on
emoji: 💡
tags: [management, trust]
link: https://www.example.com/article
author: A. Writer
created: 2022-01-28T12:37:03.000Z
modified: 2022-02-01
date: 2026-12-24
weight: 3
nested: {a: [1, 2.5, true, null], 7: x}
draft: false
---

## Tip

The *body*.

`+"```"+`
## Tip
## Translations
`+"```"+`

## Translations

<details>
<summary>🇨🇳 标题</summary>

正文。

</details>

## Mindmap

- root
  - branch
`)
	if len(faults) > 0 {
		t.Errorf("faults: %v", faults)
	}
	want := Tip{
		ID: "folder/own", Path: "folder/own.md", Title: "Own the mistake, then move on", Emoji: "💡", Tags: []string{"management", "trust"},
		Link: "https://www.example.com/article", Source: "example.com", Author: "A. Writer",
		Created: time.Date(2022, 1, 28, 12, 37, 3, 0, time.UTC), Modified: time.Date(2022, 2, 1, 0, 0, 0, 0, time.UTC), Date: "2026-12-24",
		Body:    "The *body*.\n\n```\n## Tip\n## Translations\n```",
		Mindmap: "- root\n  - branch",
		Extra:   map[string]any{"weight": 3, "nested": map[string]any{"a": []any{1, 2.5, true, nil}, "7": "x"}},
	}
	if len(tip.Translations) != 1 || tip.Translations[0].Language != "zh-CN" || tip.Translations[0].Title != "标题" || tip.Translations[0].Body != "正文。" {
		t.Errorf("translations: %+v", tip.Translations)
	}
	if len(tip.Digest) != 64 {
		t.Errorf("digest %q", tip.Digest)
	}
	got := tip
	got.Translations, got.Digest, got.at = nil, "", nil
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	data, err := json.Marshal(tip)
	if err != nil {
		t.Fatal(err)
	}
	var back Tip
	if err := json.Unmarshal(data, &back); err != nil || back.Body != tip.Body || !back.Created.Equal(tip.Created) || back.Translations[0].Title != "标题" {
		t.Errorf("JSON: %v %+v", err, back)
	}
}

func TestParseShapes(t *testing.T) {
	tests := []struct {
		name, path, text string
		check            func(Tip) bool
	}{
		{"no front matter", "a.md", "# Title\n\nText.\n\n## More\n\nText.", func(t Tip) bool {
			return t.Title == "Title" && t.Body == "Text.\n\n## More\n\nText."
		}},
		{"underlined title", "a.md", "Title\n=====\n\nText.", func(t Tip) bool { return t.Title == "Title" && t.Body == "Text." }},
		{"title in a lower heading", "a.md", "### *T* `x` &amp; [l](u)\nText.", func(t Tip) bool { return t.Title == "T x & l" && t.Body == "Text." }},
		{"title repeated", "a.md", "---\ntitle: T\n---\n# T\n\nText.", func(t Tip) bool { return t.Body == "Text." }},
		{"another first heading stays", "a.md", "---\ntitle: T\n---\n# Other\n\nText.", func(t Tip) bool { return t.Body == "# Other\n\nText." }},
		{"heading attributes", "a.md", "# T {#id .class}\n\nText.", func(t Tip) bool { return t.Title == "T" }},
		{"heading inside the tip section", "a.md", "## Tip\n\n### T\n\nText.", func(t Tip) bool { return t.Title == "T" && t.Body == "Text." }},
		{"byte order mark", "a.md", "\ufeff---\ntitle: T\n---\nText.", func(t Tip) bool { return t.Title == "T" }},
		{"CRLF", "a.md", "---\r\ntitle: T\r\ntags: a\r\n---\r\n\r\nOne.\r\n\r\nTwo.\r\n", func(t Tip) bool { return t.Title == "T" && t.Body == "One.\n\nTwo." }},
		{"CR", "a.md", "---\rtitle: T\r---\rText.", func(t Tip) bool { return t.Title == "T" && t.Body == "Text." }},
		{"dots close", "a.md", "---\ntitle: T\n...\nText.", func(t Tip) bool { return t.Body == "Text." }},
		{"blanks after the dashes", "a.md", "---  \ntitle: T\n---\t\nText.", func(t Tip) bool { return t.Body == "Text." }},
		{"comma-separated tags", "a.md", "---\ntitle: T\ntags: \"a, b c ,, #d, a\"\n---\nText.", func(t Tip) bool { return slices.Equal(t.Tags, []string{"a", "b c", "d"}) }},
		{"one tag", "a.md", "---\ntitle: T\ntags: a b\n---\nText.", func(t Tip) bool { return slices.Equal(t.Tags, []string{"a b"}) }},
		{"Jekyll's categories", "a.md", "---\ntitle: T\ncategories: a b\n---\nText.", func(t Tip) bool { return slices.Equal(t.Tags, []string{"a", "b"}) }},
		{"keys in capitals", "a.md", "---\nTitle: T\nEMOJI: x\n---\nText.", func(t Tip) bool { return t.Title == "T" && t.Emoji == "x" && t.Extra == nil }},
		{"title that is a number", "a.md", "---\ntitle: 007\n---\nText.", func(t Tip) bool { return t.Title == "007" }},
		{"title that is a word YAML knows", "a.md", "---\ntitle: No\n---\nText.", func(t Tip) bool { return t.Title == "No" }},
		{"folded title", "a.md", "---\ntitle: >\n  One\n  two\n---\nText.", func(t Tip) bool { return t.Title == "One two" }},
		{"id", "a.md", "---\nid: x/y\ntitle: T\n---\nText.", func(t Tip) bool { return t.ID == "x/y" }},
		{"source that is an address", "a.md", "---\ntitle: T\nsource: https://WWW.Example.org/a\n---\nText.", func(t Tip) bool {
			return t.Link == "https://WWW.Example.org/a" && t.Source == "example.org"
		}},
		{"authors", "a.md", "---\ntitle: T\nauthors: [{name: A}, B]\n---\nText.", func(t Tip) bool { return t.Author == "A, B" }},
		{"authors of a vault", "a.md", "---\ntitle: T\nauthors: [[A B]], [[C]]\n---\nText.", func(t Tip) bool { return t.Author == "A B, C" }},
		{"one author of a vault", "a.md", "---\ntitle: T\nauthors: [[A B]]\n---\nText.", func(t Tip) bool { return t.Author == "A B" }},
		{"tags of a vault", "a.md", "---\ntitle: T\ntags: [[a]], [[b]] , [[c]]\n---\nText.", func(t Tip) bool { return slices.Equal(t.Tags, []string{"a", "b", "c"}) }},
		{"authors without names", "a.md", "---\ntitle: T\nauthor: C\nauthors: [{id: 1}, {name: A}, ~, {url: x}]\n---\nText.", func(t Tip) bool { return t.Author == "A" }},
		{"no author's name", "a.md", "---\ntitle: T\nauthor: C\nauthors: [{id: 1}]\n---\nText.", func(t Tip) bool { return t.Author == "C" }},
		{"author as a mapping", "a.md", "---\ntitle: T\nauthor:\n  name: A\n---\nText.", func(t Tip) bool { return t.Author == "A" }},
		{"language", "a.md", "---\ntitle: T\nlang: zh_Hant\n---\nText.", func(t Tip) bool { return t.Language == "zh-TW" }},
		{"yearly date", "a.md", "---\ntitle: T\ndate: 12-24\n---\nText.", func(t Tip) bool { return t.Pin == "12-24" && t.Date == "" }},
		{"leap day", "a.md", "---\ntitle: T\ndate: 02-29\n---\nText.", func(t Tip) bool { return t.Pin == "02-29" }},
		{"short date", "a.md", "---\ntitle: T\ndate: 2026-3-1\n---\nText.", func(t Tip) bool { return t.Date == "2026-03-01" }},
		{"Jekyll", "_posts/2022-01-28-own-up.md", "---\nlayout: post\ncategories: [work]\ntags: [a]\ndate: 2022-01-28 10:00:00 +0200\npublished: false\n---\nText.", func(t Tip) bool {
			return t.Title == "Own up" && t.ID == "_posts/2022-01-28-own-up" && t.Date == "" && t.Draft &&
				t.Created.Equal(time.Date(2022, 1, 28, 8, 0, 0, 0, time.UTC)) && slices.Equal(t.Tags, []string{"work", "a"}) && t.Extra["layout"] == "post"
		}},
		{"Jekyll's name only", "2022-01-28-own-up.md", "# T\n\nText.", func(t Tip) bool {
			return t.Title == "T" && t.Created.Equal(time.Date(2022, 1, 28, 0, 0, 0, 0, time.UTC)) && t.Date == ""
		}},
		{"Hugo", "a.md", "+++\ntitle = \"T: x\"\ndate = 2022-01-28T10:00:00Z\nlastmod = 2022-02-01\ndraft = true\ncategories = ['c']\n[params]\nx = 1\n+++\n\nText.", func(t Tip) bool {
			return t.Title == "T: x" && t.Draft && t.Date == "" && t.Created.Year() == 2022 && t.Modified.Month() == 2 && slices.Equal(t.Tags, []string{"c"}) && t.Extra["params"] != nil
		}},
		{"Hugo with a local date", "a.md", "+++\ntitle = 'T'\ndate = 2026-12-24\npublishDate = 2026-01-01T00:00:00\n+++\nText.", func(t Tip) bool {
			return t.Date == "2026-12-24" && t.Created.Year() == 2026
		}},
		{"body less the sections", "a.md", "# T\n\nOne.\n\n## Mindmap\n\n- a\n\n# Two\n\nThree.", func(t Tip) bool { return t.Body == "One.\n\n# Two\n\nThree." && t.Mindmap == "- a" }},
		{"section names in any case", "a.md", "# T\n\n## tip\n\nX\n\n## Mind Map:\n\n- a", func(t Tip) bool { return t.Body == "X" && t.Mindmap == "- a" }},
		{"sections in a quote are text", "a.md", "# T\n\n> ## Tip\n\nX", func(t Tip) bool { return t.Body == "> ## Tip\n\nX" }},
		{"no mind map", "a.md", "# T\n\nX\n\n## Mindmap\n\n![]()\n<!-- later -->", func(t Tip) bool { return t.Mindmap == "" }},
		{"mind map as image", "a.md", "# T\n\nX\n\n## Mindmap\n\n![map](m.png)", func(t Tip) bool { return t.Mindmap == "![map](m.png)" }},
		{"links defined at the end", "a.md", "# T\n\n## Tip\n\nSee [it][a b] and [b].[^1]\n\n## Mindmap\n\n- x\n\n[A B]: https://a.example \"t\"\n[b]: <https://b.example>\n[^1]: Note.\n    More.", func(t Tip) bool {
			h, err := HTML(t.Body)
			return err == nil && strings.Contains(h, `href="https://a.example"`) && strings.Contains(h, `href="https://b.example"`) &&
				strings.Contains(h, "Note.") && strings.Contains(h, "More.") && !strings.Contains(t.Mindmap, "Note")
		}},
		{"CJK and right to left", "a.md", "---\ntitle: عنوان\nlang: ar\n---\nنص عربي.\n\n日本語の文章。", func(t Tip) bool {
			return t.Title == "عنوان" && t.Language == "ar" && strings.HasSuffix(t.Body, "日本語の文章。")
		}},
		{"control characters in the title", "a.md", "---\ntitle: \"a\\r\\nBcc: x\\0y\"\n---\nText.", func(t Tip) bool { return t.Title == "a Bcc: xy" }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tip, faults := mustParse(t, tt.path, tt.text)
			if !tt.check(tip) {
				t.Errorf("got %+v\nfaults %v", tip, faults)
			}
			if _, err := json.Marshal(tip); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestParseWithholds(t *testing.T) {
	tests := []struct {
		name, text, rule string
		line, column     int
	}{
		{"unterminated", "---\ntitle: T\n\nText.", RuleFrontMatterOpen, 1, 0},
		{"unterminated TOML", "+++\ntitle = 'T'\n---\nText.", RuleFrontMatterOpen, 1, 0},
		{"colon in a value", "---\ntitle: T\nlink: x\nemoji: a: b\n---\nText.", RuleFrontMatter, 4, 0},
		{"open quote", "---\ntitle: T\nemoji: \"a\nlink: b\n---\nText.", RuleFrontMatter, 3, 0},
		{"open bracket", "---\ntitle: T\ntags: [a, b\nlink: b\n---\nText.", RuleFrontMatter, 3, 0},
		{"tab", "---\ntitle: T\ntags:\n\t- a\n---\nText.", RuleFrontMatter, 4, 0},
		{"no colon", "---\ntitle: T\nlink: b\nnonsense\n---\nText.", RuleFrontMatter, 4, 0},
		{"bad start", "---\ntitle: T\nauthor: @a\n---\nText.", RuleFrontMatter, 3, 0},
		{"unknown alias", "---\ntitle: T\nauthor: *a\n---\nText.", RuleFrontMatter, 3, 0},
		{"one key twice", "---\ntitle: T\nlink: b\ntitle: U\n---\nText.", RuleFrontMatter, 4, 1},
		{"not keys", "---\nJust text.\n---\nText.", RuleFrontMatter, 2, 0},
		{"TOML", "+++\ntitle = 'T'\nlink = b\n+++\nText.", RuleFrontMatter, 3, -1},
		{"UTF-8", "# T\n\nab\xff", RuleInvalidUTF8, 3, 3},
		{"UTF-16", "\xff\xfe#\x00", RuleInvalidUTF8, 1, 1},
		{"too big", "# T\n\n" + strings.Repeat("a", MaxFileSize), RuleTooBig, 1, 0},
		{"empty", "", RuleEmptyBody, 1, 0},
		{"no text", "# T\n\n<!-- later -->", RuleEmptyBody, 1, 0},
		{"nothing but tags", "# T\n\n#coding/go #stub\n#später\n", RuleEmptyBody, 1, 0},
		{"only a translation", "# T\n\n## Translations\n\n<details lang=es>x</details>", RuleEmptyBody, 1, 0},
		{"no such day", "---\ntitle: T\ndate: 2026-02-30\n---\nText.", RuleInvalidDate, 3, 0},
		{"no such day in TOML-free form", "---\ntitle: T\ndate: 13-24\n---\nText.", RuleInvalidDate, 3, 0},
		{"too complex", "# T\n\n" + strings.Repeat("[a](", 2000), RuleTooComplex, 1, 0},
		{"too deep", "# T\n\n" + strings.Repeat("> ", 60) + "a", RuleTooComplex, 3, 0},
		{"too wide", "# T\n\n" + strings.Repeat("|-", 60), RuleTooComplex, 3, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, faults, ok := Parse("a.md", []byte(tt.text))
			if ok {
				t.Error("not withheld")
			}
			wantFault(t, faults, tt.rule, Error, tt.line, tt.column)
		})
	}
}

func TestParseWarns(t *testing.T) {
	tests := []struct {
		name, text, rule string
		severity         Severity
		line             int
	}{
		{"link", "---\ntitle: T\nlink: javascript:alert(1)\n---\nText.", RuleBadLink, Warning, 3},
		{"link without scheme", "---\ntitle: T\nlink: www.example.com\n---\nText.", RuleBadLink, Warning, 3},
		{"language", "---\ntitle: T\nlang: english\n---\nText.", RuleInvalidLanguage, Warning, 3},
		{"created", "---\ntitle: T\ncreated: soon\n---\nText.", RuleInvalidDate, Warning, 3},
		{"draft", "---\ntitle: T\ndraft: maybe\n---\nText.", RuleInvalidValue, Warning, 3},
		{"section not sent", "# T\n\n## Tip\n\nText.\n\n## Notes\n\nMine.", RuleUnknownSection, Warning, 7},
		{"text above the tip", "# T\n\nIntro.\n\n## Tip\n\nText.", RuleUnknownSection, Warning, 3},
		{"empty mind map", "# T\n\nText.\n\n## Mindmap\n\n![]()\n", RuleEmptyMindmap, Note, 5},
		{"draft without text", "---\ndraft: true\n---\n", RuleEmptyBody, Note, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tip, faults := mustParse(t, "a.md", tt.text)
			wantFault(t, faults, tt.rule, tt.severity, tt.line, 0)
			if tip.Link != "" {
				t.Errorf("link kept: %q", tip.Link)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"---\ntitle: T\ntags: [a, *b]\n---\n## Tip\nx\n## Translations\n<details><summary>🇨🇳 x</summary>y</details>\n## Mindmap\n- a",
		"+++\na = 1\n[b]\nc = 2020-01-01\n+++\n# x\ny[^1]\n\n[^1]: z", "---\na: &a [*a]\n---\n", "---\n? [x]\n: y\n---\n", "\ufeff---\r\na: b\r\n---\r\n",
		"<details>\n<details open lang=es>\n<summary>\n```\n</details>\n```", "a\n===\n[b]: c\n\n## Translations\n\n[b]", "---\ntitle: ä¸ç\n---\n",
		"---\n<<: {a: b}\nz: 2001-01-01\ny: .nan\nx: !!binary gA==\n---\nt", "+++\na.b.c = [1, {x = 2}]\n+++\n#", "> - 1. # a\n\tb", "-\t---\n---",
	} {
		f.Add("a.md", []byte(s))
	}
	for _, s := range hostile() {
		f.Add("a.md", []byte(s[:min(len(s), 2000)])) // long ones make for few tries
	}
	for _, s := range []string{"\n----\ntitle: Be #1\n---\nx", "{\"title\": 1.10, \"a\": [{}]}\nx", "—-\ntitle: x\n—-", "<!--\n-->\n+++\ntitle = 1.10\ndate = 2030-01-01T00:00:00Z\n+++", "---\ntitle:\n  a\n  # b\n  c #d\npublishDate: 2030-01-01\npin: 12-24\n---\nx"} {
		f.Add("a.md", []byte(s))
	}
	f.Add("2022-01-28-x.zh-CN.md", []byte("x"))
	f.Fuzz(func(t *testing.T, path string, data []byte) {
		r := readFile(path, data, false) // not Parse, which would hide a panic
		tip, faults, ok := r.tip, r.faults, !r.withheld
		stored, err := json.Marshal(tip)
		if err != nil || len(stored) > 16<<20 { // six bytes for each of a control character, with room
			t.Errorf("no JSON of a fair size: %d bytes, %v", len(stored), err)
		}
		var back Tip
		if err := json.Unmarshal(stored, &back); err != nil && ok {
			t.Errorf("can't be read back: %v", err)
		}
		if ok && strings.ContainsFunc(PlainText(tip.Body, 72)+tip.Title, func(c rune) bool { return c != '\n' && c != '\t' && isUnprintable(c) }) {
			t.Error("text that a terminal obeys")
		}
		if strings.ContainsAny(tip.Title+tip.Emoji+tip.Source+tip.Author+tip.ID, "\r\n\x00") && !strings.ContainsAny(path, "\r\n\x00") {
			t.Errorf("line end in a header: %+v", tip)
		}
		if !ok && !slices.ContainsFunc(faults, func(f Fault) bool { return f.Severity == Error }) {
			t.Error("withheld without a reason")
		}
		if ok && tip.Body == "" && !tip.Draft {
			t.Error("empty body accepted")
		}
		last := strings.Count(strings.ReplaceAll(string(data), "\r\n", "\n"), "\n") + strings.Count(string(data), "\r") + 2
		for _, f := range Lint([]Tip{tip}, faults, LintOptions{Today: "2026-01-01"}) {
			if f.Line < 0 || f.Column < 0 || f.Line > last {
				t.Errorf("fault in the wrong place: %+v", f)
			}
			_ = f.String()
		}
	})
}

// What a chat program leaves behind is no part of the text, nor tofu in an inbox.
func TestMarksOfChatPrograms(t *testing.T) {
	tip, faults, ok := Parse("a.md", []byte("# Ask \uE200cite\uE202turn1search0\uE201\n\nListen first. \uE200filecite\uE202turn0file0\uE202turn2view1\uE201 Then answer.\uE200cite\uE202a\uE201\n"))
	if !ok || tip.Title != "Ask" || strings.TrimSpace(tip.Body) != "Listen first. Then answer." {
		t.Errorf("%t, %q, %q, %v", ok, tip.Title, tip.Body, faults)
	}
}
