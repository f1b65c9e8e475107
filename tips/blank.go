package tips

import (
	"html"
	"regexp"
	"strings"
	"unicode"
)

// isBlank says that markdown shows nothing to read.
func isBlank(markdown string) bool {
	if onlyTags.MatchString(markdown) {
		return true
	}
	return !strings.ContainsFunc(comment.ReplaceAllString(markdown, ""), isShown) || showsNothing(markdown)
}

func isShown(c rune) bool {
	return unicode.IsLetter(c) || unicode.IsNumber(c) || unicode.Is(unicode.So, c)
}

// wordFirst is one that begins with a word, whatever stands before it.
var wordFirst = regexp.MustCompile(`(?m)^[ \t>#*+-]*[\pL\pN]`)

// showsNothing says that markdown is nothing but what mails leave out: a program, styles,
// addresses of links. It's rendered only where no line begins with a word.
func showsNothing(markdown string) bool {
	if wordFirst.MatchString(markdown) && !startsHidden.MatchString(markdown) {
		return false
	}
	if _, what := tooComplex(markdown); what != "" {
		return false // it's withheld for that
	}
	fragment, err := HTML(markdown)
	return err == nil && !strings.Contains(fragment, "<img") && !strings.ContainsFunc(html.UnescapeString(shownTag.ReplaceAllString(fragment, "")), isShown)
}

var (
	startsHidden = regexp.MustCompile(`(?i)^\s*<(?:script|style|template|svg|object|head)\b`)
	shownTag     = regexp.MustCompile(`<[^>]*>`)
)
