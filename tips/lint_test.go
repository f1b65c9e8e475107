package tips

import (
	"fmt"
	"strings"
	"testing"
)

// One case for each rule that Lint itself finds; those of reading are in
// parse_test.go, translations_test.go and library_test.go.
func TestLint(t *testing.T) {
	const head = "---\ntitle: T\nlink: https://a.example\n"
	words := strings.Repeat("word ", maxWords)
	tests := []struct {
		name, text, rule string
		severity         Severity
		line, column     int
	}{
		{"no link", "# T\n\nX", RuleMissingLink, Warning, 1, 0},
		{"long title", "---\nlink: https://a.example\ntitle: " + strings.Repeat("x", maxTitle+1) + "\n---\nX", RuleLongTitle, Warning, 3, 0},
		{"long text", head + "---\n\n" + words + "more.", RuleLongBody, Warning, 6, 0},
		{"long Chinese text", head + "---\n" + strings.Repeat("字", 2*maxWords+1), RuleLongBody, Warning, 5, 0},
		{"image", head + "---\nA\n\nsee ![](b.png)", RuleImageAlt, Warning, 7, 5},
		{"raw image", head + "---\nA\n\nb <img src=c.png>", RuleImageAlt, Warning, 7, 3},
		{"image in a block", head + "---\nA\n\n<div>\n<img src=c.png></div>", RuleImageAlt, Warning, 8, 1},
		{"image in the mind map", head + "---\nA\n\n## Mindmap\n\n![](b.png)", RuleImageAlt, Warning, 9, 1},
		{"long translated title", head + "---\nA\n\n## Translations\n\n<details lang=es><summary>" + strings.Repeat("x", maxTitle+1) + "</summary>B</details>", RuleLongTitle, Warning, 9, 0},
		{"outdated", head + "modified: 2026-02-01\n---\nA\n\n## Translations\n\n<details lang=es data-modified=2026-01-01><summary>S</summary>B</details>", RuleOutdated, Warning, 10, 0},
		{"past", head + "pin: 2026-01-01\n---\nA", RuleDatePast, Warning, 4, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tip, faults := mustParse(t, "a.md", tt.text)
			got := Lint([]Tip{tip}, faults, LintOptions{Today: "2026-01-02"})
			wantFault(t, got, tt.rule, tt.severity, tt.line, tt.column)
			if len(got) != 1 {
				t.Errorf("faults: %v", got)
			}
		})
	}
}

func TestLintClean(t *testing.T) {
	for _, text := range []string{
		"---\ntitle: T\nlink: https://a.example\ndate: 2026-01-02\n---\n" + strings.Repeat("word ", maxWords),
		"---\ntitle: T\nlink: https://a.example\ndate: 2026-01-01\n---\nA past date: is when it was written.",
		"---\ntitle: T\nlink: https://a.example\npin: 01-01\n---\n这是**重点**，请看 2 ** 3。`**「a」**` \\*\\*x ![a](b.png) <img src=x.png alt=\"\">",
		"---\ntitle: T\nlink: https://a.example\n---\n5*3 **b** [a*](https://x.example) 価格*は",
	} {
		tip, faults := mustParse(t, "a.md", text)
		if got := Lint([]Tip{tip}, faults, LintOptions{Today: "2026-01-02"}); len(got) != 0 {
			t.Errorf("faults: %v", got)
		}
	}
}

func TestLintAcross(t *testing.T) {
	dir := folder(t, map[string]string{
		"a.md": "---\ntitle: Same\nlink: https://a.example\ndate: 12-24\n---\nA", "b.md": "---\nlink: https://a.example\ndate: 12-24\ntitle: same\n---\nB",
		"c.md": "---\ntitle: Same\nlink: https://a.example\ndate: 12-24\ndraft: true\n---\nC",
	})
	l := mustOpen(t, dir)
	got := Lint(l.Tips(), l.Faults(), LintOptions{})
	wantFault(t, got, RuleDuplicateTitle, Warning, 4, 0)
	wantFault(t, got, RuleDateTaken, Warning, 3, 0)
	if len(got) != 2 || got[0].Path != "b.md" || !strings.Contains(got[0].Message, "a.md") {
		t.Errorf("faults: %v", got)
	}
	if !HasFaults(got) || HasFaults([]Fault{{Severity: Note}}) {
		t.Error("HasFaults")
	}
}

// Tips that weren't read from a file (from the ledger) can be checked as well.
func TestLintWithoutFile(t *testing.T) {
	got := Lint([]Tip{{ID: "a", Path: "a.md", Link: "ftp://x", Translations: []Translation{{Language: "klingon", Body: "x"}}}}, nil, LintOptions{})
	wantFault(t, got, RuleMissingTitle, Error, 1, 0)
	wantFault(t, got, RuleEmptyBody, Error, 1, 0)
	wantFault(t, got, RuleBadLink, Warning, 1, 0)
	wantFault(t, got, RuleUntitled, Warning, 1, 0)
	wantFault(t, got, RuleLanguage, Warning, 1, 0)
}

func TestFaultString(t *testing.T) {
	for want, f := range map[string]Fault{
		"a.md:1:2: m": {Path: "a.md", Line: 1, Column: 2, Message: "m"},
		"a.md:1: m":   {Path: "a.md", Line: 1, Message: "m"},
		"a.md: m":     {Path: "a.md", Column: 2, Message: "m"},
	} {
		if got := f.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// A tip's faults are those of all its files.
func TestFaultsOf(t *testing.T) {
	l := mustOpen(t, folder(t, map[string]string{
		"a.md":       "---\ntitle: T\n---\nA",
		"a.zh-CN.md": "---\ntitle: " + strings.Repeat("字", maxTitle+1) + "\n---\n字",
		"b.md":       "---\ntitle: B\n---\nB",
	}))
	all := Lint(l.Tips(), l.Faults(), LintOptions{})
	tip, ok := l.Tip("a")
	if !ok {
		t.Fatal("no tip a")
	}
	got := FaultsOf(tip, all)
	wantFault(t, got, RuleMissingLink, Warning, 1, 0)
	wantFault(t, got, RuleLongTitle, Warning, 2, 0)
	if len(got) != 2 || len(all) != 3 {
		t.Errorf("%v of %v", got, all)
	}
}

// Notes of one's own have no sources: that is one note and not a warning for each.
func TestALibraryWithoutSourcesIsOneNote(t *testing.T) {
	var all []Tip
	for i := range 30 {
		link := ""
		if i < 2 {
			link = "link: https://example.com/\n"
		}
		tip, _, ok := Parse(fmt.Sprintf("%02d.md", i), fmt.Appendf(nil, "---\ntitle: T%d\n%s---\nText.\n", i, link))
		if !ok {
			t.Fatal("not read")
		}
		all = append(all, tip)
	}
	got := Lint(all, nil, LintOptions{})
	if len(got) != 1 || got[0].Rule != RuleMissingLink || got[0].Severity != Note || got[0].Path != "02.md" || !strings.HasPrefix(got[0].Message, "28 of 30 tips") {
		t.Errorf("got %v", got)
	}
	if got := Lint(all[:15], nil, LintOptions{}); len(got) != 13 || got[0].Severity != Warning {
		t.Errorf("where a source is usual: %v", got)
	}
	redirect, faults, _ := Parse("a.md", []byte("---\ntitle: A\nredirect_to: /b\n---\n"))
	if got := Lint([]Tip{redirect}, faults, LintOptions{}); len(got) != 0 || !redirect.NeverRendered {
		t.Errorf("a page that leads to another: %v", got)
	}
}
