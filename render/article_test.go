package render

import (
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"dailytip/tips"
)

func testPageMarkup(assets string) pageMarkup {
	return pageMarkup{top: 2, in: inliner{sheet: bareSheet(), top: 2, base: assetBase(assets, "team/tip.md"), dir: "team"}}
}

func TestPageMarkup(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"details stay":              {`<details><summary>More</summary><p>here</p></details>`, `<details><summary>More</summary><p>here</p></details>`},
		"details without a summary": {`<details><p>here</p></details>`, `<p>here</p>`},
		"a summary by itself":       {`<summary>More</summary>`, `<div>More</div>`},
		"headings begin at 2":       {`<h4 id="tip-a">A</h4><h6>B</h6>`, `<h2 id="tip-a">A</h2><h4>B</h4>`},
		"a heading of level 1":      {`<h1>A</h1><h3>B</h3>`, `<h2>A</h2><h4>B</h4>`},
		"an empty heading":          {`<h2> </h2><p>x</p>`, `<p>x</p>`},
		"a picture of the library":  {`<p><img src="../map.png" alt=" A map " width="900" align="left"/></p>`, `<p><img src="https://tips.example.com/files/x/map.png" alt="A map" loading="lazy"/></p>`},
		"a picture with a width":    {`<img src="https://example.com/a.png" alt="A" width="100"/>`, `<img src="https://example.com/a.png" alt="A" loading="lazy" width="100"/>`},
		"a picture without alt":     {`<img src="https://example.com/a.png"/>`, `<img src="https://example.com/a.png" alt="" loading="lazy"/>`},
		"a link to another tip":     {`<p>See <a href="other.md">the other</a>.</p>`, `<p>See the other.</p>`},
		"a link into the text":      {`<p><a href="#tip-a">A</a> <a href="#">B</a></p>`, `<p><a href="#tip-a">A</a> B</p>`},
		"footnotes": {
			`<p>A<sup id="fnref:1"><a href="#fn:1" role="doc-noteref">1</a></sup></p><div role="doc-endnotes"><hr/><ol><li id="fn:1"><p>Note <a href="#fnref:1">↩</a></p></li></ol></div>`,
			`<p>A<sup id="fnref-1"><a href="#fn-1">1</a></sup></p><div role="doc-endnotes"><hr/><ol><li id="fn-1"><p>Note <a href="#fnref-1">↩</a></p></li></ol></div>`,
		},
		"a link without words":   {`<p><a href="https://example.com"></a>x</p>`, `<p>x</p>`},
		"a link to the web":      {`<a href="https://example.com/?a=1&amp;b=2">A</a>`, `<a href="https://example.com/?a=1&amp;b=2">A</a>`},
		"a link that isn't one":  {`<a href="javascript:alert(1)">A</a>`, `A`},
		"what HTML has no more":  {`<p><tt>a</tt><strike>b</strike></p><ul type="disc"><li>c</li></ul>`, `<p><code>a</code><s>b</s></p><ul><li>c</li></ul>`},
		"items outside of lists": {`<li>a</li><figcaption>b</figcaption>`, `<div>a</div><div>b</div>`},
		"a table, its columns, its corner": {
			`<table width="90%"><thead><tr><th></th><th align="right">A</th></tr></thead><tbody><tr><td align="center">b</td><td>c</td></tr></tbody></table>`,
			`<div class="frame" role="group" tabindex="0"><table><thead><tr><td></td><th scope="col" class="number">A</th></tr></thead><tbody><tr><td class="centre">b</td><td>c</td></tr></tbody></table></div>`,
		},
		"a task":      {`<ul><li>☑ done</li><li>not one</li></ul>`, `<ul><li class="task">☑ done</li><li>not one</li></ul>`},
		"a long name": {`<p><code>FileManager#generateMarkdownLink</code></p>`, `<p><code>File<wbr/>Manager#<wbr/>generate<wbr/>Markdown<wbr/>Link</code></p>`},
		"code":        {"<pre><code>a\tb</code></pre>", `<pre dir="ltr" role="group" tabindex="0"><code>a    b</code></pre>`},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := testPageMarkup("https://tips.example.com/files/x/").fit(c.in)
			if err != nil || got != c.want {
				t.Errorf("%v\n got %s\nwant %s", err, got, c.want)
			}
		})
	}
	got, err := testPageMarkup("").fit(`<p><img src="map.png" alt="A <map>"/><a href="a.png">p</a></p>`)
	if want := `<p>[A &lt;map&gt;]p</p>`; err != nil || got != want {
		t.Errorf("without an address: %s, want %s; %v", got, want, err)
	}
}

func FuzzPageMarkup(f *testing.F) {
	for _, seed := range []string{"<details><summary>", "<table><tr><td><table>", "<li><a href='#'><h1>", "<ruby><rt><p>", "<a href=x><img src=y>"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, markdown string) {
		fragment, err := tips.HTML(markdown)
		if err != nil {
			t.Skip()
		}
		got, err := testPageMarkup("https://tips.example.com/files/x/").fit(fragment)
		if err != nil {
			t.Skip()
		}
		root, err := parseFragment(got)
		if err != nil {
			t.Fatal(err)
		}
		for n := range root.Descendants() {
			if n.Type != html.ElementNode {
				continue
			}
			if href := strings.ToLower(strings.TrimSpace(attr(n, "href") + attr(n, "src"))); strings.HasPrefix(href, "javascript:") ||
				n.Data == "h1" || n.Data == "script" || n.Data == "tt" || hasAttr(n, "style") || hasAttr(n, "align") || hasAttr(n, "onclick") {
				t.Errorf("%q made %q", markdown, got)
			}
		}
	})
}

// Every tip of the gallery in every language: no style of a mail, one language,
// and the words of the mail.
func TestArticles(t *testing.T) {
	n := Options{Language: "en", AssetURL: "https://tips.example.com/files/management/"}
	gallery, err := tips.Open(filepath.Join("testdata", "gallery"), tips.Options{})
	if err != nil {
		t.Fatal(err)
	}
	all := gallery.Tips()
	if len(all) < 12 {
		t.Fatalf("the gallery has %d tips, want at least 12", len(all))
	}
	for _, tip := range all {
		for _, lang := range Languages(n.Language, tip) {
			a, err := NewArticle(n, tip, lang)
			if err != nil {
				t.Fatal(err)
			}
			title, language := Titled(n.Language, tip, lang)
			if a.Language != lang || a.Fallback || a.Title != title || language != lang || a.Title == "" || a.Summary == "" || a.Body == "" {
				t.Errorf("%s in %s: %+v", tip.ID, lang, a)
			}
			var whole strings.Builder
			whole.WriteString(string(a.Body + a.Source))
			if a.Map != nil {
				whole.WriteString(string(a.Map.Root))
				for _, b := range a.Map.Branches {
					whole.WriteString(string(b.Text))
				}
			} else if strings.Contains(tip.Mindmap, "- ") && lang == Languages(n.Language, tip)[0] {
				t.Errorf("%s lost its mind map", tip.ID)
			}
			for _, bad := range []string{" style=", "target=", "align=", "<h1"} {
				if strings.Contains(whole.String(), bad) {
					t.Errorf("%s in %s has %s:\n%s", tip.ID, lang, bad, whole.String())
				}
			}
			if _, err := html.Parse(strings.NewReader(whole.String())); err != nil {
				t.Error(err)
			}
		}
	}
	sayIt, _ := gallery.Tip("say-it")
	a, err := NewArticle(n, sayIt, "de")
	if err != nil || !a.Fallback || a.Language != "en" || a.Words != "de" || !strings.HasPrefix(string(a.Source), `Nach <a href=`) {
		t.Errorf("%+v, %v", a, err)
	}
}

func TestArticleMap(t *testing.T) {
	n := Options{Language: "en"}
	a, err := NewArticle(n, tips.Tip{ID: "a", Title: "A", Body: "x", Mindmap: "- Root\n  - *One* [two](https://example.com)\n    - three\n  - four\n"}, "")
	if err != nil {
		t.Fatal(err)
	}
	m := a.Map
	if m == nil || m.Root != "Root" || len(m.Branches) != 2 || m.Branches[0].Text != `<em>One</em> <a href="https://example.com">two</a>` ||
		m.Branches[0].Branches[0].Text != "three" || m.Branches[1].Text != "four" {
		t.Errorf("%+v", m)
	}
	if a, err := NewArticle(n, tips.Tip{ID: "a", Title: "A", Body: "x", Mindmap: "![]()"}, ""); err != nil || a.Map != nil {
		t.Errorf("%+v, %v", a.Map, err)
	}
}
