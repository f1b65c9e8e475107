package render

import (
	"strings"
	"testing"

	"dailytip/tips"
)

// Words that run against those of their tip have a direction of their own, where their
// order would be another without it.
func TestDirections(t *testing.T) {
	const long = "Some words that are more than a line of a letter has room for, at least on a phone."
	const longHebrew = "גרסה חדשה של הספרייה יצאה היום ואפשר להתקין אותה מיד עם מנהל החבילות שלכם."
	for name, c := range map[string]struct{ dir, in, want string }{
		"a full stop":               {"rtl", `<p>Use React.</p><p>שלום.</p>`, `<p dir="ltr">Use React.</p><p>שלום.</p>`},
		"nothing at the ends":       {"rtl", `<p>Use React 18</p><p>שלום</p>`, `<p>Use React 18</p><p>שלום</p>`},
		"a number first":            {"rtl", `<h2>16.8 is out</h2><p>שלום</p>`, `<h2 dir="ltr">16.8 is out</h2><p>שלום</p>`},
		"code among words":          {"rtl", `<p><code>a</code> and <code>b</code></p><p>שלום</p>`, `<p dir="ltr"><code>a</code> and <code>b</code></p><p>שלום</p>`},
		"code by itself":            {"rtl", `<p><code>.env</code></p><p>שלום</p>`, `<p><code>.env</code></p><p>שלום</p>`},
		"Hebrew with Latin names":   {"rtl", `<p>React and JSX, שלום.</p>`, `<p>React and JSX, שלום.</p>`},
		"an item among others":      {"rtl", `<ul><li>Use React.<ul><li>שלום.</li></ul></li></ul>`, `<ul><li><span dir="ltr">Use React.</span><ul><li>שלום.</li></ul></li></ul>`},
		"a task":                    {"rtl", `<ul><li>☑ Use React.</li><li><input type="checkbox"/> Use React.</li><li>שלום</li></ul>`, `<ul><li>☑ <span dir="ltr">Use React.</span></li><li><input type="checkbox"/><span dir="ltr"> Use React.</span></li><li>שלום</li></ul>`},
		"other marks among words":   {"rtl", `<p>Use <tt>a</tt> or <strike>b</strike><wbr/>.</p><p>שלום</p>`, `<p dir="ltr">Use <tt>a</tt> or <strike>b</strike><wbr/>.</p><p>שלום</p>`},
		"long words only":           {"rtl", `<p>` + strings.TrimSuffix(long, ".") + `</p><p>שלום</p>`, `<p dir="ltr">` + strings.TrimSuffix(long, ".") + `</p><p>שלום</p>`},
		"a long list":               {"rtl", `<ul><li>` + long + `</li></ul><p>שלום</p>`, `<ul dir="ltr"><li>` + long + `</li></ul><p>שלום</p>`},
		"a cell":                    {"rtl", `<table><tbody><tr><td>Run it!</td><td>שלום</td></tr></tbody></table>`, `<table><tbody><tr><td dir="ltr">Run it!</td><td>שלום</td></tr></tbody></table>`},
		"a table":                   {"rtl", `<table><tbody><tr><td>a</td><td>b</td></tr></tbody></table><p>שלום</p>`, `<table dir="ltr"><tbody><tr><td>a</td><td>b</td></tr></tbody></table><p>שלום</p>`},
		"its author's own":          {"rtl", `<div dir="rtl"><p>Hi!</p></div><p dir="auto">Hi!</p><p>שלום</p>`, `<div dir="rtl"><p>Hi!</p></div><p dir="auto">Hi!</p><p>שלום</p>`},
		"Hebrew in another tip":     {"ltr", `<p>Hello.</p><p>שלום לכם React.</p>`, `<p>Hello.</p><p dir="rtl">שלום לכם React.</p>`},
		"one word of it":            {"ltr", `<p>It means שלום.</p><p>שלום</p><p>שלום means it.</p>`, `<p>It means שלום.</p><p>שלום</p><p>שלום means it.</p>`},
		"a long quote of it":        {"ltr", `<p>` + long + `</p><p>` + long + `</p><blockquote><p>` + longHebrew + `</p></blockquote>`, `<p>` + long + `</p><p>` + long + `</p><blockquote dir="rtl"><p>` + longHebrew + `</p></blockquote>`},
		"code says nothing":         {"ltr", `<pre>שלום</pre><p>Hello.</p>`, `<pre>שלום</pre><p>Hello.</p>`},
		"lines of a paragraph":      {"rtl", `<p>One<br/>two</p><p>שלום</p>`, `<p dir="ltr">One<br/>two</p><p>שלום</p>`},
		"marks and numbers":         {"rtl", `<p>1 + 2 = 3.</p><p>שלום</p>`, `<p>1 + 2 = 3.</p><p>שלום</p>`},
		"a paragraph of a division": {"rtl", `<div><p>Hi!</p></div><p>שלום</p>`, `<div><p dir="ltr">Hi!</p></div><p>שלום</p>`},
	} {
		root, err := parseFragment(c.in)
		if err != nil {
			t.Fatal(err)
		}
		directions(root, c.dir == "rtl")
		if got, err := render(root); err != nil || got != c.want {
			t.Errorf("%s: %v\n got %s\nwant %s", name, err, got, c.want)
		}
	}
}

// What is turned has its bullets and its edge at its own side, and stands there. Short
// text stays below the rest.
func TestTurnedBlocksAreMirrored(t *testing.T) {
	const long = "Some words that are more than a line of a letter has room for, at least on a phone."
	got, err := testInliner("he", "rtl", "").inline(`<p>שלום</p><ul><li>` + long + `</li></ul><blockquote><p>` + long + `</p></blockquote>` +
		`<h2>Hi!</h2><p>Hello you.</p><p>` + long + `</p><div dir="ltr">` + long + `</div><table><tr><th>a</th></tr></table>`)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`<ul dir="ltr" style="margin:0 0 18px;padding:0;padding-left:24px;text-align:left" class="uleft">`,
		`border-left:3px`, `<h2 dir="ltr" style="margin:30px 0 10px;`, `<p dir="ltr" style="margin:0 0 18px">Hello you.</p>`, `<p dir="ltr" style="margin:0 0 18px;text-align:left">`, `<th scope="col" align="left">`, `<table dir="ltr" cellpadding`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("want %s in %s", want, got)
		}
	}
}

// So has a title.
func TestDirectionOfTitles(t *testing.T) {
	for _, c := range [][3]string{
		{"he", "What's new?", `<span dir="ltr">What&#39;s new?</span>`},
		{"he", "React", "React"},
		{"he", "מה חדש?", "מה חדש?"},
		{"en", "מה חדש?", `<span dir="rtl">מה חדש?</span>`},
		{"en", "What's new?", "What&#39;s new?"},
	} {
		view := titled(t, c[1], c[0])
		if got := string(view.Headline()); got != c[2] {
			t.Errorf("%s in %s: %s, want %s", c[1], c[0], got, c[2])
		}
	}
}

// A tip that nobody has translated yet is at the side of its text as a whole.
func TestUntranslatedTipIsTurned(t *testing.T) {
	const long = "Some words that are more than a line of a letter has room for, at least on a phone."
	tip := tips.Tip{ID: "a", Path: "a.md", Title: "What's new?", Body: "## It's out!\n\n" + long}
	view, err := NewTip(Options{Language: "he"}, tip, Choose(tip, "he", "he"), "he", 2)
	if err != nil {
		t.Fatal(err)
	}
	css, err := view.CSS("title")
	if err != nil || view.Foreign != ` lang="he" dir="ltr"` || !strings.HasPrefix(string(css), "text-align:left") || strings.Contains(string(view.Content), "dir=") {
		t.Errorf("%v: %s, %s, %s", err, view.Foreign, css, view.Content)
	}
	page, err := NewArticle(Options{Language: "he"}, tip, "he")
	if want := `<div dir="ltr"><h2 id="tip-its-out">It`; err != nil || !strings.HasPrefix(string(page.Body), want) {
		t.Errorf("%v: %s, want %s", err, page.Body, want)
	}
}

// A program that shows a figure far from its sides wastes a phone.
func TestFiguresHaveTheLettersWidth(t *testing.T) {
	got, err := testInliner("en", "ltr", "").inline(`<figure><img src="https://example.com/a.png" alt="A"><figcaption>b</figcaption></figure>`)
	if err != nil || !strings.Contains(got, `<figure style="margin:0 0 18px">`) || !strings.Contains(got, `class="m">b</figcaption>`) {
		t.Errorf("%v: %s", err, got)
	}
}
