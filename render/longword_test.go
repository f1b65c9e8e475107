package render

import (
	"strings"
	"testing"

	"dailytip/tips"
)

func titled(t *testing.T, title, lang string) Tip {
	t.Helper()
	view, err := NewTip(Options{}, tips.Tip{ID: "a", Path: "a.md", Title: title}, Version{Language: lang, Title: title, Body: "## " + title + "\n\nText"}, lang, 2)
	if err != nil {
		t.Fatal(err)
	}
	return view
}

// No line of a title begins with the last letter of a word: it's smaller on a phone,
// and a name made of others breaks between them.
func TestLongWordsOfTitles(t *testing.T) {
	for title, want := range map[string]string{
		"Own the mistake":                    "Own the mistake",
		"collections.Complement":             "collections.|Complement",
		"verticalAlignmentMode set":          "vertical|Alignment|Mode set",
		"a::very::deep::name::here":          "a::|very::|deep::|name::|here",
		"Donaudampfschifffahrtsgesellschaft": "Donaudampfschifffahrtsgesellschaft",
		"HTTPServerErrorHandlers3":           "HTTPServer|Error|Handlers3",
	} {
		view := titled(t, title, "en")
		if got := strings.ReplaceAll(string(view.Headline()), zeroWidthSpace, "|"); got != want {
			t.Errorf("%s: %s, want %s", title, got, want)
		}
		small := view.Small() != ""
		if heading := strings.Contains(string(view.Content), `class="hl"`); small != (title != "Own the mistake") || heading != small {
			t.Errorf("%s: small %t, in the text %t", title, small, heading)
		}
	}
	if view := titled(t, "自己的錯誤要自己承認然後再繼續往前走下去", "zh-TW"); view.Small() != "" || strings.Contains(string(view.Headline()), zeroWidthSpace) {
		t.Errorf("Chinese may break anywhere: %s", view.Headline())
	}
}

// Korean words stay whole, but for those that a line has no room for.
func TestKoreanWordsStayWhole(t *testing.T) {
	for lang, want := range map[string]bool{"ko": true, "ko-KR": true, "ja": false, "zh-CN": false, "en": false} {
		view := titled(t, "A", lang)
		for _, style := range []string{"title", "section", "fragment"} {
			css, err := view.CSS(style)
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Contains(string(css), "word-break:keep-all;overflow-wrap:break-word"); got != want {
				t.Errorf("%s, %s: %s", lang, style, css)
			}
		}
	}
}

// Code and addresses among words end a line where their parts meet.
func TestLongWordsOfTexts(t *testing.T) {
	for fragment, want := range map[string]string{
		`<p><code>datetime.datetime.utcfromtimestamp(iso_string)</code></p>`:                   "<p><code><wbr><wbr><wbr><wbr>",
		`<ul><li><code>FileManager#generateMarkdownLink</code></li></ul>`:                      "<ul><li><code><wbr><wbr><wbr><wbr>",
		`<p><a href="https://example.com/">https://example.com/package/deku/</a></p>`:          "<p><a><wbr><wbr><wbr><wbr>",
		`<p><code>git push --force origin main and more</code> a/short/path</p>`:               "<p><code>",
		`<pre><code>datetime.datetime.utcfromtimestamp(iso_string)</code></pre>`:               "<pre><code>",
		`<table><tr><td><code>datetime.datetime.utcfromtimestamp()</code></td></tr></table>`:   "<table><tbody><tr><td><code><wbr><wbr>",
		`<table><tr><td><code>some_function(arg)</code></td><td>Some words</td></tr></table>`:  "<table><tbody><tr><td><code><td>",
		`<table><tr><td>https://example.com/a/b/c.html</td><td>Some words</td></tr></table>`:   "<table><tbody><tr><td><wbr><wbr><wbr><wbr><td>",
		`<table><tr><td>a_name_of_17_ones</td><td>an_other_one_here</td></tr></table>`:         "<table><tbody><tr><td><wbr><wbr><wbr><td><wbr><wbr><wbr>",
		`<table><tr><td><code>--/--dry-run-of-all-of-these</code></td><td>x</td></tr></table>`: "<table><tbody><tr><td><code><td>",
	} {
		got, err := testInliner("en", "ltr", "").inline(fragment)
		if err != nil {
			t.Fatal(err)
		}
		if got := tagsOf(t, got); got != want {
			t.Errorf("%s: %s, want %s", fragment, got, want)
		}
	}
}
