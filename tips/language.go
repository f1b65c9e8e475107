package tips

import (
	"strings"

	"golang.org/x/text/language"
)

// canonicalLanguage writes a language tag minimally, as the package doc says:
// "es-ES" is "es", "zh-Hans" is "zh-CN", "pt" is "pt-BR". ok is false for what
// isn't the tag of a real language.
func canonicalLanguage(tag string) (canonical string, ok bool) {
	tag = strings.TrimSpace(tag)
	if tag == "" || len(tag) > 35 {
		return "", false
	}
	t, err := language.Parse(tag)
	if err != nil {
		return "", false
	}
	base, confidence := t.Base()
	if confidence != language.Exact || base.String() == "und" || base.String() == "mul" || base.String() == "zxx" {
		return "", false
	}
	return minimal(t), true
}

// minimal drops the script and region that are likely anyway, but for zh and
// pt keeps or adds the region.
func minimal(t language.Tag) string {
	base, _ := t.Base()
	script, _ := t.Script()
	region, _ := t.Region()
	var parts []any
	switch base.String() {
	case "zh", "pt":
		parts = []any{base, region}
		if likely := compose(parts...); likely != (language.Tag{}) {
			if s, _ := likely.Script(); s != script {
				parts = []any{base, script, region}
			}
		}
	default:
		parts = []any{base}
		likely := compose(parts...)
		if s, _ := likely.Script(); s != script {
			parts = append(parts, script)
		}
		if r, _ := compose(parts...).Region(); r != region {
			parts = append(parts, region)
			// A region may imply the script that the bare language doesn't.
			if withRegion := compose(base, region); len(parts) == 3 {
				if s, _ := withRegion.Script(); s == script {
					parts = []any{base, region}
				}
			}
		}
	}
	for _, v := range t.Variants() {
		parts = append(parts, v)
	}
	return compose(parts...).String()
}

// compose can't fail on parts that came out of a tag; if it did, the zero tag
// would say so.
func compose(parts ...any) language.Tag {
	t, err := language.Raw.Compose(parts...)
	if err != nil {
		return language.Tag{}
	}
	return t
}

// suffixLanguage splits "name.zh-CN" into "name" and "zh-CN". Three-letter
// codes count only when they are a language people localise for, and have no
// shorter one: many short words ("new", "min", "old", "ben") are the code of some
// language. What ends in ".sh" or ".io" is called after a program or a site.
func suffixLanguage(stem string) (name, lang string, ok bool) {
	i := strings.LastIndexByte(stem, '.')
	if i <= 0 || strings.HasSuffix(stem[:i], "/") {
		return stem, "", false
	}
	suffix := stem[i+1:]
	lang, ok = canonicalLanguage(suffix)
	if !ok {
		return stem, "", false
	}
	base, _, _ := strings.Cut(strings.ReplaceAll(suffix, "_", "-"), "-")
	switch len(base) {
	case 2:
		if base == "sh" || base == "io" {
			return stem, "", false
		}
	case 3:
		shortest, _ := language.Make(suffix).Base()
		if _, exact := language.CompactIndex(language.Make(suffix)); !exact || len(shortest.String()) < len(base) {
			return stem, "", false
		}
	default:
		return stem, "", false
	}
	return stem[:i], lang, true
}

const (
	regionalA = '\U0001F1E6' // 🇦, the first of 26 regional indicators
	regionalZ = '\U0001F1FF'
	blackFlag = '\U0001F3F4' // begins the flags of England, Scotland, Wales
	tagEnd    = '\U000E007F'
)

// takeFlag finds the first flag in s and returns the language most people of
// its region read, and s without it. found says that there is a flag; the
// language is "" when its region has none.
func takeFlag(s string) (lang, rest string, found bool) {
	chars := []rune(s)
	for i := range chars {
		c := chars[i]
		if c == blackFlag {
			for j := i + 1; j < len(chars); j++ {
				if chars[j] == tagEnd {
					return "en-GB", string(chars[:i]) + string(chars[j+1:]), true
				}
			}
		}
		if c < regionalA || c > regionalZ || i+1 == len(chars) {
			continue
		}
		d := chars[i+1]
		if d < regionalA || d > regionalZ {
			continue
		}
		code := string([]rune{'A' + c - regionalA, 'A' + d - regionalA})
		return regionLanguage(code), string(chars[:i]) + string(chars[i+2:]), true
	}
	return "", s, false
}

// regionLanguage gives the language of a region by CLDR's likely subtags, or "".
func regionLanguage(code string) string {
	region, err := language.ParseRegion(code)
	if err != nil || !region.IsCountry() || code == "UN" {
		return ""
	}
	t := compose(language.Und, region)
	base, confidence := t.Base()
	if confidence == language.No || base.String() == "und" {
		return ""
	}
	script, _ := t.Script()
	return minimal(compose(base, script, region))
}
