package letter

import (
	"strings"
	"testing"

	"dailytip/locale"
	"dailytip/tips"
)

func translated(own string, languages ...string) tips.Tip {
	t := tips.Tip{ID: "t", Title: "title " + own, Language: own, Body: "Body."}
	for _, lang := range languages {
		t.Translations = append(t.Translations, tips.Translation{Language: lang, Title: "title " + lang, Body: "Body."})
	}
	return t
}

func TestChoose(t *testing.T) {
	for _, c := range []struct {
		name       string
		tip        tips.Tip
		newsletter string
		reader     string
		language   string
		words      string
		fallback   bool
	}{
		{"no language chosen", translated("", "es"), "en", "", "en", "en", false},
		{"exact", translated("", "es", "zh-CN"), "en", "es", "es", "es", false},
		{"region", translated("", "es"), "en", "es-MX", "es", "es", false},
		{"Hong Kong finds Taiwan", translated("", "zh-CN", "zh-TW"), "en", "zh-HK", "zh-TW", "zh-TW", false},
		{"Hant finds Taiwan", translated("", "zh-CN", "zh-TW"), "en", "zh-Hant", "zh-TW", "zh-TW", false},
		{"Singapore finds China", translated("", "zh-CN", "zh-TW"), "en", "zh-SG", "zh-CN", "zh-CN", false},
		{"Chinese alone", translated("", "zh-CN", "zh-TW"), "en", "zh", "zh-CN", "zh-CN", false},
		{"the only Chinese", translated("", "zh-CN"), "en", "zh-TW", "zh-CN", "zh-TW", false},
		{"Portugal reads Brazil", translated("", "pt-BR"), "en", "pt-PT", "pt-BR", "pt-BR", false},
		{"Hant alone for Taiwan", translated("", "zh-Hans", "zh-Hant"), "en", "zh-TW", "zh-Hant", "zh-TW", false},
		{"Hong Kong's for Taiwan", translated("", "zh-CN", "zh-HK"), "en", "zh-TW", "zh-HK", "zh-TW", false},
		{"Taiwan's for Macau", translated("", "zh-CN", "zh-TW"), "en", "zh-MO", "zh-TW", "zh-TW", false},
		{"Hong Kong has its own", translated("", "zh-CN", "zh-HK", "zh-TW"), "en", "zh-HK", "zh-HK", "zh-TW", false},
		{"only Traditional for China", translated("", "zh-TW"), "en", "zh-CN", "zh-TW", "zh-CN", false},
		{"Brazil reads Portugal", translated("", "pt-PT"), "en", "pt-BR", "pt-PT", "pt-BR", false},
		{"Latin America", translated("", "es", "es-419"), "en", "es-AR", "es-419", "es", false},
		{"Bokmål is Norwegian", translated("", "nb"), "en", "no", "nb", "en", false},
		{"Serbian in the other script", translated("", "sr"), "en", "sr-Latn", "sr", "en", false},
		{"an old code", translated("", "he"), "en", "iw", "he", "en", false},
		{"no translation", translated("", "es"), "en", "de", "en", "de", true},
		{"Catalan isn't Spanish", translated("", "es"), "en", "ca", "en", "en", true},
		{"another newsletter's language", translated("", "en"), "de", "fr", "de", "fr", true},
		{"the tip's own language", translated("fr", "en"), "en", "en", "en", "en", false},
		{"the tip's own language, not translated", translated("fr"), "en", "en", "fr", "en", true},
		{"not ours", translated("", "nl"), "en", "nl", "nl", "en", false},
		{"not ours, German newsletter", translated("", "nl"), "de", "nl", "nl", "de", false},
		{"nonsense", translated("", "es"), "en", "!!", "en", "en", false},
		{"everything empty", translated(""), "", "", "en", "en", false},
	} {
		v := choose(c.tip, c.newsletter, c.reader)
		words := wordsFor(v, c.newsletter, c.reader)
		if v.Language != c.language || words != c.words || v.Fallback != c.fallback {
			t.Errorf("%s: text in %s, words in %s, fallback %t; want %s, %s, %t",
				c.name, v.Language, words, v.Fallback, c.language, c.words, c.fallback)
		}
		if want := "title " + v.Language; c.tip.Language != "" && v.Title != want {
			t.Errorf("%s: %q, want %q", c.name, v.Title, want)
		}
	}
}

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

func TestPreheader(t *testing.T) {
	for in, want := range map[string]string{
		"<h2>T</h2><p>The first sentence is long enough to stand. The second.</p>": "The first sentence is long enough to stand.",
		"<p>Short. But this goes on to say more than that. Third.</p>":             "Short. But this goes on to say more than that.",
		"<p>有坏消息的时候，前面的寒暄是为了自己，不是为了对方。第二句。</p>":                                    "有坏消息的时候，前面的寒暄是为了自己，不是为了对方。",
		"": "",
	} {
		if got := preheader(in); got != want {
			t.Errorf("preheader(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		text  string
		width int
		want  string
	}{
		{"one two three", 8, "one two\nthree"},
		{"https://example.com/a/very/long/path x", 10, "https://example.com/a/very/long/path\nx"},
		{"你好世界", 4, "你好\n世界"},
		{"", 10, ""},
	} {
		if got := wrap(c.text, c.width, "", ""); got != c.want {
			t.Errorf("wrap(%q) = %q, want %q", c.text, got, c.want)
		}
	}
}
