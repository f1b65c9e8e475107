package tips

import "testing"

func TestCanonicalLanguage(t *testing.T) {
	for in, want := range map[string]string{
		"es": "es", "es-ES": "es", "es_MX": "es-MX", "ZH": "zh-CN", "zh-Hans": "zh-CN", "zh-Hant": "zh-TW", "zh-hk": "zh-HK",
		"zh-Hant-TW": "zh-TW", "zh-CN": "zh-CN", "pt": "pt-BR", "pt-PT": "pt-PT", "de-CH": "de-CH", "en-US": "en", "en-GB": "en-GB",
		"sr": "sr", "sr-Latn": "sr-Latn", "ar": "ar", "ar-SA": "ar-SA", "ja-JP": "ja", "ca-valencia": "ca-valencia", "yue": "yue",
		"zh-Hans-HK": "zh-Hans-HK", "pa-PK": "pa-Arab", "iw": "he", "fil": "fil", "en-u-ca-buddhist": "en",
	} {
		if got, ok := canonicalLanguage(in); !ok || got != want {
			t.Errorf("canonicalLanguage(%q) = %q, %v; want %q", in, got, ok, want)
		}
	}
	for _, in := range []string{"", "english", "und", "mul", "xx", "zh-", "e", "中文", "javascript:alert(1)"} {
		if got, ok := canonicalLanguage(in); ok {
			t.Errorf("canonicalLanguage(%q) = %q, want none", in, got)
		}
	}
}

func TestTakeFlag(t *testing.T) {
	for in, want := range map[string]string{
		"🇨🇳 x": "zh-CN", "🇹🇼 x": "zh-TW", "🇭🇰": "zh-HK", "🇧🇷": "pt-BR", "🇵🇹": "pt-PT", "🇪🇸": "es", "🇲🇽": "es-MX", "🇫🇷": "fr", "🇩🇪": "de",
		"🇯🇵": "ja", "🇰🇷": "ko", "🇹🇷": "tr", "🇷🇺": "ru", "🇮🇳": "hi", "🇸🇦": "ar-SA", "🇪🇬": "ar", "🇺🇸": "en", "🇬🇧": "en-GB", "🇺🇦": "uk",
		"🇨🇭": "de-CH", "🇷🇸": "sr", "🇮🇱": "he", "🇮🇷": "fa", "🏴\U000E0067\U000E0062\U000E0065\U000E006E\U000E0067\U000E007F": "en-GB",
		"🇺🇳": "", "🇽🇽": "", "🇪🇺": "",
	} {
		if got, _, found := takeFlag(in); !found || got != want {
			t.Errorf("takeFlag(%q) = %q, %v; want %q", in, got, found, want)
		}
	}
	if _, rest, _ := takeFlag("a 🇪🇸 b"); rest != "a  b" {
		t.Errorf("rest = %q", rest)
	}
	if _, _, found := takeFlag("💡 no flag 🇪"); found {
		t.Error("found a flag where there is none")
	}
}

func TestSuffixLanguage(t *testing.T) {
	for in, want := range map[string]string{
		"a.zh-CN": "zh-CN", "dir/a.es": "es", "a.pt_BR": "pt-BR", "a.fil": "fil", "a.b.fr": "fr",
		"a": "", "a.v2": "", "a.new": "", "testimonials.ben": "", "todo.sh": "", "trunk.io": "", "a.min": "", "a.draft": "", ".es": "", "dir/.es": "", "a.old": "",
	} {
		if _, got, ok := suffixLanguage(in); got != want || ok != (want != "") {
			t.Errorf("suffixLanguage(%q) = %q, %v; want %q", in, got, ok, want)
		}
	}
}
