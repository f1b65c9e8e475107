package tips

import (
	"fmt"
	"strings"
	"testing"
)

// What only a site's program can fill in withholds the tip, and lint names the
// place; in code it is an example.
func TestTemplatesWithhold(t *testing.T) {
	const head = "---\ntitle: T\nlink: https://a.example\n---\n\n"
	for text, line := range map[string]int{
		"A\n\n{% include box.html %}":                          8,
		"See [it]({% post_url 2024-01-05-a %}).":               6,
		"See [it]({{site.url}}/a).":                            6,
		"It costs ${{< price >}}.":                             6,
		"It costs ${{ page.price }}.":                          6,
		"a$<% x %>":                                            6,
		"It is {{ page.title }}.":                              6,
		"{{< youtube abc >}}":                                  6,
		"a {{% notice %}}b{{% /notice %}}":                     6,
		"a\n\n![b]({{ \"/c.png\" | url }})":                    8,
		"{{embed ((a-b))}}":                                    6,
		"<% tp.date.now() %>":                                  6,
		"import Tabs from '@theme/Tabs';\n\na":                 6,
		"import './a.css'\n\na":                                6,
		"a\n\nexport const year = 2026":                        8,
		"{* ../a.py hl[4] *}":                                  6,
		"a {/* b */}":                                          6,
		"a\n\n<Tabs>\n\nb\n\n</Tabs>":                          8,
		"a <Badge kind=\"b\" /> c":                             6,
		"<Card.Title size={1}>a</Card.Title>":                  6,
		"!!! note\n    {{ a }}":                                7,
		"> [!tip]\n> {% a %}":                                  7,
		"a\n\n%% ask Ann\n\nb":                                 8,
		"a\n\n<<< @/code/a.js{2}":                              8,
		"--8<-- \"parts/a.md\"":                                6,
		"[!INCLUDE [a](parts/a.md)]":                           6,
		"[!include[a](parts/a.md)]":                            6,
		"a {{! ask\nAnn }}":                                    6,
		"a\n\n::: fastapi.Request\n    options:\n        x: y": 8,
	} {
		_, faults, ok := Parse("a.md", []byte(head+text))
		if ok {
			t.Errorf("%q isn't withheld", text)
		}
		found := false
		for _, f := range faults {
			found = found || f.Rule == RuleTemplate && f.Severity == Error && f.Line == line
		}
		if !found {
			t.Errorf("%q: no fault in line %d: %v", text, line, faults)
		}
	}
	for _, text := range []string{
		"`{{ a }}` and ``{% b %}``", "```jinja\n{% b %}\n{{ a }}\nimport x from 'y'\n<Tabs a=\"b\">\n```", "a\n\n    {{ a }}", "| a |\n|---|\n| `{{ a }}` |",
		"{% raw %}\n`{{ a }}`\n{% endraw %}", "$x^{{a}}$", "```mermaid\ngraph TD\nA{{B}} --> C\n```", "a <!-- {{ a }} -->", "a %% {{ a }} %%",
		"```css {{ title: 'a.css' }}\nx\n```", "{ a } and {b: {c: 1}}", "Press <Esc> or List<String>.", "<BR/>a<KBD class=\"x\">b</KBD>", "import taxes from May on", "100 %} or {%",
		"a <<< b and <<<EOF", "8<-- cut here", "[!include] it", "Read ${{ secrets.KEY }} and ${{ github.ref_name }}.",
	} {
		tip, faults, ok := Parse("a.md", []byte(head+text))
		if !ok {
			t.Errorf("%q is withheld: %v", text, faults)
		}
		if shown := plainText(tip.Body, 0, nil); strings.Contains(shown, "raw %") {
			t.Errorf("%q shows %q", text, shown)
		}
	}
}

// Only the translation is left out; a draft is only told.
func TestTemplatesInTranslationsAndDrafts(t *testing.T) {
	tip, faults, ok := Parse("a.md", []byte("# T\n\nA\n\n## Translations\n\n<details lang=\"es\">\n<summary>S</summary>\n\n{{ a }}\n\n</details>\n\n<details lang=\"de\">\n<summary>D</summary>\n\nB\n\n</details>\n"))
	if !ok || len(tip.Translations) != 1 || tip.Translations[0].Language != "de" {
		t.Errorf("%t, %+v", ok, tip.Translations)
	}
	wantFault(t, faults, RuleTemplate, Error, 10, 1)
	_, faults, ok = Parse("a.md", []byte("---\ntitle: T\ndraft: true\n---\n{{ a }}"))
	if !ok {
		t.Error("a draft is withheld")
	}
	wantFault(t, faults, RuleTemplate, Note, 5, 1)
}

func FuzzTemplates(f *testing.F) {
	for _, s := range []string{"{{ a }}", "{% a\n%}", "<A b={c}/>", "`{{`%%\n", "$$\n{{\n$$", "import a from 'b'", "> !!! a\n>     {{b}}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, markdown string) {
		if len(markdown) > 1<<14 {
			return
		}
		for _, fault := range templateFaults(markdown) {
			if fault.offset < 0 || fault.offset > len(markdown) || fault.what == "" {
				t.Error(fmt.Sprint(fault))
			}
		}
	})
}
