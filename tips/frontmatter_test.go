package tips

import (
	"strings"
	"testing"
)

// Front matter that doesn't stand where it should, or not between the right
// lines, is read or is a fault. Its keys are never text.
func TestFrontMatterIsFound(t *testing.T) {
	const yaml, toml = "title: Ask twice\nlink: https://a.example/", "title = \"Ask twice\"\nlink = \"https://a.example/\""
	for name, text := range map[string]string{
		"blank line first":         "\n---\n" + yaml + "\n---\nText.",
		"blank lines first":        "\n \t\n\u00a0\n---\n" + yaml + "\n---\nText.",
		"zero-width space first":   "\u200b\n---\n" + yaml + "\n---\nText.",
		"zero-width before dashes": "\u200b---\n" + yaml + "\n---\nText.",
		"indented":                 "  ---\n" + yaml + "\n---\nText.",
		"TOML after a blank line":  "\n+++\n" + toml + "\n+++\nText.",
		"comment first":            "<!-- lint: off -->\n---\n" + yaml + "\n---\nText.",
		"long comment first":       "\n<!--\nlint: off\n-->\n\n---\n" + yaml + "\n---\nText.",
		"comment before TOML":      "<!-- lint: off -->\n+++\n" + toml + "\n+++\nText.",
		"four dashes":              "----\n" + yaml + "\n----\nText.",
		"many dashes, three below": "----------\n" + yaml + "\n---\nText.",
		"three dashes, four below": "---\n" + yaml + "\n----\nText.",
		"five pluses":              "+++++\n" + toml + "\n+++++\nText.",
		"JSON":                     "{\n  \"title\": \"Ask twice\",\n  \"link\": \"https://a.example/\"\n}\n\nText.",
		"JSON on one line":         "{\"title\": \"Ask twice\", \"link\": \"https://a.example/\"}\nText.",
		"JSON after a comment":     "<!-- x -->\n{ \"title\": \"Ask twice\", \"link\": \"https://a.example/\" }\nText.",
	} {
		tip, faults, ok := Parse("a.md", []byte(text))
		if !ok || tip.Title != "Ask twice" || tip.Link != "https://a.example/" || tip.Body != "Text." || len(faults) > 0 {
			t.Errorf("%s: %v, %q, %q, %v", name, ok, tip.Title, tip.Body, faults)
		}
	}
	for name, tt := range map[string]struct {
		text, rule string
		line       int
	}{
		"blank line, never closed":   {"\n---\n" + yaml + "\n\nText.", RuleFrontMatterOpen, 2},
		"four dashes, never closed":  {"----\n" + yaml + "\n\nText.", RuleFrontMatterOpen, 1},
		"dashes that were corrected": {"—-\n" + yaml + "\n—-\n\nText.", RuleFrontMatter, 1},
		"en dashes":                  {"–––\n" + yaml + "\n–––\n\nText.", RuleFrontMatter, 1},
		"nothing above":              {yaml + "\n---\n\n# Ask\n\nText.", RuleFrontMatter, 1},
		"nothing above or below":     {"Title: Ask\nTags: a\n\n# Ask\n\nText.", RuleFrontMatter, 1},
		"a heading above":            {"# lint: off\n---\n" + yaml + "\n---\nText.", RuleFrontMatter, 2},
		"text above":                 {"Draft of 3 May\n\n---\n" + yaml + "\n---\n\n# Ask\n\nText.", RuleFrontMatter, 3},
		"much HTML above":            {strings.Repeat("<div>\n<p>x</p>\n</div>\n", 4) + "---\n" + yaml + "\n---\nText.", RuleFrontMatter, 13},
		"broken JSON":                {"{\n\"title\": \"Ask\",\n}\n# Ask\n\nText.", RuleFrontMatter, 3},
		"JSON that never ends":       {"{\n\"title\": \"Ask\",\n# Ask\n\nText.", RuleFrontMatter, 3},
		"text after JSON":            {"{\"title\": \"Ask\"} Text.\n\nMore.", RuleFrontMatter, 1},
		"a fault below a comment":    {"<!--\n-->\n\n---\ntitle: T\nemoji: a: b\n---\nText.", RuleFrontMatter, 6},
		"one key twice, below":       {"\n\n---\ntitle: T\ntitle: U\n---\nText.", RuleFrontMatter, 5},
		"TOML below a blank line":    {"\n+++\ntitle = 'T'\nlink = b\n+++\nText.", RuleFrontMatter, 4},
		"twice":                      {"---\ntitle: T\n---\n\ntitle: T\nlink: x\n---\nText.", RuleFrontMatter, 5},
		"one property twice":         {"title:: T\nTitle:: U\n\nText.", RuleFrontMatter, 2},
		"one JSON key twice":         {"{\n\"title\": \"T\",\n\"Title\": \"U\"\n}\nText.", RuleFrontMatter, 3},
	} {
		_, faults, ok := Parse("a.md", []byte(tt.text))
		if ok || len(faults) != 1 || faults[0].Rule != tt.rule || faults[0].Line != tt.line || faults[0].Severity != Error {
			t.Errorf("%s: %v, want %s on line %d; %v", name, ok, tt.rule, tt.line, faults)
		}
	}
}

// Rules, headings and braces at the top of a text are text.
func TestTextIsNoFrontMatter(t *testing.T) {
	for name, text := range map[string]string{
		"a rule":                        "\n---\n\n# T\n\nOne.\n\n---\n\nTwo.",
		"a longer rule":                 "-----\n\n# T\n\nRemember: one.\n\n-----\n\nTwo.",
		"underlined headings":           "T\n---\n\nOne: x.\n\nU\n---\n\nTwo.",
		"Liquid":                        "{% raw %}\n# T\n\nOne.\n{% endraw %}",
		"attributes":                    "{: .lead}\n# T\n\nOne.",
		"front matter shown as code":    "# T\n\n```yaml\n---\ntitle: X\n---\n```\n",
		"a rule above words with colon": "# T\n\nOne.\n\n---\nNote: two.\n---\n",
		"words with a colon":            "# T\n\nTitle: what a tip is called.\nIt is short.\n",
		"dashes of dialogue":            "# T\n\n— One.\n\n— Two.",
	} {
		tip, faults, ok := Parse("a.md", []byte(text))
		if !ok || tip.Title != "T" || HasFaults(faults) {
			t.Errorf("%s: %v, %q, %v", name, ok, tip.Title, faults)
		}
	}
}

// What YAML and TOML would take out of a title withholds the tip, and the advice
// can be followed literally.
func TestTitleIsSentWholeOrNotAtAll(t *testing.T) {
	for written, whole := range map[string]string{
		"title: Be #1 at one thing":                 "Be #1 at one thing",
		"title: Foo # a comment":                    "Foo # a comment",
		"title: !important is a smell":              "!important is a smell",
		"title: !!int 7":                            "!!int 7",
		"title: &you first":                         "&you first",
		"title: ~":                                  "~",
		"title: null":                               "null",
		"title: *everything* counts":                "*everything* counts",
		"title: [Draft] Ask":                        "[Draft] Ask",
		"title: [Draft]":                            "[Draft]",
		"title: {x: y}":                             "{x: y}",
		"title: Choose: a manifesto":                "Choose: a manifesto",
		"title: @everyone reads this":               "@everyone reads this",
		"title: 100% of \"it\": don't":              "100% of \"it\": don't",
		"title: %s is a verb":                       "%s is a verb",
		"title: `go vet` first":                     "`go vet` first",
		"title: Say \"yes: no\" # 1":                "Say \"yes: no\" # 1",
		"title: One\n  two #3 four":                 "One two #3 four",
		"title:\n  Be #1":                           "Be #1",
		"title: C:\\temp #1":                        "C:\\temp #1",
		"+title = 1.10":                             "1.10",
		"+title = true":                             "true",
		"+title = 2026-01-01":                       "2026-01-01",
		"+title = 0x10":                             "0x10",
		"+title = Ask":                              "Ask",
		"title: Foo # later\n# a comment\nlang: en": "Foo # later",
	} {
		fence := "---"
		if strings.HasPrefix(written, "+") {
			fence, written = "+++", written[1:]
		}
		_, faults, ok := Parse("a.md", []byte(fence+"\n"+written+"\n"+fence+"\n# Another\n\nText."))
		if ok || len(faults) != 1 || faults[0].Line < 2 || faults[0].Line > 3 {
			t.Errorf("%s: %v, %v", written, ok, faults)
			continue
		}
		_, advice, found := strings.Cut(faults[0].Message, "write ")
		if !found {
			t.Errorf("%s: no advice: %s", written, faults[0])
			continue
		}
		tip, faults, ok := Parse("a.md", []byte(fence+"\n"+advice+"\n"+fence+"\nText."))
		if !ok || tip.Title != plainTitle(whole) || len(faults) > 0 {
			t.Errorf("%s: following %q gives %q, %v", written, advice, tip.Title, faults)
		}
	}
	for written, title := range map[string]string{
		"title: 1.10": "1.10", "title: yes": "yes", "title: 0o14": "0o14", "title: 012": "012", "title: 2026-01-01": "2026-01-01",
		"title: 1_000": "1_000", "title: .5": ".5", "title: 12:30": "12:30", "title: C# in depth": "C# in depth", "title: A&B": "A&B", "title: R&D!": "R&D!",
		"title: \"Be #1\" # first": "Be #1", "title: 'It''s #1'": "It's #1", "title: !!str 1.10": "1.10", "title: >-\n  Be #1\n  at it": "Be #1 at it",
		"title: One\n  two": "One two", "title:   One  two  ": "One two", "\"title\": One": "One", "title: One\n\n# a comment\nlang: en": "One",
		"title: a - b": "a - b", "title: What? Me": "What? Me",
	} {
		tip, faults, ok := Parse("a.md", []byte("---\n"+written+"\n---\nText."))
		if !ok || tip.Title != title || len(faults) > 0 {
			t.Errorf("%s: %q, %v", written, tip.Title, faults)
		}
	}
}

// Other words are taken whole, with a warning; a comment is a comment.
func TestOtherWordsAreTakenWhole(t *testing.T) {
	tip, faults := mustParse(t, "a.md", "---\ntitle: T\nlink: https://a.example # where it's from\nsource: Review #3\nauthor: !bob\nemoji: 💡 # a lamp\n---\nText.")
	if tip.Source != "Review #3" || tip.Author != "!bob" || tip.Emoji != "💡" || tip.Link != "https://a.example" {
		t.Errorf("%+v", tip)
	}
	wantFault(t, faults, RuleInvalidValue, Warning, 4, 0)
	wantFault(t, faults, RuleInvalidValue, Warning, 5, 0)
	if len(faults) != 2 {
		t.Errorf("faults: %v", faults)
	}
}
