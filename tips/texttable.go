package tips

import (
	"strings"

	extast "github.com/yuin/goldmark/extension/ast"
)

// table writes columns when they fit into the width, else each row as a group
// of "heading: value" lines.
func (w *textWriter) table(n *extast.Table, width int) []string {
	var rows [][]string
	for row := n.FirstChild(); row != nil; row = row.NextSibling() {
		var cells []string
		for cell := row.FirstChild(); cell != nil; cell = cell.NextSibling() {
			cells = append(cells, oneLine(strings.ReplaceAll(w.inline(cell), "\n", " ")))
		}
		rows = append(rows, cells)
	}
	if len(rows) == 0 {
		return nil
	}
	widths := make([]int, len(n.Alignments))
	for _, cells := range rows {
		for i, c := range cells {
			if i < len(widths) {
				widths[i] = max(widths[i], displayWidth(c))
			}
		}
	}
	total := max(len(widths)-1, 0) * len(columnGap)
	for _, x := range widths {
		total += x
	}
	if width > 0 && total > width {
		return records(rows, width)
	}
	lines := []string{columns(rows[0], widths, n.Alignments), ruler(widths)}
	for _, cells := range rows[1:] {
		lines = append(lines, columns(cells, widths, n.Alignments))
	}
	return lines
}

const columnGap = "  "

func columns(cells []string, widths []int, align []extast.Alignment) string {
	var b strings.Builder
	for i, c := range cells {
		if i >= len(widths) {
			break
		}
		if i > 0 {
			b.WriteString(columnGap)
		}
		space := widths[i] - displayWidth(c)
		left := 0
		switch align[i] {
		case extast.AlignRight:
			left = space
		case extast.AlignCenter:
			left = space / 2
		}
		b.WriteString(strings.Repeat(" ", left) + c + strings.Repeat(" ", space-left))
	}
	return strings.TrimRight(b.String(), " ")
}

func ruler(widths []int) string {
	rules := make([]string, len(widths))
	for i, x := range widths {
		rules[i] = strings.Repeat("-", max(x, 1))
	}
	return strings.Join(rules, columnGap)
}

func records(rows [][]string, width int) []string {
	var lines []string
	for i, cells := range rows[1:] {
		if i > 0 {
			lines = append(lines, "")
		}
		for j, c := range cells {
			if c == "" {
				continue
			}
			if j < len(rows[0]) && rows[0][j] != "" {
				c = rows[0][j] + ": " + c
			}
			for k, l := range wrap(c, narrower(width, 2)) {
				if k > 0 {
					l = "  " + l
				}
				lines = append(lines, l)
			}
		}
	}
	if len(lines) == 0 {
		return wrap(strings.Join(rows[0], columnGap), width)
	}
	return lines
}
