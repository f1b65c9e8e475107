package tips

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// What other programs read otherwise than CommonMark does, as its readers see it at home.
func TestReadingAsAtHome(t *testing.T) {
	for name, c := range map[string]struct{ in, html, text string }{
		// HTML and code.
		"HTML goes on indented":        {"<div>\n\n    <p>One</p>\n\n    <p>Two <b>x</b></p>\n</div>", "<div>\n<p>One</p>\n\n<p>Two <b>x</b></p>\n</div>", "One\nTwo x"},
		"indented HTML below HTML":     {"  <p>One</p>\n\n    <a href=\"https://a.example\">\n      Two\n    </a>", "<p>One</p>\n<a href=\"https://a.example\">\n  Two\n</a>", "One\n\nTwo"},
		"HTML as code below words":     {"<p>One</p>\n\nWrite:\n\n    <p>Two</p>", "<p>One</p>\n<p>Write:</p>\n<pre><code>&lt;p&gt;Two&lt;/p&gt;\n</code></pre>", "One\n\nWrite:\n\n    <p>Two</p>"},
		"HTML as code below an anchor": {"## A\n\n<a name=\"x\"></a>\n\n    <p>Two</p>", "<h2 id=\"tip-a\">A</h2>\n<p></p>\n<pre><code>&lt;p&gt;Two&lt;/p&gt;\n</code></pre>", "A\n-\n\n    <p>Two</p>"},
		"a page as code below HTML":    {"<p>One</p>\n\n    <script src=\"a.js\"></script>", "<p>One</p>\n<pre><code>&lt;script src=&#34;a.js&#34;&gt;&lt;/script&gt;\n</code></pre>", "One\n\n    <script src=\"a.js\"></script>"},
		"the colours of a terminal": {
			"```console\n$ <font color=\"#4E9A06\">run</font> <u style=\"x:y\">a.py</u>\n  <span style=\"a:b\"><b>ok</b></span> <name> <i>\n```",
			"<pre><code>$ run a.py\n  ok &lt;name&gt; &lt;i&gt;\n</code></pre>", "    $ run a.py\n      ok <name> <i>",
		},
		"a page in a terminal": {"```console\n$ curl a\n<p><b>a</b></p>\n```", "<pre><code>$ curl a\n&lt;p&gt;&lt;b&gt;a&lt;/b&gt;&lt;/p&gt;\n</code></pre>", "    $ curl a\n    <p><b>a</b></p>"},
		"tags in other code":   {"```html\n<font color=\"red\">a</font>\n```", "<pre><code>&lt;font color=&#34;red&#34;&gt;a&lt;/font&gt;\n</code></pre>", "    <font color=\"red\">a</font>"},
		"how lines of code look": {
			"```js{2,4}\na() // [!code focus]\n  b() // [!code --]\nc() // [!code ++]\n// [!code highlight:2]\nd('[!code x]')\n```",
			"<pre><code>a()\n  b() // --\nc() // ++\nd(&#39;[!code x]&#39;)\n</code></pre>", "    a()\n      b() // --\n    c() // ++\n    d('[!code x]')",
		},

		// Markdown within HTML.
		"markdown in a div":          {"<div class=\"a\" markdown=\"1\">\n**One**\n\n- two\n</div>\nThree *four*", "<div><p><strong>One</strong></p>\n<ul>\n<li>two</li>\n</ul>\n</div>\n<p>Three <em>four</em></p>", "*One*\n\n- two\n\nThree _four_"},
		"indented in each other":     {"a\n<div markdown>\n    <div markdown=block>\n    **One**\n    </div>\n    - two\n        - three\n</div>", "<p>a</p>\n<div><div><p><strong>One</strong></p>\n</div>\n<ul>\n<li>two\n<ul>\n<li>three</li>\n</ul>\n</li>\n</ul>\n</div>", "a\n\n*One*\n\n- two\n  - three"},
		"in a list and in a box":     {"- a\n\n    <div markdown>\n    **b**\n    </div>\n\n!!! note\n\n    <div markdown>\n    **c**\n    </div>", "<ul>\n<li>\n<p>a</p>\n<div><p><strong>b</strong></p>\n</div>\n</li>\n</ul>\n<aside>\n<p><strong>Note</strong></p>\n<div><p><strong>c</strong></p>\n</div>\n</aside>", "- a\n\n  *b*\n\n> *Note*\n>\n> *c*"},
		"markdown on the tag's line": {"<p markdown=\"1\">An *old* `</p>`</p>\n<div markdown='span'>so **it**\nis</div>\n\n<h2 markdown>**x**</h2>\n<div markdown></div>", "<p>An <em>old</em> <code>&lt;/p&gt;</code></p>\n<div>so <strong>it</strong>\nis</div>\n<h2><strong>x</strong></h2>\n<div></div>", "An _old_ `</p>`\n\nso *it* is\n\n*x*"},
		"a quote and a figure":       {"<blockquote markdown>\n**a**\n</blockquote>\n\n<figure markdown>\n  ![p](https://a.example/b.png){ width=\"300\" }\n  <figcaption markdown>Our [map](https://a.example)</figcaption>\n</figure>", "<blockquote><p><strong>a</strong></p>\n</blockquote>\n<figure><p><img src=\"https://a.example/b.png\" alt=\"p\"/></p>\n<figcaption>Our <a href=\"https://a.example\">map</a></figcaption>\n</figure>", "> *a*\n\n[p]\n\nOur map (https://a.example)"},
		"an end within code":         {"<div markdown>\n```html\n</div>\n```\n**a** `<div>`\n<div>\n*b*\n</div>\n</div>", "<div><pre><code>&lt;/div&gt;\n</code></pre>\n<p><strong>a</strong> <code>&lt;div&gt;</code></p>\n<div>\n*b*\n</div>\n</div>", "    </div>\n\n*a* `<div>`\n\n*b*"},
		"words behind an end":        {"<div markdown>\n*a*\n</div> and *b*\n\n<div markdown>\n*c*</div> and *d*\n\n<div markdown>\n*e*</div>\n\n<div markdown>\n\tf\n", "<div><p><em>a</em>\nand <em>b</em></p>\n</div>\n<div><p><em>c</em></p></div> and <em>d</em><p></p>\n\n<div><p><em>e</em></p>\n</div>\n<div><p>f</p>\n</div>", "_a_ and _b_\n\n_c_\nand _d_\n\n_e_\n\nf"},
		"HTML without markdown":      {"<div markdown=\"0\">\n*a*\n</div>\n\n<div title=\"markdown\">\n*b*\n</div>\n\n```\n<div markdown>\n```", "<div>\n*a*\n</div>\n<div title=\"markdown\">\n*b*\n</div>\n<pre><code>&lt;div markdown&gt;\n</code></pre>", "*a*\n\n*b*\n\n    <div markdown>"},

		// Links whose address stands in another file.
		"addresses of another file": {"See [the *manual*][my-manual], [`code`][], [`a.highlight`][ahighlight], [MkDocs][mkdocs],\n[over\nlines][1] and [![a](https://a.example/b.png)][ci-badge].", "<p>See the <em>manual</em>, <code>code</code>, <code>a.highlight</code>, MkDocs,\nover\nlines and <img src=\"https://a.example/b.png\" alt=\"a\"/>.</p>", "See the _manual_, `code`, `a.highlight`, MkDocs, over lines and [a]."},
		"an icon and no address":    {"[:octicons-file-code-24:][_betterem]{: .source-link }\n\na", "<p>a</p>", "a"},
		"brackets that are no link": {"a[i][j], x [0][1], [a-z][0-9], [laughs out][waves], [Df][Dg], `[the manual][my-manual]`, \\[the manual][my-manual] and [^1][^2]", "<p>a[i][j], x [0][1], [a-z][0-9], [laughs out][waves], [Df][Dg], <code>[the manual][my-manual]</code>, [the manual][my-manual] and [^1][^2]</p>", "a[i][j], x [0][1], [a-z][0-9], [laughs out][waves], [Df][Dg], `[the manual][my-manual]`, [the manual][my-manual] and [^1][^2]"},
		"addresses of its own":      {"[the manual][my-manual] and [the manual][] [x]\n\n[my-manual]: https://a.example\n[the manual]: https://b.example", "<p><a href=\"https://a.example\">the manual</a> and <a href=\"https://b.example\">the manual</a> [x]</p>", "the manual (https://a.example) and the manual (https://b.example) [x]"},

		"a picture without address": {"![the *plan*][my plan] and ![the plan][] and ![a][b], `![a][b]`, \\![a][b]", "<p>[the *plan*] and [the plan] and [a], <code>![a][b]</code>, ![a][b]</p>", "[the *plan*] and [the plan] and [a], `![a][b]`, ![a][b]"},
		"a picture with one":        {"![the plan][] ![b][the plan]\n\n[the plan]: https://a.example/b.png", "<p><img src=\"https://a.example/b.png\" alt=\"the plan\"/> <img src=\"https://a.example/b.png\" alt=\"b\"/></p>", "[the plan] [b]"},

		// Pictures of a vault, and links in its tables.
		"pictures of a vault": {"![[a b.png#interface]] ![[C#.png]] ![[lucide-trash-2.svg#icon]] ![[a.png|300]] ![[a.png|The plan|300x200]]", "<p><img src=\"a%20b.png\" alt=\"a b\"/> <img src=\"C#.png\" alt=\"C#\"/> <img src=\"lucide-trash-2.svg\" alt=\"trash 2\"/> <img src=\"a.png\" alt=\"a\"/> <img src=\"a.png\" alt=\"The plan\"/></p>", "[a b] [C#] [trash 2] [a] [The plan]"},
		"links in cells":      {"| A | B |\n|---|---|\n| $p$ | [[./De Morgan's laws|De Morgan]] |\n| [[b\\|c]] | [[d|e]] `[[f` |\n\n[[g|h]] | i", "<table>\n<thead>\n<tr>\n<th>A</th>\n<th>B</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>p</td>\n<td>De Morgan</td>\n</tr>\n<tr>\n<td>c</td>\n<td>e <code>[[f</code></td>\n</tr>\n</tbody>\n</table>\n<p>h | i</p>", "A  B\n-  ---------\np  De Morgan\nc  e `[[f`\n\nh | i"},
		"no table":            {"```\n| [[a|b]] |\n|---|\n| [[a|b]] |\n```", "<pre><code>| [[a|b]] |\n|---|\n| [[a|b]] |\n</code></pre>", "    | [[a|b]] |\n    |---|\n    | [[a|b]] |"},
		"intervals":           {"within $[0, 1]$, $(a)$ or $[0, n)$, $sup(E)$; $p \\vee r$$q \\wedge r$, $5$$6$ and $$a", "<p>within [0, 1], (a) or [0, n), sup(E); p ∨ r q ∧ r, 5 6 and $$a</p>", "within [0, 1], (a) or [0, n), sup(E); p ∨ r q ∧ r, 5 6 and $$a"},

		// Lists.
		"a list in a deep item": {"  1. One\n  1. Two\n    - a\n    - b\n      and c\n  1. Three", "<ol>\n<li>One</li>\n<li>Two\n<ul>\n<li>a</li>\n<li>b\nand c</li>\n</ul>\n</li>\n<li>Three</li>\n</ol>", "1. One\n2. Two\n   - a\n   - b and c\n3. Three"},
		"letters and numerals": {
			"1)  One\n2)  Two\n    i.  a\n    ii. b\n        a.  c\n        b.  *d*\n    iii. e", "<ol>\n<li>One</li>\n<li>Two\n<ol type=\"i\">\n<li>a</li>\n<li>b\n<ol type=\"a\">\n<li>c</li>\n<li><em>d</em></li>\n</ol>\n</li>\n<li>e</li>\n</ol>\n</li>\n</ol>",
			"1) One\n2) Two\n   i. a\n   ii. b\n       a. c\n       b. _d_\n   iii. e",
		},
		"words in an item": {"- so said\n  A. Smith\n  i. e. me\n  2. of it\n- 5 -\n  3", "<ul>\n<li>so said\nA. Smith\ni. e. me\n2. of it</li>\n<li>5 -\n3</li>\n</ul>", "- so said A. Smith i. e. me 2. of it\n- 5 - 3"},

		// Words that were edited, and bars.
		"edits":                  {"a {++an *added*++} b {--old--} c {~~one~>two~~} d {==seen==}{>>why?<<}.", "<p>a <ins>an <em>added</em></ins> b <del>old</del> c <del>one</del> <ins>two</ins> d <mark>seen</mark>.</p>", "a an _added_ b ~old~ c ~one~ two d *seen*."},
		"edits in code":          {"`{++a++}` {+a+} {--a b", "<p><code>{++a++}</code> {+a+} {--a b</p>", "`{++a++}` {+a+} {--a b"},
		"marks of Logseq":        {"a ^^b c^^ d, x^^y^^z and 2 ^^ 3", "<p>a <mark>b c</mark> d, x^^y^^z and 2 ^^ 3</p>", "a *b c* d, x^^y^^z and 2 ^^ 3"},
		"bars of progress":       {"[=45% \"Almost *half*\"]\n\n[==3/4]{: .thin}\n\n[=5] [=a%]", "<p>████░░░░░░ Almost *half*</p>\n<p>███████░░░ 3/4</p>\n<p>[=5] [=a%]</p>", "████░░░░░░ Almost *half*\n\n███████░░░ 3/4\n\n[=5] [=a%]"},
		"a box without a title":  {"::: tip {no-title}\na\n:::\n\n::: details Look *here* {open}\nb\n:::\n\n::: tip In {braces} and on\nc\n:::", "<aside>\n<p>a</p>\n</aside>\n<aside>\n<details>\n<summary>Look <em>here</em></summary>\n<p>b</p>\n</details>\n</aside>\n<aside>\n<p><strong>In {braces} and on</strong></p>\n<p>c</p>\n</aside>", "> a\n\n> *Look _here_*\n>\n> b\n\n> *In {braces} and on*\n>\n> c"},
		"products among Chinese": {"先算$(AB)C$再算$ABCv$，得 $(a', c')$ 。它$5到$6，用$HOME和$PATH，$OK$ or $FINE$", "<p>先算(AB)C再算ABCv，得 (a′, c′) 。它$5到$6，用$HOME和$PATH，OK or $FINE$</p>", "先算(AB)C再算ABCv，得 (a′, c′) 。它$5到$6，用$HOME和$PATH，OK or $FINE$"},

		// Rules that part a text from nothing.
		"a rule at the end":     {"a\n\n---\n\nb[^1]\n\n***\n\n<hr>\n\n[^1]: c", "<p>a</p>\n<hr/>\n<p>b<sup id=\"fnref:1\"><a href=\"#fn:1\" role=\"doc-noteref\">1</a></sup></p>\n<div role=\"doc-endnotes\">\n<hr/>\n<ol>\n<li id=\"fn:1\">\n<p>c\u00a0<a href=\"#fnref:1\" role=\"doc-backlink\">↩︎</a></p>\n</li>\n</ol>\n</div>", "a\n\n* * *\n\nb[1]\n\n[1] c"},
		"HTML at the end":       {"a\n\n<hr class=\"x\">\n<hr/>\n", "<p>a</p>", "a"},
		"a rule within a quote": {"> a\n>\n> ---\n\nb", "<blockquote>\n<p>a</p>\n<hr/>\n</blockquote>\n<p>b</p>", "> a\n>\n> * * *\n\nb"},

		// What only leads around in the text.
		"a list of headings":          {"## Contents\n\n- [A](#a)\n  - [*B*](#b)\n- **[C](#c)**\n\n## A\n\na\n\n[↑ Back to top](#contents)\n\n## C\n\nb\n\n**[⬆](#)**\n\n<p align=\"right\">(<a href=\"#top\">back to top</a>)</p>", "<h2 id=\"tip-a\">A</h2>\n<p>a</p>\n<h2 id=\"tip-c\">C</h2>\n<p>b</p>", "A\n-\n\na\n\nC\n-\n\nb"},
		"one where a program puts it": {"# 目录\n\n[TOC]\n\na", "<p>a</p>", "a"},
		"one of Chinese headings":     {"**目录**\n\n1. [甲](#甲)\n2. [乙](#乙)\n\na\n\n[返回目录](#目录)", "<p>a</p>", "a"},
		"a way back above a list":     {"a\n\n[Contents](#contents)\n\n- [A](#a)\n- [B](#b)", "<p>a</p>", "a"},
		"lists with more":             {"Contents\n\n- [A](#a): the first\n- [B](https://b.example)\n\n[the top](#top) of it, and\n\n[see above](#a)", "<p>Contents</p>\n<ul>\n<li><a href=\"#a\">A</a>: the first</li>\n<li><a href=\"https://b.example\">B</a></li>\n</ul>\n<p><a href=\"#top\">the top</a> of it, and</p>\n<p><a href=\"#a\">see above</a></p>", "Contents\n\n- A: the first\n- B (https://b.example)\n\nthe top of it, and\n\nsee above"},
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := render(c.in, nil); err != nil || got != c.html { // not HTML, which would hide a panic
				t.Errorf("HTML of %q\n got %q, %v\nwant %q", c.in, got, err, c.html)
			}
			if got := plainText(c.in, 0, nil); got != c.text {
				t.Errorf("text of %q\n got %q\nwant %q", c.in, got, c.text)
			}
		})
	}
}

// What would leave an empty mail isn't sent.
func TestWhatShowsNothing(t *testing.T) {
	for text, nothing := range map[string]bool{
		"<script>\nif (window) {}\n</script>":                         true,
		"<style>\n.a { color: red }\n</style>\n\n<br>":                true,
		"<div class=\"links\"></div>\n\n&nbsp;":                       true,
		"[home]: https://a.example":                                   true,
		"%% a note to myself %%":                                      true,
		"<a name=\"top\"></a>\n\n***":                                 true,
		"<script>\nif (window) {}\n</script>\n\nA word":               false,
		"<p>A word</p>":                                               false,
		"![](https://a.example/b.png)":                                false,
		"<img src=\"https://a.example/b.png\">":                       false,
		"[home](https://a.example)":                                   false,
		"`code`":                                                      false,
		"<iframe src=\"https://www.youtube.com/embed/abc\"></iframe>": false,
		"> [!note]\n> A word":                                         false,
	} {
		_, faults, ok := Parse("a.md", []byte("---\ntitle: T\n---\n"+text))
		if ok == nothing || nothing && faults[len(faults)-1].Rule != RuleEmptyBody {
			t.Errorf("%q: %v, sent %t", text, faults, ok)
		}
	}
}

// A link without an address is said, with its line.
func TestLostReferencesAreSaid(t *testing.T) {
	tip, faults := mustParse(t, "a.md", "---\ntitle: T\nlink: https://a.example\n---\nA\n\nsee [the manual][my-manual] and [b][i]\n")
	got := Lint([]Tip{tip}, faults, LintOptions{})
	if len(got) != 1 || got[0].Rule != RuleReference || got[0].Line != 7 || got[0].Column != 5 || !strings.Contains(got[0].Message, "[my-manual]: https://") {
		t.Errorf("%v", got)
	}
}

// Headings that say something about their text are front matter.
func TestHeadingsInPlaceOfFrontMatter(t *testing.T) {
	tip, faults, ok := Parse("data/marks.md", []byte("# Title: Set a *mark*\n# Category: Moves\n# Tags: jump, mark\n---\nPress `ma`.\n\n```sh\n# Title: no\n# Tags: no\n```\n"))
	if !ok || len(faults) > 0 || tip.Title != "Set a mark" || !slices.Equal(tip.Tags, []string{"Moves", "jump", "mark"}) || !strings.HasPrefix(tip.Body, "Press `ma`.") {
		t.Errorf("%+v, %v", tip, faults)
	}
	tip, faults, ok = Parse("data/marks_and_jumps.md", []byte("# Title: Set a mark\n# Category: Moves\n# Tags: mark\n---\nPress `ma`.\n***\n# Title: Jump\n# Category: Moves\n---\nPress `'a`.\n"))
	if want := "## Set a mark\n\n\n\nPress `ma`.\n***\n## Jump\n\n\nPress `'a`."; !ok || len(faults) > 0 || tip.Title != "Marks and jumps" || tip.Body != want || !slices.Equal(tip.Tags, []string{"Moves"}) {
		t.Errorf("%q %+v, %v", tip.Body, tip, faults)
	}
	for _, text := range []string{"# Title: the word\n\nText", "# Category: all\n# Tags: b\n\nText", "Text\n\n# Title: A\n# Tags: b\n"} {
		if tip, _, ok := Parse("a.md", []byte(text)); !ok || len(tip.Tags) > 0 {
			t.Errorf("%q: %+v", text, tip)
		}
	}
}

// Dendron counts in milliseconds, others in seconds.
func TestInstantsThatAreCounted(t *testing.T) {
	for text, want := range map[string]string{"1640995200000": "2022-01-01T00:00:00Z", "1640995200": "2022-01-01T00:00:00Z", "'1640995200123'": "2022-01-01T00:00:00.123Z"} {
		tip, faults := mustParse(t, "a.md", "---\ntitle: T\ncreated: "+text+"\nupdated: "+text+"\n---\nA\n")
		if got := tip.Created.Format(time.RFC3339Nano); len(faults) > 0 || got != want || !tip.Modified.Equal(tip.Created) {
			t.Errorf("%s: %s, %v", text, got, faults)
		}
	}
	for _, text := range []string{"20240101", "2024", "164099520", "16409952000000", "-1640995200"} {
		if _, faults := mustParse(t, "a.md", "---\ntitle: T\ncreated: "+text+"\n---\nA\n"); len(faults) != 1 || faults[0].Rule != RuleInvalidDate {
			t.Errorf("%s: %v", text, faults)
		}
	}
}

// A text that only names another, which readers of a mail can't open, isn't sent.
func TestNothingButALinkIsWithheld(t *testing.T) {
	for _, text := range []string{"[It moved here](../b/c.md)", "- [<It> moved](<b c.md>)\n", "[[Other note]]", "![[work.plans]]", "## Plans\n\n![[work.plans]]\n\n- ![[work.more#part]]"} {
		if _, faults, ok := Parse("a.md", []byte("---\ntitle: T\n---\n"+text)); ok || len(faults) != 1 || faults[0].Rule != RuleEmptyBody || !strings.Contains(faults[0].Message, "nothing but “") {
			t.Errorf("%q: sent %t, %v", text, ok, faults)
		}
		if _, faults, ok := Parse("a.md", []byte("---\ntitle: T\nlink: https://a.example\n---\n"+text)); !ok {
			t.Errorf("%q with a source: %v", text, faults)
		}
	}
	for _, text := range []string{"[Here](https://a.example)", "See [[Other note]]", "![[map.png]]", "![A map](map.png)", "Words\n\n![[work.plans]]", "[a](b.md) [c](d.md)"} {
		if _, faults, ok := Parse("a.md", []byte("---\ntitle: T\n---\n"+text)); !ok {
			t.Errorf("%q: %v", text, faults)
		}
	}
}
