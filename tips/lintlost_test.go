package tips

import (
	"slices"
	"strings"
	"testing"
)

// Nothing that a reader of the file sees is gone without something in its place
// and a line from lint.
func TestNothingVanishesSilently(t *testing.T) {
	const head = "---\ntitle: T\nlink: https://a.example\n---\nA\n\n"
	for name, c := range map[string]struct{ text, rule, html, plain string }{
		"a frame":            {`<iframe width="5" src="https://www.youtube.com/embed/abc" title="How it's done"></iframe>`, RuleNoMedia, `<p><a href="https://www.youtube.com/watch?v=abc">▶ How it&#39;s done</a></p>`, "▶ How it's done (https://www.youtube.com/watch?v=abc)"},
		"a film":             {`<video controls><source src="https://a.example/b.mp4"></video>`, RuleNoMedia, `<a href="https://a.example/b.mp4">▶ b.mp4</a>`, "▶ b.mp4 (https://a.example/b.mp4)"},
		"a film of our own":  {`<video src="b.mp4" title="The steps"></video>`, RuleNoMedia, "▶ The steps", "▶ The steps"},
		"one without words":  {`<video src="../films/b c.mp4"></video>`, RuleNoMedia, "▶ b c.mp4", "▶ b c.mp4"},
		"a sound in a line":  {`Listen: <audio src="//a.example/b.mp3"></audio>`, RuleNoMedia, `Listen: <a href="https://a.example/b.mp3">▶ b.mp3</a>`, "▶ b.mp3 (https://a.example/b.mp3)"},
		"a relative link":    {"[how to ask](../ask.md)", RuleRelativeLink, "how to ask", "how to ask"},
		"one from the root":  {"[how to ask](/ask/)", RuleRelativeLink, "how to ask", "how to ask"},
		"one in HTML":        {`a <a href="ask.html">how to ask</a>`, RuleRelativeLink, "how to ask", "how to ask"},
		"a picture in text":  {"![](data:image/png;base64,AAAA)", RulePictureKind, `alt="🖼"`, "[🖼]"},
		"a drawing":          {"![A circle](x.svg)", RulePictureKind, "A circle", "[A circle]"},
		"a photo of our own": {`<img src="x.avif" alt="A face">`, RulePictureKind, "A face", "[A face]"},
		"a tag by mistake":   {"open <file> now", RuleUnknownTag, "open", "open"},
		"a note of a vault":  {"![[Other note]]", RuleVaultOnly, "Other note", "Other note"},
		"a query":            {"b\n\n```dataview\nlist\n```", RuleVaultOnly, "b", "b"},
		"a chart":            {"```mermaid\npie\n \"A\": 3\n```", RuleVaultOnly, "pie", "pie"},
	} {
		tip, faults := mustParse(t, "a.md", head+c.text)
		got := Lint([]Tip{tip}, faults, LintOptions{})
		if !slices.ContainsFunc(got, func(f Fault) bool { return f.Rule == c.rule && f.Severity == Warning && f.Line >= 7 }) {
			t.Errorf("%s: no warning %s in %v", name, c.rule, got)
		}
		if fragment, err := render(tip.Body, nil); err != nil || !strings.Contains(fragment, c.html) {
			t.Errorf("%s: want %s in %s, %v", name, c.html, fragment, err)
		}
		if plain := plainText(tip.Body, 0, nil); !strings.Contains(plain, c.plain) {
			t.Errorf("%s: want %s in %s", name, c.plain, plain)
		}
	}
	for _, text := range []string{"[a](https://b.example) [c](#d) <mailto:a@example.com> ![e](f.png) ![g](https://h.example/i.svg)", "`<file>` <kbd>x</kbd><!-- <file> -->", "a\n\n<!--\n<iframe src=x>\n-->"} {
		tip, faults := mustParse(t, "a.md", head+text)
		if got := Lint([]Tip{tip}, faults, LintOptions{}); len(got) > 0 {
			t.Errorf("%q: %v", text, got)
		}
	}
}

// A note full of links to other notes is one finding.
func TestRelativeLinksOfATextAreOneFinding(t *testing.T) {
	tip, faults := mustParse(t, "a.md", "---\ntitle: T\nlink: https://a.example\n---\nA [b](b.md),\n[c](c.md) and <a href=\"d.md\">d</a>.\n\n[e](https://e.example)\n")
	got := Lint([]Tip{tip}, faults, LintOptions{})
	if len(got) != 1 || got[0].Rule != RuleRelativeLink || got[0].Line != 5 || !strings.Contains(got[0].Message, "2 more links") {
		t.Errorf("got %v", got)
	}
}
