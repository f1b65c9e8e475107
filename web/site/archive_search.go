package site

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"dailytip/render"
)

// The bounds of a search; what is longer is cut. Only the newest editions can be
// searched, so that memory and time don't grow with the history.
const (
	maxQuery = 100 // characters
	maxTerms = 8
	searched = 5_000 // editions
)

// fold makes texts comparable: capitals, accents, half-width and full-width
// forms, Arabic vowel signs and the Turkish dotless i don't matter.
func fold(text string) string {
	var b strings.Builder
	b.Grow(len(text))
	for _, r := range strings.ToLower(norm.NFKD.String(text)) {
		switch {
		case r >= 0x0300 && r <= 0x036F, r >= 0x064B && r <= 0x065F, r == 0x0670, r == 0x0640:
		case r == 'ı':
			b.WriteByte('i')
		default:
			b.WriteRune(r)
		}
	}
	return norm.NFC.String(b.String())
}

// tidyQuery puts what somebody looks for on one line, of at most maxQuery
// characters.
func tidyQuery(text string) string {
	text = strings.Join(strings.Fields(strings.ToValidUTF8(text, "")), " ")
	if utf8.RuneCountInString(text) > maxQuery {
		text = string([]rune(text)[:maxQuery])
	}
	return text
}

// search returns those of editions in which each word of a query occurs, in the
// version that a reader of lang gets.
func search(editions []*edition, newsletters map[string]render.Options, query, lang string) []*edition {
	terms := strings.Fields(fold(query))
	terms = terms[:min(len(terms), maxTerms)]
	if len(terms) == 0 {
		return nil
	}
	var found []*edition
next:
	for _, e := range editions[max(0, len(editions)-searched):] {
		text := e.folded[e.in(newsletters[e.newsletter], lang).language]
		for _, term := range terms {
			if !strings.Contains(text, term) {
				continue next
			}
		}
		found = append(found, e)
	}
	return found
}
