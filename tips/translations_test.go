package tips

import (
	"slices"
	"strings"
	"testing"
)

func TestTranslations(t *testing.T) {
	tests := []struct {
		name, section   string
		language, title string
		body, mindmap   string
	}{
		{"blank lines", "<details>\n<summary>🇪🇸 Hola</summary>\n\nUno.\n\nDos.\n\n</details>", "es", "Hola", "Uno.\n\nDos.", ""},
		{"no blank lines", "<details>\n<summary>🇪🇸 Hola</summary>\nUno *dos*.\n</details>", "es", "Hola", "Uno *dos*.", ""},
		{"on one line", "<details><summary>🇪🇸 Hola</summary>Uno.</details>", "es", "Hola", "Uno.", ""},
		{"indented", "<details>\n   <summary>🇪🇸 Hola</summary>\n   Uno.\n\n   - dos\n     - tres\n</details>", "es", "Hola", "Uno.\n\n- dos\n  - tres", ""},
		{"indented by four", "<details>\n    <summary>🇪🇸 Hola</summary>\n    Uno.\n</details>", "es", "Hola", "Uno.", ""},
		{"open and lang", "<details open lang=\"pt\">\n<summary>Olá</summary>\n\nUm.\n\n</details>", "pt-BR", "Olá", "Um.", ""},
		{"lang on summary", "<DETAILS>\n<Summary lang='zh-Hant'>🇨🇳 題</Summary>\n\n文。\n</DETAILS>", "zh-TW", "題", "文。", ""},
		{"lang unquoted", "<details class=x lang=de open><summary>T</summary>\n\nX\n</details>", "de", "T", "X", ""},
		{"markup in summary", "<details>\n<summary><b>🇫🇷 – L&#39;été</b> &amp; <i>toi</i></summary>\n\nX\n\n</details>", "fr", "L'été & toi", "X", ""},
		{"flag at the end", "<details>\n<summary>Hola 🇪🇸</summary>\n\nX\n\n</details>", "es", "Hola", "X", ""},
		{"summary over lines", "<details>\n<summary>\n  🇪🇸\n  Hola\n</summary>\n\nX\n\n</details>", "es", "Hola", "X", ""},
		{"title as heading", "<details>\n<summary>🇪🇸</summary>\n\n### Hola\n\nX\n\n</details>", "es", "Hola", "X", ""},
		{"headings inside", "<details>\n<summary>🇪🇸 Hola</summary>\n\n## Tip\n\nX\n\n## Otra\n\nY\n\n</details>", "es", "Hola", "## Tip\n\nX\n\n## Otra\n\nY", ""},
		{"mind map inside", "<details>\n<summary>🇪🇸 Hola</summary>\n\nX\n\n### Mindmap\n\n- a\n  - b\n\n</details>", "es", "Hola", "X", "- a\n  - b"},
		{"empty mind map inside", "<details>\n<summary>🇪🇸 Hola</summary>\n\nX\n\n### Mindmap\n\n![]()\n\n</details>", "es", "Hola", "X", ""},
		{"details inside", "<details>\n<summary>🇪🇸 Hola</summary>\n\nX\n\n<details>\n<summary>más</summary>\nY\n</details>\n\n</details>", "es", "Hola", "X\n\n<details>\n<summary>más</summary>\nY\n</details>", ""},
		{"nested html", "<details>\n<summary>🇪🇸 Hola</summary>\n<div><p>X</p></div>\n</details>", "es", "Hola", "<div><p>X</p></div>", ""},
		{"code inside", "<details>\n<summary>🇪🇸 Hola</summary>\n\n```html\n</details>\n```\n\n`</details>` X\n\n</details>", "es", "Hola", "```html\n</details>\n```\n\n`</details>` X", ""},
		{"never closed", "<details>\n<summary>🇪🇸 Hola</summary>\n\nX\n", "es", "Hola", "X", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tip, faults := mustParse(t, "a.md", "---\ntitle: T\n---\n## Tip\n\nBody.\n\n## Translations\n\n"+tt.section+"\n\n## Mindmap\n\n- root\n")
			if tip.Body != "Body." || tip.Mindmap != "- root" {
				t.Errorf("body %q, mind map %q", tip.Body, tip.Mindmap)
			}
			if len(tip.Translations) != 1 {
				t.Fatalf("%d translations; faults %v", len(tip.Translations), faults)
			}
			tr := tip.Translations[0]
			if tr.Language != tt.language || tr.Title != tt.title || tr.Body != tt.body || tr.Mindmap != tt.mindmap {
				t.Errorf("got %q %q %q %q, want %q %q %q %q", tr.Language, tr.Title, tr.Body, tr.Mindmap, tt.language, tt.title, tt.body, tt.mindmap)
			}
		})
	}
}

func TestTranslationsSeveral(t *testing.T) {
	tip, faults := mustParse(t, "a.md", `# T

Text with `+"`<details>`"+` and

    <details><summary>🇫🇷 code</summary>x</details>

## Translations

<details data-modified="2026-01-02"><summary>🇹🇼 二</summary>二</details>
<details>
<summary>🇨🇳 一</summary>
一
</details>

<!-- <details lang=de><summary>comment</summary>x</details> -->

<details>
<summary>Open 🇧🇷</summary>

Aberto.

<details lang="ja"><summary>三</summary>

三

</details>
`)
	if got := languages(tip); !slices.Equal(got, []string{"ja", "pt-BR", "zh-CN", "zh-TW"}) {
		t.Errorf("languages %v", got)
	}
	if tr, _ := tip.In("pt-br"); tr.Title != "Open" || tr.Body != "Aberto." {
		t.Errorf("unclosed block: %+v", tr)
	}
	if tr, _ := tip.In("zh-TW"); tr.Modified.Format("2006-01-02") != "2026-01-02" {
		t.Errorf("modified: %v", tr.Modified)
	}
	wantFault(t, faults, RuleUnclosedDetails, Warning, 17, 0)
	if len(faults) != 1 {
		t.Errorf("faults: %v", faults)
	}
}

func TestTranslationFaults(t *testing.T) {
	tests := []struct {
		name, section, rule string
		severity            Severity
		line, count         int
	}{
		{"no language", "<details><summary>Hola</summary>X</details>", RuleLanguage, Error, 6, 0},
		{"flag of no country", "<details><summary>🇺🇳 Hola</summary>X</details>", RuleLanguage, Error, 6, 0},
		{"lang that is none", "<details lang=spanish><summary>Hola</summary>X</details>", RuleLanguage, Error, 6, 0},
		{"twice", "<details lang=es>X</details>\n\n<details lang=es-ES>Y</details>", RuleSameLanguage, Warning, 8, 1},
		{"the tip's own", "<details lang=en>X</details>", RuleSameLanguage, Warning, 6, 0},
		{"no text", "<details lang=es><summary>Hola</summary></details>", RuleEmptyTranslation, Warning, 6, 0},
		{"no block", "Just text.", RuleEmptyTranslation, Warning, 5, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tip, faults := mustParse(t, "a.md", "---\nlang: en\n---\n# T\n## Translations\n"+tt.section+"\n## Tip\nX")
			wantFault(t, faults, tt.rule, tt.severity, tt.line, 0)
			if len(tip.Translations) != tt.count {
				t.Errorf("translations: %+v", tip.Translations)
			}
		})
	}
}

func TestTranslationWithoutTitleBorrows(t *testing.T) {
	tip, _ := mustParse(t, "a.md", "# T\n\nX\n\n## Translations\n\n<details lang=es>Uno.</details>")
	if tr, _ := tip.In("es"); tr.Title != "T" {
		t.Errorf("title %q", tr.Title)
	}
	wantFault(t, Lint([]Tip{tip}, nil, LintOptions{}), RuleUntitled, Warning, 7, 0)
}

func TestTranslationLines(t *testing.T) {
	tip, _ := mustParse(t, "a.md", "# T\n\nX\n\n## Translations\n\n<details lang=es><summary>S</summary>\n\n  Uno\n  ![](x.png)\n\n</details>")
	wantFault(t, Lint([]Tip{tip}, nil, LintOptions{}), RuleImageAlt, Warning, 10, -1)
	if tr, _ := tip.In("es"); strings.Contains(tr.Body, "  ") {
		t.Errorf("indent kept: %q", tr.Body)
	}
}

// A tip that is written in a language that it's translated to as well is in it once.
func TestLanguagesStandOnce(t *testing.T) {
	for _, front := range []string{"", "lang: es\n"} {
		tip, _ := mustParse(t, "a.md", "---\ntitle: T\n"+front+"---\n## Tip\n\nBody.\n\n## Translations\n\n<details>\n<summary>🇪🇸 Hola</summary>\n\nUno.\n\n</details>\n\n<details>\n<summary>🇩🇪 Hallo</summary>\n\nEins.\n\n</details>\n")
		if got := tip.Languages("es"); !slices.Equal(got, []string{"es", "de"}) {
			t.Errorf("%q: it's in %q", front, got)
		}
	}
}
