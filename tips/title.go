package tips

import (
	"path"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// title returns the heading that is the tip's title, and its words. It stands in
// what is sent or above it, and opens that text; or it's the only one of level 1.
// Any other is the heading of a part.
func (o *outline) title() (h heading, words string, ok bool) {
	hasTip, topLevel := false, 0
	for _, h := range o.headings {
		hasTip = hasTip || (h.level == 2 && kindOf(h.text) == sectionTip)
		if h.level == 1 && !isContents(h.text) {
			topLevel++
		}
	}
	inside, from := sectionPlain, 0
	for _, h := range o.headings {
		if h.level == 2 && kindOf(h.text) != sectionPlain {
			inside, from = kindOf(h.text), h.to
			continue
		}
		if h.level <= 2 && inside != sectionPlain {
			if hasTip {
				inside = sectionMindmap // a plain section that isn't sent
				continue
			}
			inside = sectionPlain
		}
		if inside != sectionPlain && inside != sectionTip {
			continue
		}
		opens := isEmpty(o.slice(from, h.from).text)
		if !opens && (h.level > 1 || topLevel > 1) {
			continue
		}
		if words = plainLine(h.text); words != "" && !isContents(words) {
			return h, words, true
		}
	}
	return heading{}, "", false
}

// isContents says that a heading stands over a list of a text's parts.
func isContents(heading string) bool {
	switch strings.ToLower(strings.Trim(heading, " :*_#")) {
	case "contents", "table of contents", "toc":
		return true
	}
	return false
}

// sameWords says that two titles differ in no more than capitals, accents and
// punctuation: What's new, What’s New?
func sameWords(a, b string) bool {
	return strings.EqualFold(a, b) || plainWords(a) != "" && plainWords(a) == plainWords(b)
}

// plainWords is a title without what people write now this way and now that. C# isn't C.
func plainWords(title string) string {
	return strings.Map(func(c rune) rune {
		if unicode.Is(unicode.Mn, c) || unicode.IsSpace(c) || strings.ContainsRune(`'’‘"“”.,:;!?…–—-`, c) {
			return -1
		}
		return unicode.ToLower(c)
	}, norm.NFD.String(title))
}

// isEmpty says that nothing stands in a text but comments.
func isEmpty(markdown string) bool {
	return strings.TrimSpace(comment.ReplaceAllString(markdown, "")) == ""
}

var (
	// counted is how people put files in an order: 01-ask.md, 003. Ask.md, or with
	// the day or instant at which a note was begun. "10 ways to say no" counts something.
	counted = regexp.MustCompile(`^(0\d{1,3}|\d{12}|\d{14}|\d{4}-\d{2}-\d{2})(\s*[-_.)]\s*|\s+)`)
	letter  = regexp.MustCompile(`\p{L}`)
)

// titleFromName makes the title of a text that has none out of its file's name:
// "own-up-and-move-on.md" or "2022-01-28-own-up-and-move-on.md" is "Own up and move
// on". A file named index or README has the name of its folder. It returns "" for a
// name without a letter.
func titleFromName(file string) string {
	name := strings.TrimSuffix(path.Base(file), path.Ext(file))
	if base, _, ok := suffixLanguage(name); ok {
		name = base
	}
	if lower := strings.ToLower(name); (lower == "index" || lower == "readme") && path.Dir(file) != "." {
		name = path.Base(path.Dir(file))
	}
	if _, slug, ok := jekyllFile(name); ok {
		name = slug
	}
	if rest := counted.ReplaceAllString(name, ""); letter.MatchString(rest) {
		name = rest
	}
	if !letter.MatchString(name) {
		return ""
	}
	// A name written with blanks is a title as it stands, hyphens and all.
	if !strings.Contains(strings.TrimSpace(name), " ") {
		name = strings.Map(func(c rune) rune {
			if c == '-' || c == '_' {
				return ' '
			}
			return c
		}, name)
	}
	words := oneLine(name)
	if first, _, _ := strings.Cut(words, " "); strings.ContainsAny(first, "0123456789") {
		return words // v1.2.0, x86
	}
	c, size := utf8.DecodeRuneInString(words)
	return string(unicode.ToUpper(c)) + words[size:]
}
