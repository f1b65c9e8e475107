package tips

import (
	"strings"
	"testing"
)

func TestTitleFromText(t *testing.T) {
	tests := []struct{ name, text, title, body string }{
		{"opens the text", "## Ask early\n\nAsk.", "Ask early", "Ask."},
		{"opens it below a comment", "<!-- from the wiki -->\n\n### Ask early\n\nAsk.", "Ask early", "<!-- from the wiki -->\n\n\nAsk."},
		{"of level 1 below a line", "[Home](/)\n\n# Ask early\n\nAsk.", "Ask early", "[Home](/)\n\n\nAsk."},
		{"deep inside", "Templates save time.\n\n### Choose a file\n\nDo.\n\n### Press the button\n\nDo.", "Use a template", "Templates save time.\n\n### Choose a file\n\nDo.\n\n### Press the button\n\nDo."},
		{"parts of level 1", "Two ways.\n\n# By hand\n\nDo.\n\n# By machine\n\nDo.", "Use a template", "Two ways.\n\n# By hand\n\nDo.\n\n# By machine\n\nDo."},
		{"deep in our own section", "## Tip\n\nText.\n\n### Then\n\nMore.", "Use a template", "Text.\n\n### Then\n\nMore."},
		{"a picture is no title", "# ![](a.png)\n\nAsk.", "Use a template", "# ![](a.png)\n\nAsk."},
		{"markup", "# Use `git switch`, **not** [checkout](x) &amp; co\n\nAsk.", "Use git switch, not checkout & co", "Ask."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tip, faults, ok := Parse("notes/use-a-template.md", []byte(tt.text))
			if !ok || tip.Title != tt.title {
				t.Errorf("title %q, want %q (%v)", tip.Title, tt.title, faults)
			}
			if got := strings.ReplaceAll(tip.Body, "\n\n\n", "\n\n"); got != strings.ReplaceAll(tt.body, "\n\n\n", "\n\n") {
				t.Errorf("body %q, want %q", tip.Body, tt.body)
			}
		})
	}
}

func TestTitleFromName(t *testing.T) {
	for file, want := range map[string]string{
		"Keep notes of meetings.md":             "Keep notes of meetings",
		"own-up-and-move-on.md":                 "Own up and move on",
		"own_up.md":                             "Own up",
		"_posts/2022-01-28-own-up.md":           "Own up",
		"2022-01-28 Own up.md":                  "Own up",
		"own-up.fr.md":                          "Own up",
		"tip-019/README.md":                     "Tip 019",
		"own-up/index.md":                       "Own up",
		"own-up/index.fr.md":                    "Own up",
		"03-own-up.md":                          "Own up",
		"003. Own up.md":                        "Own up",
		"202401281230 Own up.md":                "Own up",
		"10 ways to say no.md":                  "10 ways to say no",
		"10-ways-to-say-no.md":                  "10 ways to say no",
		"Follow-up in time.md":                  "Follow-up in time",
		"Écoute d’abord.md":                     "Écoute d’abord",
		"先に聞く.md":                               "先に聞く",
		"اسأل-أولا.md":                          "اسأل أولا",
		"eat the frog.MD":                       "Eat the frog",
		"2024-01-28.md":                         "",
		"7.md":                                  "",
		"deep/folder/ask_before_you-answer.txt": "Ask before you answer",
	} {
		if got := titleFromName(file); got != want {
			t.Errorf("titleFromName(%q) = %q, want %q", file, got, want)
		}
	}
}

// A name without a letter says nothing: such a tip has no title.
func TestNoTitle(t *testing.T) {
	_, faults, ok := Parse("2024-01-28.md", []byte("Text."))
	if ok {
		t.Error("not withheld")
	}
	wantFault(t, faults, RuleMissingTitle, Error, 1, 0)
}
