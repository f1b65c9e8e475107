package tips

import (
	"strings"
	"testing"
)

// What Logseq has from Org mode, and the numbers of its blocks.
func TestBlocksOfOrgMode(t *testing.T) {
	for name, c := range map[string]struct{ in, html, text string }{
		"a box":          {"- #+BEGIN_NOTE\n  It is *new*.\n  #+END_NOTE\n- b", "<ul>\n<li>\n<aside>\n<p><strong>Note</strong></p>\n<p>It is <em>new</em>.</p>\n</aside>\n</li>\n<li>b</li>\n</ul>", "- > *Note*\n  >\n  > It is _new_.\n- b"},
		"below words":    {"Beware.\n#+BEGIN_WARNING\nSave first.\n#+END_WARNING\nThen go.", "<p>Beware.</p>\n<aside>\n<p><strong>Warning</strong></p>\n<p>Save first.</p>\n</aside>\n<p>Then go.</p>", "Beware.\n\n> *Warning*\n>\n> Save first.\n\nThen go."},
		"a quote":        {"#+begin_quote\nAsk.\n#+end_quote", "<blockquote>\n<p>Ask.</p>\n</blockquote>", "> Ask."},
		"code":           {"#+BEGIN_SRC clojure\n(a *b* c)\n\n#+END_SRC", "<pre><code>(a *b* c)\n\n</code></pre>", "    (a *b* c)"},
		"a query":        {"a\n\n#+BEGIN_QUERY\n{:title [[b]]}\n#+END_QUERY\n\nc", "<p>a</p>\n<p>c</p>", "a\n\nc"},
		"without an end": {"#+BEGIN_NOTE\na", "<p>#+BEGIN_NOTE\na</p>", "#+BEGIN_NOTE a"},
		"in code":        {"```\n#+BEGIN_TIP\na\n#+END_TIP\n```", "<pre><code>#+BEGIN_TIP\na\n#+END_TIP\n</code></pre>", "    #+BEGIN_TIP\n    a\n    #+END_TIP"},
		"another block":  {"- See ((6380a818-1a69-46f1-85f0-2b86fcba9b70)) first ((not one))", "<ul>\n<li>See first ((not one))</li>\n</ul>", "- See first ((not one))"},
		"size":           {"![a](https://a.example/b.png){:height 208, :width 205}", "<p><img src=\"https://a.example/b.png\" alt=\"a\"/></p>", "[a]"},
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := render(c.in, nil); err != nil || got != c.html {
				t.Errorf("HTML of %q\n got %q, %v\nwant %q", c.in, got, err, c.html)
			}
			if got := plainText(c.in, 0, nil); got != c.text {
				t.Errorf("text of %q\n got %q\nwant %q", c.in, got, c.text)
			}
		})
	}
}

func TestLintNamesWhatLogseqFillsIn(t *testing.T) {
	const number = "6380a818-1a69-46f1-85f0-2b86fcba9b70"
	tip, faults := mustParse(t, "a.md", "# A\n\nSee (("+number+")), `(("+number+"))` and [b]((("+number+"))).\n\n#+BEGIN_QUERY\n{}\n#+END_QUERY\n")
	var lines []int
	for _, f := range Lint([]Tip{tip}, faults, LintOptions{}) {
		if f.Rule == RuleVaultOnly && strings.Contains(f.Message, "Logseq") {
			lines = append(lines, f.Line)
		}
	}
	if len(lines) != 2 || lines[0] != 3 || lines[1] != 5 {
		t.Errorf("lines %v, want 3 and 5: %v", lines, faults)
	}
}
