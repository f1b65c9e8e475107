package letter

import (
	"strings"
	"testing"

	"dailytip/locale"
	"dailytip/tips"
)

func TestFallbackSaysSo(t *testing.T) {
	l := compose1(t, newsletter(), "de")
	if l.Language != "en" {
		t.Errorf("language %s, want en", l.Language)
	}
	for _, part := range []string{l.HTML(), l.Text()} {
		if !strings.Contains(part, "noch nicht in Ihrer Sprache") || !strings.Contains(part, "Montag, 23. November") {
			t.Errorf("the German words are missing:\n%s", part)
		}
	}
	for _, want := range []string{`<html lang="de" dir="ltr"`, `<h1 class="k h" lang="en" dir="ltr"`, `<div lang="en" dir="ltr"`} {
		if !strings.Contains(l.HTML(), want) {
			t.Errorf("%s is missing", want)
		}
	}
	arabic := compose1(t, newsletter(), "ar")
	for _, want := range []string{`<html lang="ar" dir="rtl"`, `role="article" lang="ar" dir="rtl"`, "border-right:4px solid"} {
		if !strings.Contains(arabic.HTML(), want) {
			t.Errorf("Arabic: %s is missing", want)
		}
	}
	if strings.Contains(arabic.HTML(), ` lang="en"`) {
		t.Error("an Arabic letter has English in it")
	}
}

// The tip that is linked may have the reader's language, although the one that links it hasn't.
func TestFallbackLinksInTheReadersLanguage(t *testing.T) {
	n := newsletter()
	n.ArchiveURL = "https://tips.example.com/archive/management"
	c := content(tips.Tip{ID: "a", Title: "A", Body: "See [b](b.md).", Links: map[string]string{"b.md": "b"}})
	c.Pages = map[string]string{"b": "2026-11-20"}
	for _, lang := range []string{"en", "de"} {
		l, err := Compose(n, c, lang)
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range []string{l.HTML(), l.Text()} {
			if want := n.ArchiveURL + "/2026-11-20?lang=" + lang; !strings.Contains(part, want) {
				t.Errorf("no link to %s:\n%s", want, part)
			}
		}
	}
}

func TestSubject(t *testing.T) {
	for _, c := range []struct{ emoji, title, want string }{
		{"💡", "Own the mistake", "💡 Own the mistake"},
		{"", "Own the mistake", "Own the mistake"},
		{"💡", "  two\tblanks  ", "💡 two blanks"},
		{"", strings.Repeat("word ", 20), strings.TrimSpace(strings.Repeat("word ", 13)) + "…"},
		{"", strings.Repeat("家", 71), strings.Repeat("家", 69) + "…"},
		{"", strings.Repeat("家", 70), strings.Repeat("家", 70)},
		{"", strings.Repeat("👩‍👩‍👧‍👦", 80), strings.Repeat("👩‍👩‍👧‍👦", 69) + "…"},
		{"", strings.Repeat("ก็", 80), strings.Repeat("ก็", 69) + "…"},
	} {
		if got := subject(c.emoji, c.title); got != c.want {
			t.Errorf("subject(%q, %q) = %q, want %q", c.emoji, c.title, got, c.want)
		}
	}
}

func TestWeekly(t *testing.T) {
	a, b := load(t, "say-it"), load(t, "constructs")
	l, err := Compose(newsletter(), content(a, b, a), "en")
	if err != nil {
		t.Fatal(err)
	}
	if want := "🗣️ Say the hard thing first, then stay for the answer and 2 more tips"; l.Subject != want {
		t.Errorf("subject %q, want %q", l.Subject, want)
	}
	html := l.HTML()
	for want, count := range map[string]int{"<h1": 1, "Your 3 tips of the week</h1>": 1, "<h2": 3} {
		if got := strings.Count(html, want); got < count || want == "<h1" && got != 1 {
			t.Errorf("%d × %s, want %d", got, want, count)
		}
	}
	if !strings.Contains(l.Text(), "1. Say the hard thing first, then stay for the answer\n2. Every construct") {
		t.Errorf("the list of titles is missing:\n%s", l.Text())
	}
}

// A weekly mail speaks one language, the reader's when one of its tips has it.
func TestWeeklyInOneLanguage(t *testing.T) {
	sayIt, constructs, hindi := load(t, "say-it"), load(t, "constructs"), load(t, "hindi")
	for _, c := range []struct {
		lang     string
		tips     []tips.Tip
		language string
		has      []string
		remarks  int
	}{
		{"es", []tips.Tip{constructs, sayIt, hindi}, "es", []string{`<html lang="es"`, "Tus 3 consejos", "lunes, 23 de noviembre"}, 2},
		{"hi", []tips.Tip{sayIt, hindi}, "hi", []string{`<html lang="hi"`}, 0},
		{"ko", []tips.Tip{sayIt, constructs}, "en", []string{`<html lang="ko"`, "이번 주 팁은 아직"}, 0},
		{"ko", []tips.Tip{sayIt}, "en", []string{`<html lang="ko"`}, 1},
		{"", []tips.Tip{sayIt, constructs}, "en", []string{`<html lang="en"`, "Monday, 23 November"}, 0},
		{"en-US", []tips.Tip{sayIt, constructs}, "en", []string{`<html lang="en"`, "Monday, November 23"}, 0},
	} {
		l, err := Compose(newsletter(), content(c.tips...), c.lang)
		if err != nil {
			t.Fatal(err)
		}
		if l.Language != c.language {
			t.Errorf("%s: language %s, want %s", c.lang, l.Language, c.language)
		}
		for _, want := range c.has {
			if !strings.Contains(l.HTML(), want) {
				t.Errorf("%s: %s is missing", c.lang, want)
			}
		}
		remark := locale.Text(l.words, "mail.untranslated", nil)
		for part, text := range map[string]string{"HTML": l.HTML(), "text": strings.ReplaceAll(l.Text(), "\n", " ")} {
			if got := strings.Count(text, remark); got != c.remarks {
				t.Errorf("%s, %s: %d lines about the language, want %d", c.lang, part, got, c.remarks)
			}
		}
	}
}

// A tip in Hebrew runs from the right, also when we have no words in Hebrew: those, and
// the date, are in the newsletter's language, each in its own direction.
func TestATextInALanguageWithoutOurWords(t *testing.T) {
	hebrew := tips.Tip{
		ID: "a", Path: "a.md", Title: "להודות בטעות", Language: "he",
		Body: "אומרים **מיד** מה קרה.\n\n- ואז ממשיכים\n\n> בלי תירוצים\n\n| א | ב |\n|---|---|\n| 1 | 2 |\n\n`git push` בסוף.",
	}
	for _, c := range []struct{ own, reader, words, date string }{
		{"he", "", "en", "Monday, 23 November"},
		{"he", "he", "en", "Monday, 23 November"},
		{"de", "", "de", "Montag, 23. November"},
		{"ar", "he", "ar", "٢٣"},
	} {
		n := newsletter()
		n.Language = c.own
		l, err := Compose(n, content(hebrew), c.reader)
		if err != nil {
			t.Fatal(err)
		}
		html := l.HTML()
		if l.Subject != hebrew.Title || l.Language != "he" {
			t.Errorf("%v: subject %q, language %q", c, l.Subject, l.Language)
		}
		for _, want := range []string{
			`<html lang="` + c.words + `" dir="` + locale.Dir(c.words) + `"`, `<h1 class="k h" lang="he" dir="rtl"`, `<div lang="he" dir="rtl"`,
			"padding-right:24px", "border-right:3px solid", c.date,
		} {
			if !strings.Contains(html, want) {
				t.Errorf("%v: %s is missing", c, want)
			}
		}
		if !strings.Contains(l.Text(), c.date) {
			t.Errorf("%v: the date is missing in %s", c, l.Text())
		}
	}
}
