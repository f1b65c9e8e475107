package tips

import (
	"errors"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

func TestHTML(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"paragraph", "a *b* **c** `d`", "<p>a <em>b</em> <strong>c</strong> <code>d</code></p>"},
		{"heading id", "# Größe 你好!", `<h1 id="tip-größe-你好">Größe 你好!</h1>`},
		{"heading without letters", "# !", `<h1 id="tip-part">!</h1>`},
		{"link", "[a](https://b.example/?c&d)", `<p><a href="https://b.example/?c&amp;d">a</a></p>`},
		{"bare address", "www.b.example", `<p><a href="http://www.b.example">www.b.example</a></p>`},
		{"image", `![a](https://b.example/c.png "d")`, `<p><img src="https://b.example/c.png" alt="a" title="d"/></p>`},
		{"tasks", "- [x] a\n- [ ] b", "<ul>\n<li>☑ a</li>\n<li>☐ b</li>\n</ul>"},
		{"struck out", "~~a~~", "<p><del>a</del></p>"},
		{"list that starts later", "3. a", "<ol start=\"3\">\n<li>a</li>\n</ol>"},
		{"Chinese lines join", "你好\n世界", "<p>你好世界</p>"},
		{"Latin lines don't", "a\nb", "<p>a\nb</p>"},
		{"lang and dir", `<p lang="ar" dir="rtl">x</p>`, `<p lang="ar" dir="rtl">x</p>`},
		{"details without blank lines", "<details>\n<summary>a</summary>\n*b*\n</details>", "<details>\n<summary>a</summary>\n<p><em>b</em></p>\n</details>"},
		{"details with blank lines", "<details open>\n<summary>a</summary>\n\n*b*\n\n</details>", "<details open=\"\">\n<summary>a</summary>\n<p><em>b</em></p>\n</details>"},
		{"details in details", "<details>\n<summary>a</summary>\n<details>\n<summary>b</summary>\n**c**\n</details>\n</details>", "<details>\n<summary>a</summary>\n<details>\n<summary>b</summary>\n<p><strong>c</strong></p>\n</details>\n</details>"},
		{"details in code", "```\n<details>\n```", "<pre><code>&lt;details&gt;\n</code></pre>"},
		{"script", "a<script>alert(1)</script>b", "<p>ab</p>"},
		{"javascript link", "[a](javascript:alert(1))", "<p>a</p>"},
		{"image text", `![Before: 3; after: 1](https://b.example/c.png)`, `<p><img src="https://b.example/c.png" alt="Before: 3; after: 1"/></p>`},
		{"data image", "![a](data:image/png;base64,AAAA)", `<p><img alt="a"/></p>`},
		{"handler", `<b onclick="x()">a</b>`, "<p><b>a</b></p>"},
		{"style", `<p style="x" class="y" id="email">a</p><style>b</style>`, "<p>a</p>"},
		{"form", "<form><input name=a><button>b</button></form>", "b"},
		{"closed without being opened", "a</div></td></table>", "<p>a</p>"},
		{"left open", "<div>\n\na", "<div>\n<p>a</p>\n</div>"},
		{"empty", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := HTML(tt.in)
			if err != nil || got != tt.want {
				t.Errorf("HTML(%q)\n got %q, %v\nwant %q", tt.in, got, err, tt.want)
			}
		})
	}
}

func TestHTMLTableAndFootnote(t *testing.T) {
	got, err := HTML("a[^x]\n\n| l | r |\n|:--|--:|\n| 1 | 2 |\n\n[^x]: note")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`<th align="right">r</th>`, `<td align="left">1</td>`, `<a href="#fn:1" role="doc-noteref">1</a>`, `<li id="fn:1">`, "note"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
}

// What a file may cost is looked at in TestHostileInputIsBounded.
func TestHostileInput(t *testing.T) {
	for name, in := range hostileInputs(MaxFileSize / 256) {
		if _, err := HTML(in); err != nil && !errors.Is(err, ErrTooComplex) {
			t.Errorf("%s: %v", name, err)
		}
		PlainText(in, 72)
		tip, faults, _ := Parse("a.md", []byte("# T\n\n"+in[:min(len(in), MaxFileSize-100)]))
		Lint([]Tip{tip}, faults, LintOptions{})
	}
}

// hostileInputs are texts of about a size, in bytes, each of them one thing many times.
func hostileInputs(size int) map[string]string {
	wide := strings.Repeat("|-", size/4)
	inputs := map[string]string{
		"wide table":  strings.Repeat("|a", size/4) + "\n" + wide + "\n" + strings.Repeat("|a\n", size*3),
		"deep quotes": strings.Repeat(strings.Repeat("> ", maxNesting)+"a\n", max(1, size/220)),
		"deep lists":  strings.Repeat(strings.Repeat("- ", maxNesting)+"a\n", max(1, size/220)),
	}
	for _, unit := range []string{
		"[a](", "![", "[", "*a ", "`", "<a ", "> ", "- ", "1. ", "[[a]", "**a", "_a_*", "~~a", "<!--", "&amp", "|-", "[a]: b\n", "[^a]: b\n", "[^a]",
		"<details>", "<details>\n", "</details>", "<summary>", "<b>", "<div>", "<table>", "<a href=x>", "a\u0300", "👩‍", "。", "**「a」**と", "`a``", "\t- a\n", "ä¸", "Ã", "| a ",
		"# a\n", "<details><summary>🇪🇸 x</summary>y</details>\n", "[a]: b\n\n[a]\n\n", "[^a]\n\n[^a]: b\n\n", "![](a)\n",
		"[[", "[[a|", "![[a", "%%", "%%\n", "a %% ", "$", "$a_", "$$\n", "\\(", "\\[\n", "==", "==a ", "++a", "++a+", ":::a\n", "::: {", "!!! a\n", "!!! a\n    ",
		"> [!a]\n", "> [!a]\n\n", "{:", "{: .a ", "a{.b}", ":a", ": a\n", "a\n: b\n", "```mermaid\ngraph\n", "```math\n\\frac{", "$\\sqrt{", "{:toc}\n", "* a\n{:toc}\n", "a ^b\n",
		"[a-b][c-d] ", "[a-b][", "{++", "{~~a~>", "^^a ", "[=45% ", "1. x\n    a. y\n", "<div>\n\n    <p>a</p>\n\n", "<div>\n\n    <div>\n\n", "```console\n<font>",
		"- [a](#a)\n", "[Back to top](#a)\n\n", "# Title: a\n", "は$(A", "|||\n",
	} {
		inputs[unit] = strings.Repeat(unit, max(1, size/len(unit)))
	}
	return inputs
}

var dangerous = regexp.MustCompile(`(?i)<\s*(script|style|iframe|object|embed|form|input|svg|math|link|meta|base)\b|\son[a-z]+\s*=|javascript:|data:`)

func FuzzHTML(f *testing.F) {
	for _, s := range []string{
		"> [!note] *a*\n> b", "<div markdown>\n\ta\n<p markdown>b</p></div> c\n</DIV", "[[a#b|c]] ![[d.png|3]] ==e== %%f%%", "!!! a \"b\"\n    - c\n\n        d", ":::a[b]{title=\"c\"}\n::::d\n:::\n", "$x^{2}$ $$\n\\frac{a}{b}\n$$",
		"{: .a}\n# b {#c}\n* d\n{:toc}", "++a+b++ :tada: a ^b", "```mermaid\ngraph TD\nA-->B", "a\n: b\n", "你**「a」**\n你", "%%\na", "\t!!! a\n\t\tb\n:::\tc\n\td",
		"# a\n<script>alert(1)</script>", "[a](javascript:alert(1))", "<a href=\"java\nscript:x\">b</a>", "<img src=x onerror=y>",
		"<details>\n<summary>a</summary>\n<svg><style><img src=x onerror=y>\n</details>", "| a |\n|-|\n| <b |", "[^a]\n\n[^a]: <iframe>",
		"<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">", "<noscript><p title=\"</noscript><img src=x onerror=y>\">",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		if len(in) > 1<<14 {
			return
		}
		out, err := render(in, nil) // not HTML, which would hide a panic
		if err != nil && !errors.Is(err, ErrTooComplex) {
			t.Fatal(err)
		}
		for z := html.NewTokenizer(strings.NewReader(out)); ; {
			kind := z.Next()
			if kind == html.ErrorToken {
				break
			}
			if kind == html.StartTagToken || kind == html.SelfClosingTagToken {
				token := z.Token()
				// An address may hold any word; a tag's name and its attributes' may not.
				var bare strings.Builder
				bare.WriteString("<" + token.Data)
				for _, a := range token.Attr {
					bare.WriteString(" " + a.Key + "=")
					if a.Key == "href" || a.Key == "src" || a.Key == "cite" {
						bare.WriteString(strings.ToLower(strings.TrimSpace(a.Val))[:min(11, len(strings.TrimSpace(a.Val)))])
					}
				}
				if dangerous.MatchString(bare.String()) {
					t.Errorf("HTML(%q) = %q", in, out)
				}
			}
		}
		if strings.Contains(strings.ToLower(out), "<script") {
			t.Errorf("HTML(%q) = %q", in, out)
		}
	})
}
