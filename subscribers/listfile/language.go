package listfile

import (
	"strings"
	"sync"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"dailytip/subscribers"
)

// parseLanguage reads a language as people and programs write it: a tag with any
// separator, what a browser sends, its name in English or in itself, with a region.
func parseLanguage(s string) (string, error) {
	first, _, _ := strings.Cut(s, ",") // en-GB,en;q=0.9
	first, _, _ = strings.Cut(first, ";")
	first, _, _ = strings.Cut(first, ".") // de_DE.UTF-8
	first = strings.TrimSpace(first)
	if tag := languageNames()[strings.ToLower(first)]; tag != "" && len(first) > 3 {
		return tag, nil
	}
	tag, err := subscribers.ParseLanguage(first)
	if err == nil {
		return tag, nil
	}
	if base, rest, ok := strings.Cut(strings.TrimSuffix(first, ")"), " ("); ok { // Portuguese (Brazil)
		if tag := languageNames()[strings.ToLower(base)]; tag != "" {
			if region := inBrackets(strings.ToLower(strings.TrimSpace(rest))); region != "" {
				return subscribers.ParseLanguage(tag + "-" + region)
			}
		}
	}
	_, err = subscribers.ParseLanguage(s)
	return "", err
}

// inBrackets is the region or script that stands behind a language's name.
func inBrackets(s string) string {
	switch s {
	case "simplified":
		return "Hans"
	case "traditional":
		return "Hant"
	case "latin america":
		return "419"
	case "us", "usa", "united states", "american":
		return "US"
	case "uk", "gb", "united kingdom", "british":
		return "GB"
	}
	return regionNames()[s]
}

// languageNames are the names of languages in lower case, in English and in
// themselves.
var languageNames = sync.OnceValue(func() map[string]string {
	names := map[string]string{"chinese (simplified)": "zh-Hans", "chinese (traditional)": "zh-Hant", "mandarin": "zh", "farsi": "fa", "flemish": "nl-BE"}
	english := display.English.Tags()
	variants := []language.Tag{language.BrazilianPortuguese, language.EuropeanPortuguese, language.SimplifiedChinese, language.TraditionalChinese, language.AmericanEnglish, language.BritishEnglish, language.CanadianFrench, language.LatinAmericanSpanish}
	for _, tag := range append(display.Supported.Tags(), variants...) {
		for _, name := range []string{display.Self.Name(tag), english.Name(tag)} {
			name = strings.ToLower(name)
			if _, taken := names[name]; name != "" && !taken {
				names[name] = tag.String()
			}
		}
	}
	return names
})

// regionNames are the English names of regions, in lower case.
var regionNames = sync.OnceValue(func() map[string]string {
	names := map[string]string{}
	english := display.English.Regions()
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			code := string([]rune{a, b})
			if region, err := language.ParseRegion(code); err == nil && region.IsCountry() {
				names[strings.ToLower(english.Name(region))] = code
				names[strings.ToLower(code)] = code
			}
		}
	}
	return names
})
