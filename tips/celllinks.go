package tips

import (
	"regexp"
	"strings"
)

var (
	tableRule = regexp.MustCompile(`(?m)^[ \t>]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$`)
	barInLink = regexp.MustCompile(`(\[\[[^\s\[\]|\\][^\[\]|\\\n]*)(\|[^\[\]|\n]*\]\])`)
)

// wholeLinks keeps the links of a vault whole in the cells of a table. The bar within
// [[Note|words]] ends a cell to everybody but the gardens that such a note comes from,
// and a reader would see half a link.
func wholeLinks(markdown string) string {
	if !strings.Contains(markdown, "[[") || !barInLink.MatchString(markdown) {
		return markdown
	}
	var lines []string
	var masked []string
	for _, rule := range tableRule.FindAllStringIndex(markdown, -1) {
		if !strings.Contains(markdown[rule[0]:rule[1]], "|") {
			continue
		}
		if lines == nil {
			lines, masked = strings.Split(markdown, "\n"), strings.Split(withoutCode(markdown), "\n")
		}
		at := strings.Count(markdown[:rule[0]], "\n")
		for i := max(at-1, 0); i < len(lines) && (i <= at || strings.Contains(lines[i], "|")); i++ {
			lines[i], masked[i] = withEscapedBars(lines[i], masked[i])
		}
	}
	if lines == nil {
		return markdown
	}
	return strings.Join(lines, "\n")
}

// withEscapedBars escapes the bars of the links in a row that masked, where code is
// blank, shows as well.
func withEscapedBars(row, masked string) (escaped, maskedToo string) {
	at := barInLink.FindAllStringSubmatchIndex(row, -1)
	for i := len(at) - 1; i >= 0; i-- {
		from, bar, to := at[i][0], at[i][4], at[i][1]
		if to <= len(masked) && row[from:to] == masked[from:to] {
			row, masked = row[:bar]+`\`+row[bar:], masked[:bar]+`\`+masked[bar:]
		}
	}
	return row, masked
}
