package tips

import (
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// outsideCode leaves out the runs that stand in code: what looks damaged there is
// an example, or a program's output, and is shown as it stands.
func outsideCode(whole string, runs []run) []run {
	if !strings.ContainsAny(whole, "`~\t") && !strings.Contains(whole, "    ") {
		return runs
	}
	if _, what := tooComplex(whole); what != "" {
		return nil // it isn't sent, and where its code stands costs seconds to find
	}
	code := codeRanges(whole)
	kept := runs[:0]
	for _, r := range runs {
		for len(code) > 0 && code[0][1] <= r.offset {
			code = code[1:]
		}
		if len(code) == 0 || r.offset < code[0][0] {
			kept = append(kept, r)
		}
	}
	return kept
}

// outsideQuotes leaves out the runs that are all there is between two quotation
// marks, but for a full stop.
func outsideQuotes(whole string, runs []run) []run {
	const quotes = "\"'“”‘’«»„"
	var kept []run
	for _, r := range runs {
		before, _ := utf8.DecodeLastRuneInString(strings.TrimRight(whole[:r.offset], " \u00a0\u202f"))
		after, _ := utf8.DecodeRuneInString(strings.TrimLeft(whole[r.offset+len(r.text):], ".,… \u00a0\u202f"))
		if !strings.ContainsRune(quotes, before) || !strings.ContainsRune(quotes, after) {
			kept = append(kept, r)
		}
	}
	return kept
}

// codeRanges gives where a file's code stands, in bytes, in order. An indent is no
// code inside of details: people indent what stands in an element.
func codeRanges(whole string) [][2]int {
	src := []byte(whole)
	body := bodyOffset(whole)
	doc := blocks().Parse(text.NewReader(src[body:]), parser.WithContext(parser.NewContext()))
	indented := !strings.Contains(strings.ToLower(whole), "<details")
	var ranges [][2]int
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering || n.Type() == ast.TypeInline {
			return ast.WalkContinue, nil
		}
		lines := n.Lines()
		if lines.Len() == 0 {
			return ast.WalkContinue, nil
		}
		from, to := body+lines.At(0).Start, body+lines.At(lines.Len()-1).Stop
		switch n.Kind() {
		case ast.KindFencedCodeBlock:
			ranges = append(ranges, [2]int{from, to})
		case ast.KindCodeBlock:
			if indented {
				ranges = append(ranges, [2]int{from, to})
			}
		case ast.KindParagraph, ast.KindTextBlock, ast.KindHeading:
			for _, span := range codeSpans(src[from:to]) {
				ranges = append(ranges, [2]int{from + span[0], from + span[1]})
			}
		}
		return ast.WalkContinue, nil
	})
	return ranges
}

// bodyOffset is where the text below the front matter begins, in bytes.
func bodyOffset(whole string) int {
	lines := strings.Split(whole, "\n")
	matter, err := findFrontMatter(lines)
	if err != nil || matter.kind == 0 {
		return 0
	}
	offset := 0
	for _, line := range lines[:matter.below()] {
		offset += len(line) + 1
	}
	return min(offset, len(whole))
}
