package tips

import "testing"

// What people's own programs write, as its readers see it: in HTML and in the
// text part, and never as raw syntax in either.
func TestSyntaxOfOtherPrograms(t *testing.T) {
	for name, c := range map[string]struct{ in, html, text string }{
		// Line breaks.
		"a break before code":          {"Turn it on with\n`set hls`.", "<p>Turn it on with\n<code>set hls</code>.</p>", "Turn it on with `set hls`."},
		"a break before bold":          {"it is\n**not** so", "<p>it is\n<strong>not</strong> so</p>", "it is *not* so"},
		"a break after bold":           {"it is **not**\nso", "<p>it is <strong>not</strong>\nso</p>", "it is *not* so"},
		"a break before a link":        {"as in\n[a](https://b.example)", "<p>as in\n<a href=\"https://b.example\">a</a></p>", "as in a (https://b.example)"},
		"a break before HTML":          {"press\n<kbd>x</kbd>", "<p>press\n<kbd>x</kbd></p>", "press x"},
		"a break before a picture":     {"见\n![图](https://a.example/b.png)", "<p>见\n<img src=\"https://a.example/b.png\" alt=\"图\"/></p>", "见 [图]"},
		"Chinese around a break":       {"先说\n**重点**\n再说理由", "<p>先说<strong>重点</strong>再说理由</p>", "先说*重点*再说理由"},
		"Chinese and Latin":            {"先用\nGit", "<p>先用\nGit</p>", "先用 Git"},
		"Chinese with quotation marks": {"他说：“好。”\n我们走", "<p>他说：“好。”我们走</p>", "他说：“好。”我们走"},
		"Korean":                       {"실수를\n**바로** 말하라", "<p>실수를\n<strong>바로</strong> 말하라</p>", "실수를 *바로* 말하라"},

		// Emphasis beside the punctuation of Chinese, Japanese and Korean.
		"bold ends in a full stop": {"**强调。**后面", "<p><strong>强调。</strong>后面</p>", "*强调。*后面"},
		"bold in brackets":         {"これは**「大事」**と言う", "<p>これは<strong>「大事」</strong>と言う</p>", "これは*「大事」*と言う"},
		"bold ends in a bracket":   {"**주의(참고)**를 보라", "<p><strong>주의(참고)</strong>를 보라</p>", "*주의(참고)*를 보라"},
		"bold around code":         {"请用**`git add`**命令", "<p>请用<strong><code>git add</code></strong>命令</p>", "请用*`git add`*命令"},
		"stars that mean times":    {"5 * 3 和 2 ** 3", "<p>5 * 3 和 2 ** 3</p>", "5 * 3 和 2 ** 3"},

		// GitHub and Obsidian.
		"an alert":                {"> [!TIP]\n> Ask *first*.", "<aside>\n<p><strong>Tip</strong></p>\n<p>Ask <em>first</em>.</p>\n</aside>", "> *Tip*\n>\n> Ask _first_."},
		"a callout with a title":  {"> [!see-also] Read `this`\n> - a", "<aside>\n<p><strong>Read <code>this</code></strong></p>\n<ul>\n<li>a</li>\n</ul>\n</aside>", "> *Read `this`*\n>\n> - a"},
		"an alert with a break":   {"> [!NOTE]\\\n> a", "<aside>\n<p><strong>Note</strong></p>\n<p>a</p>\n</aside>", "> *Note*\n>\n> a"},
		"a callout without text":  {"> [!warning]", "<aside>\n<p><strong>Warning</strong></p>\n</aside>", "> *Warning*"},
		"a folded callout":        {"> [!faq]- Why?\n> So.", "<aside>\n<details>\n<summary>Why?</summary>\n<p>So.</p>\n</details>\n</aside>", "> *Why?*\n>\n> So."},
		"a quote":                 {"> [!] no\n\n> [x] no", "<blockquote>\n<p>[!] no</p>\n</blockquote>\n<blockquote>\n<p>[x] no</p>\n</blockquote>", "> [!] no\n\n> [x] no"},
		"wikilinks":               {"[[Plan]], [[Work/Plan#Week]], [[#Here]] and [[Plan|the plan]].", "<p>Plan, Plan &gt; Week, Here and the plan.</p>", "Plan, Plan > Week, Here and the plan."},
		"no wikilinks":            {"[[1]](https://a.example) `[[ -f x ]]` a[[0]", "<p><a href=\"https://a.example\">[1]</a> <code>[[ -f x ]]</code> a[[0]</p>", "[1] (https://a.example) `[[ -f x ]]` a[[0]"},
		"an embedded picture":     {"![[my map.png|300]]", "<p><img src=\"my%20map.png\" alt=\"my map\"/></p>", "[my map]"},
		"an embedded note":        {"![[Other note]]", "<p>Other note</p>", "Other note"},
		"the size of a picture":   {"![a map|200x100](https://a.example/b.png)", "<p><img src=\"https://a.example/b.png\" alt=\"a map\"/></p>", "[a map]"},
		"marks":                   {"==This== and 这是==重点==。", "<p><mark>This</mark> and 这是<mark>重点</mark>。</p>", "*This* and 这是*重点*。"},
		"comparisons":             {"a == b, c==d or e==f", "<p>a == b, c==d or e==f</p>", "a == b, c==d or e==f"},
		"a comment in a line":     {"a %%ask Ann%% b", "<p>a b</p>", "a b"},
		"a comment over lines":    {"a\n\n%%\nask Ann\n\n- today\n%%\n\nb", "<p>a</p>\n<p>b</p>", "a\n\nb"},
		"a comment on its line":   {"a\n\n%% ask Ann %%\n\nb", "<p>a</p>\n<p>b</p>", "a\n\nb"},
		"a comment without end":   {"a\n\n%% ask Ann\n\nb", "<p>a</p>", "a"},
		"a comment as a link":     {"a\n\n[//]: # (one [x](https://a.example/b.)\n[//]: # (two)\n[comment]: <> \"say \"three\"\"\n[//]: #\n\nb", "<p>a</p>\n<p>b</p>", "a\n\nb"},
		"one over lines":          {"a\n[//]: # (one, two\nand three)\nb\n\n[//]: # 'four\n\nc", "<p>a</p>\n<p>b</p>\n<p>c</p>", "a\n\nb\n\nc"},
		"words behind a comment":  {"[//]: # (checked 2024).\na\n\n[comment]: # \"b\" c\nd", "<p>a</p>\n<p>d</p>", "a\n\nd"},
		"a link to a heading":     {"[comment]\n\n[comment]: #leave-one\n\n## Leave one", "<p><a href=\"#leave-one\">comment</a></p>\n<h2 id=\"tip-leave-one\">Leave one</h2>", "comment\n\nLeave one\n---------"},
		"links with such names":   {"[comment] [a][//]\n\n[comment]: https://a.example\n[//]: https://b.example (c)", "<p><a href=\"https://a.example\">comment</a> <a href=\"https://b.example\" title=\"c\">a</a></p>", "comment (https://a.example) a (https://b.example)"},
		"headings without blank":  {"#Use a `file`\n\na\n##Why not?\nb\n\n> ###C", "<h1 id=\"tip-use-a-file\">Use a <code>file</code></h1>\n<p>a</p>\n<h2 id=\"tip-why-not\">Why not?</h2>\n<p>b</p>\n<blockquote>\n<h3 id=\"tip-c\">C</h3>\n</blockquote>", "Use a `file`\n============\n\na\n\nWhy not?\n--------\n\nb\n\n> C\n> ~"},
		"closed headings":         {"##Why not?##\n\n##Why? ##\n\n#Some words#\n\n##C#\n\n##In C #", "<h2 id=\"tip-why-not\">Why not?</h2>\n<h2 id=\"tip-why\">Why?</h2>\n<h1 id=\"tip-some-words\">Some words</h1>\n<h2 id=\"tip-c\">C#</h2>\n<h2 id=\"tip-in-c\">In C</h2>", "Why not?\n--------\n\nWhy?\n----\n\nSome words\n==========\n\nC#\n--\n\nIn C\n----"},
		"no closed heading":       {"#Learn C#", "<p>#Learn C#</p>", "#Learn C#"},
		"tags":                    {"#Idea\n\n#Idea #Plan to do\n\n#idea to do\n\n#Idea to do\nmore\n\nmore\n#Idea to do\n\n#1 in it", "<p>#Idea</p>\n<p>#Idea #Plan to do</p>\n<p>#idea to do</p>\n<p>#Idea to do\nmore</p>\n<p>more\n#Idea to do</p>\n<p>#1 in it</p>", "#Idea\n\n#Idea #Plan to do\n\n#idea to do\n\n#Idea to do more\n\nmore #Idea to do\n\n#1 in it"},
		"brackets that are shown": {"\\[\\[my_note\\]\\] \\[[my_note\\]] \\[x_1\\]", "<p>[[my_note]] [[my_note]] x₁</p>", "[[my_note]] [[my_note]] x₁"},
		"percentages":             {"100%% of 50%% is so", "<p>100%% of 50%% is so</p>", "100%% of 50%% is so"},
		"comments in code":        {"`%%x%%`\n\n```\n%%\n```", "<p><code>%%x%%</code></p>\n<pre><code>%%\n</code></pre>", "`%%x%%`\n\n    %%"},
		"names of paragraphs":     {"a ^one\n\n- b ^two\n\n^three\n\n2 ^ 3", "<p>a</p>\n<ul>\n<li>b</li>\n</ul>\n<p>2 ^ 3</p>", "a\n\n- b\n\n2 ^ 3"},
		"names with hyphens":      {"a ^the-one\n\n- b ^b-2\n- c\n\n^the-list\n\n| d |\n|---|\n| e |\n^the-table\n\n> f\n^the-quote\n\n## G ^g-1\n\n**h**\n^h-1\n\n`i`^i-1", "<p>a</p>\n<ul>\n<li>b</li>\n<li>c</li>\n</ul>\n<table>\n<thead>\n<tr>\n<th>d</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>e</td>\n</tr>\n</tbody>\n</table>\n<blockquote>\n<p>f</p>\n</blockquote>\n<h2 id=\"tip-g-g-1\">G</h2>\n<p><strong>h</strong></p>\n<p><code>i</code>^i-1</p>", "a\n\n- b\n- c\n\nd\n-\ne\n\n> f\n\nG\n-\n\n*h*\n\n`i`^i-1"},
		"parts of parts":          {"[[A#B#C]], [[D/A#B#C|c]], [[#B#C]] and [[A#^b]]", "<p>A &gt; B &gt; C, c, B &gt; C and A</p>", "A > B > C, c, B > C and A"},
		"a part of Dendron's":     {"![[a.b#from:#to]], ![[a#b,1:#*]], ![[a:#*]], ![[a#^begin:#^end]], [[a#*]]", "<p>a.b &gt; from, a &gt; b, a, a, a</p>", "a.b > from, a > b, a, a, a"},
		"a query":                 {"a\n\n```dataview\nlist\n```", "<p>a</p>", "a"},

		// kramdown, MkDocs, Docusaurus.
		"attributes of a paragraph":      {"a\n{: .lead}\n\nb{:.lead}\n\n{: .x #y z=\"1\"}\nc", "<p>a</p>\n<p>b</p>\n<p>c</p>", "a\n\nb\n\nc"},
		"attributes of a heading":        {"## A {#own}\n\n### B\n{: .no_toc }", "<h2 id=\"tip-a-own\">A</h2>\n<h3 id=\"tip-b\">B</h3>", "A\n-\n\nB\n~"},
		"attributes of a link":           {"[a](https://b.example){:target=\"_blank\" rel=x} b ![c](https://d.example/e.png){ width=50% }", "<p><a href=\"https://b.example\">a</a> b <img src=\"https://d.example/e.png\" alt=\"c\"/></p>", "a (https://b.example) b [c]"},
		"attributes of a table":          {"| a |\n|---|\n| 1 |\n{: .table}", "<table>\n<thead>\n<tr>\n<th>a</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>1</td>\n</tr>\n</tbody>\n</table>", "a\n-\n1"},
		"chained classes":                {"a\n{: .-x.-y}\n\n- b\n{: .-x.-y #z}", "<p>a</p>\n<ul>\n<li>b</li>\n</ul>", "a\n\n- b"},
		"a table of contents":            {"* TOC\n{:toc}\n\na\n\n[TOC]\n\n[[_TOC_]]", "<p>a</p>", "a"},
		"a sign in a word":               {"x^one\n\na^2 ^two", "<p>x^one</p>\n<p>a^2</p>", "x^one\n\na^2"},
		"a box of MyST":                  {"```{note} Look *here*\n:class: x\n\na\n```\n\n````{warning}\n```sh\nb\n```\n````\n\n:::{tip}\nc\n:::", "<aside>\n<p><strong>Look <em>here</em></strong></p>\n<p>a</p>\n</aside>\n<aside>\n<p><strong>Warning</strong></p>\n<pre><code>b\n</code></pre>\n</aside>\n<aside>\n<p><strong>Tip</strong></p>\n<p>c</p>\n</aside>", "> *Look _here_*\n>\n> a\n\n> *Warning*\n>\n>     b\n\n> *Tip*\n>\n> c"},
		"a box of reStructuredText":      {".. note:: Mind\n\n   the gap\n\n.. warning::\n\n   b\n\n.. code:: c", "<aside>\n<p><strong>Note</strong></p>\n<p>Mind</p>\n<p>the gap</p>\n</aside>\n<aside>\n<p><strong>Warning</strong></p>\n<p>b</p>\n</aside>\n<p>.. code:: c</p>", "> *Note*\n>\n> Mind\n>\n> the gap\n\n> *Warning*\n>\n> b\n\n.. code:: c"},
		"a task's word in code":          {"- ```\n  TODO fix it\n  ```", "<ul>\n<li>\n<pre><code>TODO fix it\n</code></pre>\n</li>\n</ul>", "-     TODO fix it"},
		"what looks like an option":      {":name: a\n:color: red", "<p>:name: a\n:color: red</p>", ":name: a :color: red"},
		"options of a box":               {":::{note}\n:class: x\na\n:::", "<aside>\n<p><strong>Note</strong></p>\n<p>a</p>\n</aside>", "> *Note*\n>\n> a"},
		"blocks of Logseq":               {"- TODO Ask Ann\n  SCHEDULED: <2026-01-01 Thu>\n  id:: 64f-1\n- DONE b\n  collapsed:: true\n\t- c\n- TODOs are fine\n- rating:: 5", "<ul>\n<li>☐ Ask Ann</li>\n<li>☑ b\n<ul>\n<li>c</li>\n</ul>\n</li>\n<li>TODOs are fine</li>\n<li>rating:: 5</li>\n</ul>", "- [ ] Ask Ann\n- [x] b\n  - c\n- TODOs are fine\n- rating:: 5"},
		"words below and above the line": {"H~2~O, x^2^ and a^n+1^ but ~gone~, ~~a~~b, 5^ and 6^", "<p>H<sub>2</sub>O, x<sup>2</sup> and a<sup>n+1</sup> but <del>gone</del>, <del>a</del>b, 5^ and 6^</p>", "H₂O, x² and aⁿ⁺¹ but ~gone~, ~a~b, 5^ and 6^"},
		"expressions of workflows":       {"Read ${{ secrets.KEY }} and ${{ github.ref }}.", "<p>Read ${{ secrets.KEY }} and ${{ github.ref }}.</p>", "Read ${{ secrets.KEY }} and ${{ github.ref }}."},
		"braces":                         {"{:ok, value} and {.x} y and ${a}", "<p>{:ok, value} and {.x} y and ${a}</p>", "{:ok, value} and {.x} y and ${a}"},
		"a box of MkDocs":                {"!!! note \"Look *here*\"\n    a\n\n    - b\n\nc", "<aside>\n<p><strong>Look <em>here</em></strong></p>\n<p>a</p>\n<ul>\n<li>b</li>\n</ul>\n</aside>\n<p>c</p>", "> *Look _here_*\n>\n> a\n>\n> - b\n\nc"},
		"a box without a title":          {"!!! warning \"\"\n    a\n\n!!! danger\n    b", "<aside>\n<p>a</p>\n</aside>\n<aside>\n<p><strong>Danger</strong></p>\n<p>b</p>\n</aside>", "> a\n\n> *Danger*\n>\n> b"},
		"a folded box of MkDocs":         {"??? question\n    a", "<aside>\n<details>\n<summary>Question</summary>\n<p>a</p>\n</details>\n</aside>", "> *Question*\n>\n> a"},
		"tabs":                           {"=== \"Linux\"\n    a\n\n=== \"macOS\"\n    b", "<aside>\n<p><strong>Linux</strong></p>\n<p>a</p>\n</aside>\n<aside>\n<p><strong>macOS</strong></p>\n<p>b</p>\n</aside>", "> *Linux*\n>\n> a\n\n> *macOS*\n>\n> b"},
		"what only looks like one":       {"wow!!! note\n\n??? is this", "<p>wow!!! note</p>\n<p>??? is this</p>", "wow!!! note\n\n??? is this"},
		"keys":                           {"Press ++ctrl+page-up++, not C++ or i++.", "<p>Press <kbd>Ctrl</kbd>+<kbd>Page Up</kbd>, not C++ or i++.</p>", "Press Ctrl+Page Up, not C++ or i++."},
		"a box of Docusaurus":            {":::tip Be *short*\n\na\n\n```\n:::\n```\n\n:::\n\nb", "<aside>\n<p><strong>Be <em>short</em></strong></p>\n<p>a</p>\n<pre><code>:::\n</code></pre>\n</aside>\n<p>b</p>", "> *Be _short_*\n>\n> a\n>\n>     :::\n\nb"},
		"a box between slashes":          {"/// note | Look *here*\na\n\n/// tip\nb\n///\n\n///\nc", "<aside>\n<p><strong>Look <em>here</em></strong></p>\n<p>a</p>\n<aside>\n<p><strong>Tip</strong></p>\n<p>b</p>\n</aside>\n</aside>\n<p>c</p>", "> *Look _here_*\n>\n> a\n>\n> > *Tip*\n> >\n> > b\n\nc"},
		"slashes that are none":          {"/// summary\na", "<p>/// summary\na</p>", "/// summary a"},
		"its title in brackets":          {":::note[Mind *this*]\na\n:::", "<aside>\n<p><strong>Mind <em>this</em></strong></p>\n<p>a</p>\n</aside>", "> *Mind _this_*\n>\n> a"},
		"boxes in each other":            {":::info\na\n:::tip\nb\n:::\nc\n:::\nd", "<aside>\n<p><strong>Info</strong></p>\n<p>a</p>\n<aside>\n<p><strong>Tip</strong></p>\n<p>b</p>\n</aside>\n<p>c</p>\n</aside>\n<p>d</p>", "> *Info*\n>\n> a\n>\n> > *Tip*\n> >\n> > b\n>\n> c\n\nd"},
		"a box of Quarto":                {"::: {.callout-note title=\"T\"}\na\n:::\n\n::: {.column}\nb\n:::", "<aside>\n<p><strong>T</strong></p>\n<p>a</p>\n</aside>\n<aside>\n<p>b</p>\n</aside>", "> *T*\n>\n> a\n\n> b"},

		"a box that only arranges":       {"/// html | div.frame\na\n///\n\n![b](https://a.example/b.png)\n\n/// Caption\nc\n///\n\n::: v-pre\nd\n:::", "<aside>\n<p>a</p>\n</aside>\n<p><img src=\"https://a.example/b.png\" alt=\"b\"/></p>\n<aside>\n<p>c</p>\n</aside>\n<aside>\n<p>d</p>\n</aside>", "> a\n\n[b]\n\n> c\n\n> d"},
		"a kind in capitals":             {"/// New | In *May*\na\n///\n\n/// Tip\nb\n///", "<aside>\n<p><strong>In <em>May</em></strong></p>\n<p>a</p>\n</aside>\n<aside>\n<p><strong>Tip</strong></p>\n<p>b</p>\n</aside>", "> *In _May_*\n>\n> a\n\n> *Tip*\n>\n> b"},
		"a box of Zenn":                  {":::message\na\n:::\n\n:::message alert\nb\n:::\n\n:::details 详情\nc\n:::", "<aside>\n<p>a</p>\n</aside>\n<aside>\n<p>b</p>\n</aside>\n<aside>\n<details>\n<summary>详情</summary>\n<p>c</p>\n</details>\n</aside>", "> a\n\n> b\n\n> *详情*\n>\n> c"},
		"a film of DocFX":                {"> [!Video https://a.example/b?c=d]\n\n> [!Div class=\"x y\"]\n> [Next](https://a.example/e)\n\n> [!div class=\"x\"]", "<blockquote>\n<p><a href=\"https://a.example/b?c=d\">https://a.example/b?c=d</a></p>\n</blockquote>\n<blockquote>\n<p><a href=\"https://a.example/e\">Next</a></p>\n</blockquote>", "> https://a.example/b?c=d\n\n> Next (https://a.example/e)"},
		"the language of code in a line": {"`#!py True`, `:::note Title`, `#!/bin/sh -e`, `#!x` and `#! y`", "<p><code>True</code>, <code>:::note Title</code>, <code>#!/bin/sh -e</code>, <code>#!x</code> and <code>#! y</code></p>", "`True`, `:::note Title`, `#!/bin/sh -e`, `#!x` and `#! y`"},
		"icons":                          {":material-clock-outline: Soon :fontawesome-brands-x-twitter:\n\n[:octicons-file-code-24:](https://a.example) 1:material-a: b", "<p>Soon </p>\n<p><a href=\"https://a.example\">file code</a> 1 b</p>", "Soon\n\nfile code (https://a.example) 1 b"},
		"code without a line":            {"a\n\n```md\n```\n\n> ```\n> ```\n\n> > ```\n> > ```\n\n> %% c %%\n\nb", "<p>a</p>\n<p>b</p>", "a\n\nb"},
		"wikilinks of Dendron":           {"[[The plan|work.plans.2026]], [[a part|work.plans#may]], [[here|dendron://vault.x/work.plans]], [[dendron://vault.x/work.plans.may]], [[Node|node.js]], [[Example|www.a.example.com]] and [[work.plans.2026|so]]", "<p>The plan, a part, here, work.plans.may, node.js, www.a.example.com and so</p>", "The plan, a part, here, work.plans.may, node.js, www.a.example.com and so"},

		// Formulas, diagrams, emoji, definitions.
		"a formula over lines":       {"It is $$a =\n  b^2$$ and $$\\begin{array}{c}\nc\n\\end{array}$$, not $$ or so\nand so on.", "<p>It is a = b² and <code>\\begin{array}{c} c \\end{array}</code>, not $$ or so\nand so on.</p>", "It is a = b² and `\\begin{array}{c} c \\end{array}`, not $$ or so and so on."},
		"a formula in Chinese":       {"设$Ax$为线性项，组$(x, y)$。从$5到$6。", "<p>设Ax为线性项，组(x, y)。从$5到$6。</p>", "设Ax为线性项，组(x, y)。从$5到$6。"},
		"a formula that is a matrix": {"$$\n\\begin{pmatrix}a\\end{pmatrix}\n$$", "<pre><code>\\begin{pmatrix}a\\end{pmatrix}\n</code></pre>", "    \\begin{pmatrix}a\\end{pmatrix}"},
		"brackets of a command":      {"run \\[-c\\[t\\]\\] \\[-l n | -v\\] \\[--a=b\\] \\[my_file\\] \\[n\\]", "<p>run [-c[t]] [-l n | -v] [--a=b] [my_file] [n]</p>", "run [-c[t]] [-l n | -v] [--a=b] [my_file] [n]"},
		"a formula":                  {"So $a^2 + b_1 \\le \\sqrt{c}$ holds, and $x$ too.", "<p>So a² + b₁ ≤ √c holds, and x too.</p>", "So a² + b₁ ≤ √c holds, and x too."},
		"a formula in lines":         {"$$\nx = \\frac{a+b}{2} \\\\\ny = 1\n$$", "<p>x = (a+b)/2<br/>\ny = 1</p>", "x = (a+b)/2\ny = 1"},
		"powers of infinity":         {"$x^\\infty$, $\\sum_{i=1}^\\infty a_i$, $\\int_0^{\\infty}f$", "<p>x^∞, ∑ᵢ₌₁^∞ aᵢ, ∫₀^∞ f</p>", "x^∞, ∑ᵢ₌₁^∞ aᵢ, ∫₀^∞ f"},
		"rings":                      {"$f \\circ g$, $90^\\circ$ and $a^{\\circ}$", "<p>f ∘ g, 90° and a°</p>", "f ∘ g, 90° and a°"},
		"arrows":                     {"$a \\longmapsto b \\longleftarrow c \\Longleftrightarrow d\\nearrow$ $A \\xrightarrow{f} B$", "<p>a ↦ b ← c ⇔ d↗ A –f→ B</p>", "a ↦ b ← c ⇔ d↗ A –f→ B"},
		"lines over letters":         {"$\\overline{AB} + \\bar{x} + \\overline{x} + \\underline{ab}$", "<p>A\u0305B\u0305 + x\u0304 + x\u0304 + a\u0332b\u0332</p>", "A\u0305B\u0305 + x\u0304 + x\u0304 + a\u0332b\u0332"},
		"limits":                     {"$\\min_{x \\in S} f(x)$, $\\lim_{n \\to \\infty}a_n$, $\\max_i x$, $\\arg\\min\\limits_\\theta L$, $\\operatorname*{lim\\,sup}_{n}a$", "<p>min_(x ∈ S) f(x), lim_(n → ∞) aₙ, maxᵢ x, arg min_θ L, lim supₙ a</p>", "min_(x ∈ S) f(x), lim_(n → ∞) aₙ, maxᵢ x, arg min_θ L, lim supₙ a"},
		"a formula in code":          {"a\n\n```math\n\\alpha \\to \\infty\n```", "<p>a</p>\n<p>α → ∞</p>", "a\n\nα → ∞"},
		"a formula like none":        {"$\\begin{pmatrix}a\\end{pmatrix}$", "<p><code>\\begin{pmatrix}a\\end{pmatrix}</code></p>", "`\\begin{pmatrix}a\\end{pmatrix}`"},
		"prices and variables":       {"It costs $5, not $10; $HOME/$USER and $PATH, or US$5 to US$6.", "<p>It costs $5, not $10; $HOME/$USER and $PATH, or US$5 to US$6.</p>", "It costs $5, not $10; $HOME/$USER and $PATH, or US$5 to US$6."},
		"a diagram":                  {"```mermaid\ngraph TD\n  A[Ask] --> B[Listen]\n```", "<ul>\n<li>Ask → Listen</li>\n</ul>", "- Ask → Listen"},
		"a diagram like no list":     {"```mermaid\npie\n  \"A\": 3\n```", "<aside>\n<details>\n<summary>Diagram</summary>\n<pre><code>pie\n  &#34;A&#34;: 3\n</code></pre>\n</details>\n</aside>", "> *Diagram*\n>\n>     pie\n>       \"A\": 3"},
		"emoji codes":                {"Done :tada: at 10:30:45, `:+1:`", "<p>Done 🎉 at 10:30:45, <code>:+1:</code></p>", "Done 🎉 at 10:30:45, `:+1:`"},
		"definitions":                {"Ask\n: Before.\n\nTell\n: After.", "<dl>\n<dt>Ask</dt>\n<dd>Before.</dd>\n<dt>Tell</dt>\n<dd>After.</dd>\n</dl>", "Ask\n  Before.\n\nTell\n  After."},
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
