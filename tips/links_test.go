package tips

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// linkLibrary is a library with the file at, of which the text is text.
func linkLibrary(t testing.TB, at, text string, more map[string]string) *Library {
	t.Helper()
	files := map[string]string{
		"plan.md": "# Plan\n\nText.", "Work/Weekly review.md": "# Review\n\nText.", "work/ask/index.md": "# Ask\n\nText.",
		"one/same.md": "# Same\n\nText.", "two/same.md": "# Same too\n\nText.", "2026-01-28-say-it.md": "# Say it\n\nText.",
		"content/posts/pause.md": "---\ntitle: Pause\naliases: [/old/pause/, Breathe]\n---\nText.", "fr/plan.md": "# Le plan\n\nTexte.",
		"content/posts/named.md": "---\ntitle: Named\nslug: other-name\n---\nText.", "work/part.md": "---\ntitle: Part\nheadless: true\n---\nText.",
		"A___B.md": "# AB\n\nText.", "guide.v2.md": "# Guide\n\nText.", "README.md": "# Read\n\nText.", at: text,
	}
	maps.Copy(files, more)
	return mustOpen(t, folder(t, files))
}

// Where the links of people's programs lead, by the file that they stand in.
func TestLinksBetweenTips(t *testing.T) {
	for _, c := range []struct{ at, text, want string }{
		{"a.md", "[x](plan.md)", "plan"},
		{"a.md", "[x](./plan.md \"title\") [y](<plan.md>)", "plan"},
		{"a.md", "[x](plan.md#the-week) [y](plan.md?plain=1)", "plan"},
		{"a.md", "[x][1]\n\n[1]: plan.md", "plan"},
		{"a.md", "[x](PLAN.md) [x](plan) [x](plan/) [x](plan.html)", "plan"},
		{"a.md", `<a class="x" href="plan.md">x</a> <A HREF='plan.md'>`, "plan"},
		{"a.md", "[![a picture](x.png)](plan.md)", "plan"},
		{"a.md", "[x](Work/Weekly%20review.md) [y](<Work/Weekly review.md>)", "Work/Weekly review"},
		{"Work/a.md", "[x](../plan.md) [y](Weekly%20review.md)", "Work/Weekly review plan"},
		{"a.md", "[[Plan]] [[plan#The week|ours]] ![[Plan]]", "plan"},
		{"a.md", "| a |\n|---|\n| [[Plan\\|ours]] |", "plan"},
		{"a.md", "[[Weekly review]] [[Work/Weekly review]]", "Work/Weekly review"},
		{"a.md", "[[A/B]] [[Breathe]]", "A___B content/posts/pause"},
		{"a.md", "[x](/posts/pause/) [y](/old/pause/)", "content/posts/pause"},
		{"content/posts/a.md", "[x](../pause/) [y](../other-name/)", "content/posts/named content/posts/pause"},
		{"a.md", "[x](work/ask/) [y](/say-it/) [z](guide.v2)", "2026-01-28-say-it guide.v2 work/ask/index"},
		{"one/a.md", "[[same]] [x](same.md)", "one/same"},
		{"a.md", "[[fr/plan]]", "plan"},
		{"a.md", "[x](a.md)", "a"},

		{"a.md", "[[same]] [x](same.md)", ""},   // which of the two?
		{"a.md", "[x](gone.md) [[Nobody]]", ""}, //
		{"a.md", "[x](README.md) [y](work/part.md)", ""},
		{"a.md", "[x](https://example.com/plan.md) <a href='//example.com/plan'>y</a> [z](#plan)", ""},
		{"a.md", "[[plan] [plan]", ""},
	} {
		l := linkLibrary(t, c.at, "# A\n\nOf it:\n\n"+c.text, nil)
		tip, ok := l.Tip(strings.TrimSuffix(c.at, ".md"))
		if got := strings.Join(tip.Linked(), " "); !ok || got != c.want {
			t.Errorf("%s in %s leads to %q, want %q", c.text, c.at, got, c.want)
		}
	}
}

// A link of a translation counts from its own file, and one to a translation leads to
// the tip.
func TestLinksOfTranslations(t *testing.T) {
	l := linkLibrary(t, "a.md", "# A\n\nSee [x](plan.md)", map[string]string{
		"fr/a.md": "# A\n\n[x](plan.md) [y](../guide.v2.md) [o](Work/Weekly%20review.md) [s](/fr/posts/pause/) [z](gone.md)", "a.es.md": "# A\n\nSin.",
	})
	tip, _ := l.Tip("a")
	fr, ok := tip.In("fr")
	if want := map[string]string{"plan.md": "plan", "../guide.v2.md": "guide.v2", "Work/Weekly review.md": "Work/Weekly review", "/fr/posts/pause/": "content/posts/pause"}; !ok || !maps.Equal(fr.Links, want) {
		t.Errorf("%v, want %v", fr.Links, want)
	}
	if got := tip.Linked(); !slices.Equal(got, []string{"Work/Weekly review", "content/posts/pause", "guide.v2", "plan"}) {
		t.Errorf("%q", got)
	}
	var lost []string
	for _, f := range Lint(l.Tips(), l.Faults(), LintOptions{}) {
		if f.Rule == RuleRelativeLink {
			lost = append(lost, f.String())
		}
	}
	if len(lost) != 1 || !strings.HasPrefix(lost[0], "fr/a.md:3:") || !strings.Contains(lost[0], "gone.md is no tip") {
		t.Errorf("%q; want the one that leads nowhere", lost)
	}
}

// A new tip is linked by those that were there before it.
func TestLinksFollowTheLibrary(t *testing.T) {
	dir := folder(t, map[string]string{"a.md": "# A\n\nSee [[b]]"})
	l := mustOpen(t, dir)
	write(t, dir, "sub/b.md", "# B\n\nText.")
	if err := l.Reload(); err != nil {
		t.Fatal(err)
	}
	if tip, _ := l.Tip("a"); tip.Links["b"] != "sub/b" {
		t.Errorf("%v", tip.Links)
	}
}

func TestLinkedTexts(t *testing.T) {
	pages := Pages{"plan.md": "https://tips.example/p?lang=en", "Plan": "https://tips.example/p?lang=en", "../a b.md": "https://tips.example/q"}
	for _, c := range []struct{ in, html, text string }{
		{"[the *plan*](plan.md) first", `<p><a href="https://tips.example/p?lang=en">the <em>plan</em></a> first</p>`, "the _plan_ (https://tips.example/p?lang=en) first"},
		{"[x](plan.md#the-week)", `<p><a href="https://tips.example/p?lang=en#tip-the-week">x</a></p>`, "x [1]\n\n[1] https://tips.example/p?lang=en#tip-the-week"},
		{"[x](../a%20b.md) [y][1]\n\n[1]: <../a b.md>", `<p><a href="https://tips.example/q">x</a> <a href="https://tips.example/q">y</a></p>`, "x (https://tips.example/q) y (https://tips.example/q)"},
		{`<a href="plan.md">x</a>`, `<p><a href="https://tips.example/p?lang=en">x</a></p>`, "x"},
		{"as\n[[Plan]] says", "<p>as\n<a href=\"https://tips.example/p?lang=en\">Plan</a> says</p>", "as Plan (https://tips.example/p?lang=en) says"},
		{"[[Plan#Über uns|ours]]", `<p><a href="https://tips.example/p?lang=en#tip-%C3%BCber-uns">ours</a></p>`, "ours [1]\n\n[1] https://tips.example/p?lang=en#tip-%C3%BCber-uns"},
		{"[[Plan#^one]] [[Plan#A#B]]", `<p><a href="https://tips.example/p?lang=en">Plan</a> <a href="https://tips.example/p?lang=en#tip-b">Plan &gt; A &gt; B</a></p>`, "Plan (https://tips.example/p?lang=en) Plan > A > B (https://tips.example/p?lang=en#tip-b)"},
		{"![[Plan]]", `<p><a href="https://tips.example/p?lang=en">Plan</a></p>`, "Plan (https://tips.example/p?lang=en)"},
		{"[see [[Plan]] there](https://b.example)", `<p><a href="https://b.example">see Plan there</a></p>`, "see Plan there (https://b.example)"},
		{"[[Other]] [x](other.md) `[[Plan]]`", `<p>Other <a href="other.md">x</a> <code>[[Plan]]</code></p>`, "Other x `[[Plan]]`"},
	} {
		if got, err := LinkedHTML(c.in, pages); err != nil || got != c.html {
			t.Errorf("HTML of %q\n got %q, %v\nwant %q", c.in, got, err, c.html)
		}
		if got := LinkedText(c.in, 0, pages); got != c.text {
			t.Errorf("text of %q\n got %q\nwant %q", c.in, got, c.text)
		}
	}
}

// What a link is looked up by is what is read when it's shown.
func FuzzLinkNames(f *testing.F) {
	for _, s := range []string{"[x](a.md)", "[x](<a b.md> \"t\")", "[x](a\\_b.md)", "[[a|b]]", "[[a#b]]", "<a href=\"a&amp;b.md\">x</a>", "[x]: a.md", "[x](a(b).md)", "href=", "[["} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		if len(in) > 1<<12 || !utf8.ValidString(in) {
			return
		}
		pages := Pages{}
		for i, name := range linkNames(in) {
			if name == "" {
				t.Errorf("%q: an empty name", in)
			}
			pages[name] = fmt.Sprintf("https://tips.example/%d", i)
		}
		_, _ = render(in, pages) // not LinkedHTML, which would hide a panic
		plainText(in, 72, pages)
	})
}
