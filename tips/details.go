package tips

import (
	"bytes"
	"html"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
)

// detailsBlock is a details element that isn't in another one. Offsets are
// bytes of the text scanned.
type detailsBlock struct {
	start, end   int // of the whole element
	tag          string
	summaryTag   string
	summary      string // inner HTML
	hasSummary   bool
	inner, outer int // begin and end of the content less the summary
	closed       bool
}

var (
	detailsTag = regexp.MustCompile(`(?i)<(/?)(details|summary)((?:[\s/](?:"[^"]*"|'[^']*'|[^'">])*)?)>`)
	anyTag     = regexp.MustCompile(`<[^>]*>`)
	comment    = regexp.MustCompile(`(?s)<!--.*?-->`)
)

// scanDetails finds the details elements that are markup, not an example in
// code. doc is src as parsed.
func scanDetails(src []byte, doc ast.Node) []detailsBlock {
	if !bytes.Contains(bytes.ToLower(src), []byte("<details")) {
		return nil
	}
	masked := maskCode(src, doc)
	tags := detailsTag.FindAllSubmatchIndex(masked, -1)
	closing := func(t []int) bool { return t[3] > t[2] }
	isDetails := func(t []int) bool { return t[5]-t[4] == len("details") && (masked[t[4]]|0x20) == 'd' }

	match := make([]int, len(tags)) // of an opening details tag: its closing one
	var open []int
	for i, t := range tags {
		match[i] = -1
		switch {
		case !isDetails(t):
		case !closing(t):
			open = append(open, i)
		case len(open) > 0:
			match[open[len(open)-1]] = i
			open = open[:len(open)-1]
		}
	}
	var found []detailsBlock
	for i := 0; i < len(tags); i++ {
		t := tags[i]
		if !isDetails(t) || closing(t) {
			continue
		}
		d := detailsBlock{start: t[0], tag: string(src[t[0]:t[1]]), inner: t[1], closed: match[i] >= 0}
		last := match[i]
		if d.closed {
			d.outer, d.end = tags[last][0], tags[last][1]
		} else {
			// The next block can't have been meant to be inside this one.
			last = i + 1
			for last < len(tags) && (!isDetails(tags[last]) || closing(tags[last])) {
				last++
			}
			d.outer = len(src)
			if last < len(tags) {
				d.outer = tags[last][0]
			}
			d.end = d.outer
		}
		d.takeSummary(src, masked, tags[i+1:min(last, len(tags))])
		found = append(found, d)
		if d.closed {
			i = last
		} else {
			i = last - 1
		}
	}
	return found
}

// takeSummary looks for the summary, which must come first in the block.
func (d *detailsBlock) takeSummary(src, masked []byte, tags [][]int) {
	if len(tags) < 2 || tags[0][5]-tags[0][4] != len("summary") || (masked[tags[0][4]]|0x20) != 's' || tags[0][3] > tags[0][2] {
		return
	}
	begin, end := tags[0], tags[1]
	if end[3] == end[2] || (masked[end[4]]|0x20) != 's' || len(bytes.TrimSpace(src[d.inner:begin[0]])) > 0 {
		return
	}
	d.hasSummary = true
	d.summaryTag = string(src[begin[0]:begin[1]])
	d.summary = string(src[begin[1]:end[0]])
	d.inner = end[1]
}

// maskCode blanks what only looks like markup: code and comments. Offsets and
// lines stay.
func maskCode(src []byte, doc ast.Node) []byte {
	masked := bytes.Clone(src)
	blank := func(from, to int) {
		for i := from; i < to; i++ {
			if masked[i] != '\n' {
				masked[i] = ' '
			}
		}
	}
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering || n.Type() == ast.TypeInline {
			return ast.WalkContinue, nil
		}
		lines := n.Lines()
		switch n.Kind() {
		case ast.KindCodeBlock, ast.KindFencedCodeBlock:
			for i := range lines.Len() {
				blank(lines.At(i).Start, lines.At(i).Stop)
			}
		case ast.KindParagraph, ast.KindTextBlock, ast.KindHeading:
			if lines.Len() > 0 {
				for _, span := range codeSpans(src[lines.At(0).Start:lines.At(lines.Len()-1).Stop]) {
					blank(lines.At(0).Start+span[0], lines.At(0).Start+span[1])
				}
			}
		}
		return ast.WalkContinue, nil
	})
	for _, c := range comment.FindAllIndex(masked, -1) {
		blank(c[0], c[1])
	}
	return masked
}

var backticks = regexp.MustCompile("`+")

// codeSpans finds the spans between equally long strings of backticks
// (CommonMark 6.1).
func codeSpans(paragraph []byte) (spans [][2]int) {
	ticks := backticks.FindAllIndex(paragraph, -1)
	next := make(map[int][]int) // length → indexes in ticks, ascending
	for i, t := range ticks {
		next[t[1]-t[0]] = append(next[t[1]-t[0]], i)
	}
	for i := 0; i < len(ticks); i++ {
		same := next[ticks[i][1]-ticks[i][0]]
		for len(same) > 0 && same[0] <= i {
			same = same[1:]
		}
		next[ticks[i][1]-ticks[i][0]] = same
		if len(same) > 0 {
			spans = append(spans, [2]int{ticks[i][1], ticks[same[0]][0]})
			i = same[0]
		}
	}
	return spans
}

var attributes = regexp.MustCompile(`([a-zA-Z-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))`)

// attribute reads one attribute out of a tag.
func attribute(tag, name string) string {
	for _, m := range attributes.FindAllStringSubmatch(tag, -1) {
		if strings.EqualFold(m[1], name) {
			return strings.TrimSpace(html.UnescapeString(m[2] + m[3] + m[4]))
		}
	}
	return ""
}

// htmlText is the text of a little HTML on one line.
func htmlText(s string) string {
	return oneLine(html.UnescapeString(anyTag.ReplaceAllString(s, "")))
}
