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
		{"words with a picture", "# Say it *once* ![icon](a.png){: .icon }\n\nAsk.", "Say it once", "Ask."},
		{"a picture with words", "# ![Say it](a.png)\n\nAsk.", "[Say it]", "Ask."},
		{"a list of parts", "# Contents\n\n- [A](#a)\n\n# Ask early\n\nAsk.", "Ask early", "# Contents\n\n- [A](#a)\n\n\nAsk."},
		{"nothing but parts", "## Table of *Contents*:\n\n- [A](#a)\n\n## A\n\nAsk.", "Use a template", "## Table of *Contents*:\n\n- [A](#a)\n\n## A\n\nAsk."},
		{"what the contents are", "# Contents of a letter\n\nAsk.", "Contents of a letter", "Ask."},
		{"the same words", "---\ntitle: What's a resume\n---\n# What’s a *Resumé*?\n\nAsk.", "What's a resume", "Ask."},
		{"other words", "---\ntitle: C\n---\n# C#\n\nAsk.", "C", "# C#\n\nAsk."},
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

// A formula that has a line of = is no heading, so its tip isn't named after it.
func TestFormulaIsNoTitle(t *testing.T) {
	tip, faults, ok := Parse("rotation.md", []byte("## Rule\n\nIt holds that\n$$\n\\left[a\\right]\n=\nb\n$$\n"))
	if !ok || tip.Title != "Rule" || strings.Contains(plainText(tip.Body, 0, nil), "$$") {
		t.Errorf("%t, %q, %q, %v", ok, tip.Title, tip.Body, faults)
	}
	for _, formula := range []string{"a\n=\nb", "a\n=\nb\n=\nc"} {
		tip, _, _ = Parse("rotation.md", []byte("Some words.\n\nIt holds that\n$$\n"+formula+"\n$$\n"))
		if tip.Title != "Rotation" {
			t.Errorf("got %q", tip.Title)
		}
	}
}

func TestTitleWithTheSignsOfAFormula(t *testing.T) {
	if tip, _, _ := Parse("pid.md", []byte("# What $$ is in a shell\n\nIts number.")); tip.Title != "What $$ is in a shell" {
		t.Errorf("got %q", tip.Title)
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

// The subject is plain, the headline shows what its author marked; what isn't markup
// for sure stays.
func TestMarkupInTitles(t *testing.T) {
	for written, want := range map[string][2]string{
		"Use `git switch`, **not** `checkout` &amp; friends": {"Use git switch, not checkout & friends", "Use <code>git switch</code>, <strong>not</strong> <code>checkout</code> &amp; friends"},
		"The *why* of it, and _how_":                         {"The why of it, and how", "The <em>why</em> of it, and <em>how</em>"},
		"Read [this](https://a.example/b) today":             {"Read this today", "Read this today"},
		"snake_case_name and __init__ * 2 ** 3":              {"snake_case_name and __init__ * 2 ** 3", "snake_case_name and __init__ * 2 ** 3"},
		"AT&T, a < b & List<T>":                              {"AT&T, a < b & List<T>", "AT&amp;T, a &lt; b &amp; List&lt;T&gt;"},
		"`<script>` and `a_b`":                               {"<script> and a_b", "<code>&lt;script&gt;</code> and <code>a_b</code>"},
		"&lt;img src=x&gt;":                                  {"<img src=x>", "&lt;img src=x&gt;"},
	} {
		tip, _, _ := Parse("a.md", []byte("---\ntitle: '"+written+"'\n---\nText.\n"))
		headline := TitleHTML(written)
		if tip.Title != want[0] || headline != want[1] {
			t.Errorf("%q\n got title %q, headline %q\nwant title %q, headline %q", written, tip.Title, headline, want[0], want[1])
		}
		if marked := strings.Contains(headline, "<"); marked != (tip.Written != "") {
			t.Errorf("%q: kept as written: %q", written, tip.Written)
		}
	}
	tip, _, _ := Parse("a.md", []byte("# Use `set` *now*\n\nText.\n"))
	if tip.Title != "Use set now" || TitleHTML(tip.Written) != "Use <code>set</code> <em>now</em>" {
		t.Errorf("a heading: %q, %q", tip.Title, tip.Written)
	}
}

func FuzzTitleMarkup(f *testing.F) {
	f.Add("a `b` **c** *d* _e_ [f](https://g.example) &amp;")
	f.Fuzz(func(t *testing.T, written string) {
		shown := TitleHTML(written)
		for _, element := range []string{"code", "strong", "em"} {
			shown = strings.ReplaceAll(strings.ReplaceAll(shown, "<"+element+">", ""), "</"+element+">", "")
		}
		if strings.ContainsAny(shown, "<>\"") {
			t.Errorf("%q becomes %q", written, TitleHTML(written))
		}
	})
}
