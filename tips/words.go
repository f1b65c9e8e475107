package tips

import (
	"strings"
	"unicode"
)

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
