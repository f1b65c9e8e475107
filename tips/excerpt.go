package tips

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
)

// Excerpt returns the beginning of a text on one line, without markup: as many
// whole sentences as limit characters hold. A first sentence that is longer is
// cut after a word, with "…". It serves as preheader and as summary in feeds.
func Excerpt(markdown string, limit int) string {
	text := proseOf(markdown)
	taken := 0
	for rest, state := text, -1; rest != ""; {
		var sentence string
		sentence, rest, state = uniseg.FirstSentenceInString(rest, state)
		end := taken + len(sentence)
		if utf8.RuneCountInString(strings.TrimSpace(text[:end])) > limit {
			break
		}
		taken = end
	}
	if taken > 0 {
		return strings.TrimSpace(text[:taken])
	}
	return cutWords(text, limit)
}

// FirstSentence returns the first sentence of a text, without markup.
func FirstSentence(markdown string) string {
	sentence, _, _ := uniseg.FirstSentenceInString(proseOf(markdown), -1)
	return strings.TrimSpace(sentence)
}

// cutWords shortens text to at most limit characters, at a blank when there is
// one in its second half.
func cutWords(text string, limit int) string {
	chars := []rune(text)
	if len(chars) <= limit {
		return text
	}
	if limit < 2 {
		return ""
	}
	end := limit - 1
	for i := end; i > end/2; i-- {
		if unicode.IsSpace(chars[i]) {
			end = i
			break
		}
	}
	return strings.TrimRightFunc(string(chars[:end]), func(c rune) bool { return unicode.IsSpace(c) || unicode.IsPunct(c) }) + "…"
}

// proseOf is the text of paragraphs, list items and quotes on one line. What
// isn't read as sentences is left out: headings, tables, code, raw HTML.
func proseOf(markdown string) string {
	if checkCost(markdown) != nil {
		return ""
	}
	doc, src := document(markdown)
	w := &textWriter{src: src, bare: true, numbers: make(map[string]int)}
	var b strings.Builder
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n.Kind() {
		case ast.KindParagraph, ast.KindTextBlock:
			b.WriteString(w.inline(n) + " ")
			return ast.WalkSkipChildren, nil
		case ast.KindHeading, extast.KindTable, extast.KindFootnoteList, ast.KindHTMLBlock, ast.KindCodeBlock, ast.KindFencedCodeBlock:
			return ast.WalkSkipChildren, nil
		}
		return ast.WalkContinue, nil
	})
	return oneLine(b.String())
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
