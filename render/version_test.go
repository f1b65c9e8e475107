package render

import (
	"testing"

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
		v := Choose(c.tip, c.newsletter, c.reader)
		words := WordsFor(v, c.newsletter, c.reader)
		if v.Language != c.language || words != c.words || v.Fallback != c.fallback {
			t.Errorf("%s: text in %s, words in %s, fallback %t; want %s, %s, %t",
				c.name, v.Language, words, v.Fallback, c.language, c.words, c.fallback)
		}
		if want := "title " + v.Language; c.tip.Language != "" && v.Title != want {
			t.Errorf("%s: %q, want %q", c.name, v.Title, want)
		}
	}
}
