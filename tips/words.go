package tips

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// isLong says that a text has more than maxWords words, code not counted, and how
// many: nobody reads code word by word.
func isLong(markdown string) (words int, long bool) {
	if mostWords(markdown) <= maxWords {
		return 0, false
	}
	n := countWords(markdown)
	if n > maxWords {
		n = countWords(withoutCode(markdown))
	}
	return n, n > maxWords
}

// mostWords is at least what countWords finds, and quickly found: each stretch of
// letters counts, shown or not.
func mostWords(markdown string) int {
	words, characters, inside := 0, 0, false
	for _, c := range markdown {
		switch {
		case c < utf8.RuneSelf && !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'):
			inside = false
		case unicode.In(c, unicode.Han, unicode.Hiragana, unicode.Katakana):
			characters++
			inside = false
		default:
			if !inside {
				words++
			}
			inside = true
		}
	}
	return words + (characters+1)/2
}

// countWords counts the words of a text as it is shown. Chinese and Japanese
// have none; two of their characters take about as long to read as one.
func countWords(markdown string) int {
	if checkCost(markdown) != nil {
		return len(strings.Fields(markdown))
	}
	doc, src := document(markdown)
	w := &textWriter{src: src, bare: true, numbers: make(map[string]int)}
	words, characters := 0, 0
	for _, line := range w.blocks(doc, 0, true) {
		for word := range strings.FieldsSeq(line) {
			letters := false
			for _, c := range word {
				switch {
				case unicode.In(c, unicode.Han, unicode.Hiragana, unicode.Katakana):
					characters++
				case unicode.IsLetter(c) || unicode.IsNumber(c):
					letters = true
				}
			}
			if letters {
				words++
			}
		}
	}
	return words + (characters+1)/2
}
