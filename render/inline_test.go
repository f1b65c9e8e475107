package render

import (
	"strings"
	"testing"

	"golang.org/x/net/html"

	"dailytip/tips"
)

func testInliner(lang, dir, assets string) inliner {
	return inliner{sheet: newSheet(lightPalette(), lang, dir), top: 2, base: assetBase(assets, "team/tip.md")}
}

func TestInline(t *testing.T) {
	in := testInliner("en", "ltr", "https://tips.example.com/library")
	for name, c := range map[string]struct {
		in     string
		want   []string
		absent []string
	}{
		"details are shown open": {
			`<details><summary>More <b>here</b></summary><p>hidden</p></details>`,
			[]string{`<p style="margin:0 0 8px;font-weight:600">More <b style="font-weight:600">here</b></p>`, `>hidden</p>`},
			[]string{"details", "summary"},
		},
		"task list": {
			`<ul><li><input checked="" disabled="" type="checkbox"/> done</li><li><input disabled="" type="checkbox"/> open</li></ul>`,
			[]string{"☑ done", "☐ open", "list-style-type:none"},
			[]string{"<input"},
		},
		"tasks below tasks": {
			`<ul><li>☐ a<ul><li>☐ b<ul><li>c</li></ul></li></ul></li><li>d<ul><li>☐ e</li></ul></li></ul>`,
			[]string{`☐ a<ul style="margin:6px 0 0;padding:0;padding-left:44px"`, `☐ b<ul style="margin:6px 0 0;padding:0;padding-left:44px"`, `d<ul style="margin:6px 0 0;padding:0;padding-left:22px"`},
			nil,
		},
		"a picture as wide as its author wants it": {
			`<p><img src="https://example.com/a.png" alt="A" width="100" height="50"/><img src="https://example.com/b.png" alt="B" width="900"/></p>`,
			[]string{`alt="A" style="width:100px;max-width:100%`, `width="100"`, `alt="B" width="512" style="width:auto;`},
			[]string{"height="},
		},
		"code in a heading": {`<h2><code>a</code></h2>`, []string{"font-size:88%"}, []string{"font-size:15px"}},
		"footnotes lose their anchors": {
			`<p>A<sup id="fnref:1"><a href="#fn:1">1</a></sup>.</p><div><hr/><ol><li id="fn:1"><p>Note <a href="#fnref:1">↩</a></p></li></ol></div>`,
			[]string{`>1</sup>`, `>Note `, `<div style="margin:28px`},
			[]string{"#fn", "↩", "<hr", `id="`},
		},
		"relative addresses": {
			`<p><a href="other.md">o</a> <img src="../img/x.png" alt="X"/></p>`,
			[]string{`>o <img`, `src="https://tips.example.com/library/img/x.png"`, `alt="X"`},
			nil,
		},
		"a div of words is a paragraph": {
			`<div><div>By <b>A.</b></div><div><p>x</p></div></div><ul><li><div>y</div></li></ul>`,
			[]string{`<div><p style="margin:0 0 18px">By <b`, `</p><div><p `, `><div>y</div></li>`},
			nil,
		},
		"other schemes": {
			`<p><a href="javascript:alert(1)">bad</a> <a href="mailto:a@example.com">mail</a></p>`,
			[]string{"bad ", `href="mailto:a@example.com"`},
			[]string{"javascript"},
		},
		"headings start at 2": {
			`<h4>One</h4><p>x</p><h5>Two</h5>`,
			[]string{"<h2 style", "<h3 style"},
			[]string{"<h4", "<h5", "<h1"},
		},
		"a heading of level 1 isn't a second h1": {
			`<h1 id="x">One</h1>`,
			[]string{"<h2 style"},
			[]string{"<h1", `id="`},
		},
		"table": {
			`<table><thead><tr><th>A</th><th align="right">B</th></tr></thead><tbody><tr><td>1</td><td align="right">2</td></tr></tbody></table>`,
			[]string{`<div style="margin:0 0 18px;overflow-x:auto" class="f" role="group" tabindex="0">`, `scope="col"`, `align="right">B</th>`, `<td>1</td><td align="right">2</td>`, `class="k w"`},
			[]string{"<td style", "<th style"},
		},
		"code": {
			"<pre><code>a\n  b</code></pre><p><code>c</code></p>",
			[]string{`<pre role="group" tabindex="0" dir="ltr" style="`, "overflow-x:auto", `class="t q"`, "a\n  b", `<code style="padding:1px 4px`},
			nil,
		},
		"a box": {
			`<aside><p><strong>Tip</strong></p><p>a</p></aside>`,
			[]string{`<div role="note" style="`, `class="t b1"`, `<p style="margin:0">a</p>`},
			[]string{"<aside"},
		},
		"marks and keys": {
			`<p><mark>a</mark> <kbd>Ctrl</kbd></p>`,
			[]string{`<mark style="padding:1px 3px;background-color:#FBF3E6`, `class="t k"`, `<kbd style="padding:1px 6px;border:1px`},
			nil,
		},
		"last paragraph has no space below": {
			`<p>a</p><p>b</p>`, []string{`<p style="margin:0 0 18px">a</p><p style="margin:0">b</p>`}, nil,
		},
	} {
		got, err := in.inline(c.in)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range c.want {
			if !strings.Contains(got, want) {
				t.Errorf("%s: want %s in\n%s", name, want, got)
			}
		}
		for _, absent := range c.absent {
			if strings.Contains(got, absent) {
				t.Errorf("%s: want no %s in\n%s", name, absent, got)
			}
		}
	}
}

func TestInlineWithoutAssets(t *testing.T) {
	got, err := testInliner("en", "ltr", "").inline(`<p><a href="other.md">o</a> <img src="x.png" alt="A chart"/> <img src="y.png" alt=""/></p>`)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(got, "<a") || strings.Contains(got, "<img") || !strings.Contains(got, "[A chart]") {
		t.Errorf("relative addresses without a site: %s", got)
	}
}

func TestInlineMirrors(t *testing.T) {
	got, err := testInliner("ar", "rtl", "").inline(`<ul><li>a</li></ul><blockquote><p>b <em>c</em> <code>.env</code></p></blockquote>`)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"padding-right:24px", "border-right:3px", "font-style:normal", `<code dir="ltr"`} {
		if !strings.Contains(got, want) {
			t.Errorf("want %s in %s", want, got)
		}
	}
	if strings.Contains(got, "-left:") {
		t.Errorf("something wasn't mirrored: %s", got)
	}
}

// Whatever comes in, nothing may come out that runs, and dressing must end.
func FuzzInline(f *testing.F) {
	f.Add(`<details><summary>a</summary><details></details><table><tr><td><details>x</details></td></tr></table></details>`)
	f.Add(`<a href="#x"><a href="#fnref:1">y</a></a><input><input checked>`)
	f.Add(`<div><ol><li id="fn:1"></ol><hr><section role=doc-endnotes></section></div>`)
	f.Add(`<h1><h6><summary></summary><ul><li><p><input></ul>`)
	f.Fuzz(func(t *testing.T, fragment string) {
		in := testInliner("en", "ltr", "https://tips.example.com/")
		got, err := in.inline(fragment)
		if err != nil {
			return
		}
		root, err := parseFragment(got)
		if err != nil {
			t.Fatal(err)
		}
		for n := range root.Descendants() {
			if n.Type != html.ElementNode || n.Namespace != "" {
				continue
			}
			if n.Data == "details" || n.Data == "input" || n.Data == "h1" {
				t.Errorf("<%s> is left in %q from %q", n.Data, got, fragment)
			}
			if href := attr(n, "href"); n.Data == "a" && href != "" && strings.HasPrefix(strings.ToLower(strings.TrimSpace(href)), "javascript:") {
				t.Errorf("a script in %q", got)
			}
		}
	})
}

// Words for a picture that can't be shown are what its file is called, as people write it.
func TestWordsForAPictureAreReadable(t *testing.T) {
	view, err := NewTip(Options{}, tips.Tip{ID: "a", Path: "a.md", Title: "A"}, Version{Language: "en", Body: "![](my%20map.png)"}, "en", 2)
	if err != nil || !strings.Contains(string(view.Content), "[my map]") {
		t.Errorf("%s, %v", view.Content, err)
	}
}

// A picture without words has one, in the reader's language, and leads to itself: most
// mail programs show it later than the text, or never.
func TestPictureWithoutWordsHasOne(t *testing.T) {
	o := Options{AssetURL: "https://tips.example.com/library"}
	body := "![](map.png)\n\n[![ ](https://example.com/b.png)](https://example.com)\n\n![A chart](c.png)"
	view, err := NewTip(o, tips.Tip{ID: "a", Path: "a.md", Title: "A"}, Version{Language: "en", Body: body}, "de", 2)
	if err != nil {
		t.Fatal(err)
	}
	got := string(view.Content)
	for _, want := range []string{`<a href="https://tips.example.com/library/map.png"`, `alt="Bild"`, `alt="A chart"`} {
		if !strings.Contains(got, want) {
			t.Errorf("want %s in %s", want, got)
		}
	}
	if strings.Count(got, "<a ") != 2 || strings.Contains(got, `alt=""`) {
		t.Errorf("links and words: %s", got)
	}
	page, err := NewArticle(o, tips.Tip{ID: "a", Path: "a.md", Title: "A", Body: body}, "fr")
	if err != nil || !strings.Contains(string(page.Body), `alt="Image"`) {
		t.Errorf("%s, %v", page.Body, err)
	}
}

// What only adorns needs no word.
func TestDecorationsHaveNoWords(t *testing.T) {
	in := testInliner("en", "ltr", "https://tips.example.com/library")
	in.unnamed = "Picture"
	for picture, named := range map[string]bool{
		`<img src="a.png" width="32">`:                              false,
		`<img src="a.png" height="16px">`:                           false,
		`<img src="https://img.shields.io/badge/a-b-green">`:        false,
		`<img src="https://github.com/a/b/workflows/CI/badge.svg">`: false,
		`<img src="a.png" width="33">`:                              true,
		`<img src="a.png" width="100%">`:                            true,
		`<img src="a.png">`:                                         true,
	} {
		got, err := in.inline(picture)
		if err != nil || strings.Contains(got, "Picture") != named {
			t.Errorf("%s: %s, %v", picture, got, err)
		}
	}
}
