package render

import (
	"strings"
	"testing"
)

// What holds nothing isn't drawn, in a mail or on a page.
func TestWhatIsEmptyIsLeftOut(t *testing.T) {
	page := pageMarkup{top: 2, in: inliner{sheet: bareSheet(), top: 2}}
	for fragment, kept := range map[string]string{
		`<p>a</p><pre><code></code></pre>`:                                                          "<p>",
		"<p>a</p><blockquote><pre><code>\n \n</code></pre></blockquote>":                            "<p>",
		`<p>a</p><blockquote>&nbsp;</blockquote><p>&#8203;</p>`:                                     "<p>",
		`<p>a</p><aside><p></p></aside><h3> </h3>`:                                                  "<p>",
		`<p>a <code></code><kbd></kbd></p>`:                                                         "<p>",
		`<p>a</p><table><thead><tr><th></th></tr></thead><tbody><tr><td></td></tr></tbody></table>`: "<p>",
		`<p>a</p><ul><li></li><li><p></p></li></ul>`:                                                "<p>",
		`<ul><li>a</li><li></li></ul>`:                                                              "<ul><li>",
		`<ol><li></li><li>a</li><li></li></ol>`:                                                     "<ol><li><li>",
		`<p>a</p><dl><dt></dt><dd></dd></dl><details><summary></summary></details>`:                 "<p>",
		`<table><tbody><tr><td>a</td><td></td></tr><tr><td></td><td></td></tr></tbody></table>`:     "<table><tbody><tr><td><td><tr><td><td>",
		`<blockquote><p><img src="https://example.com/a.png" alt="a"></p></blockquote>`:             "<blockquote><p><img>",
		`<ul><li><input type="checkbox"> a</li><li><input type="checkbox"></li></ul>`:               "<ul><li><li>",
	} {
		mail, err := testInliner("en", "ltr", "").inline(fragment)
		if err != nil {
			t.Fatal(err)
		}
		site, err := page.fit(fragment)
		if err != nil {
			t.Fatal(err)
		}
		for where, got := range map[string]string{"mail": mail, "page": site} {
			if got := tagsOf(t, got); got != kept {
				t.Errorf("%s of %s: %s, want %s", where, fragment, got, kept)
			}
		}
	}
}

// tagsOf are the elements of a fragment in their order, without the frames of tables.
func tagsOf(t *testing.T, fragment string) string {
	t.Helper()
	root, err := parseFragment(fragment)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for n := range root.Descendants() {
		if n.DataAtom != 0 && n.Data != "div" {
			b.WriteString("<" + n.Data + ">")
		}
	}
	return b.String()
}
