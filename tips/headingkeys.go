package tips

import (
	"regexp"
	"slices"
	"strings"
)

// Some notes begin with headings in the place of front matter: "# Title: Words", and
// below it "# Category: …" and "# Tags: …".

var headingKey = regexp.MustCompile(`(?i)^#{1,6}[ \t]+(title|categor(?:y|ies)|tags?|authors?|date|created|updated|source|link|status|draft)[ \t]*[:：][ \t]*(.*?)[ \t]*$`)

// headingKeys are the lines of one such block: from the first to behind the last.
type headingKeys struct{ from, to int }

// findHeadingKeys finds the blocks of a text. Each has a title and something else; a
// single heading that begins so is a heading. It finds none unless one stands at top.
func findHeadingKeys(lines []string, top int) []headingKeys {
	if top == len(lines) || !headingKey.MatchString(lines[top]) {
		return nil
	}
	var found []headingKeys
	code := false
	for i := top; i < len(lines); i++ {
		if line := trimBlank(lines[i]); strings.HasPrefix(line, "```") || strings.HasPrefix(line, "~~~") {
			code = !code
		}
		if code {
			continue
		}
		if to := headingKeysEnd(lines, i); to > 0 {
			found = append(found, headingKeys{i, to})
			i = to - 1
		} else if i == top {
			return nil
		}
	}
	return found
}

// headingKeysEnd returns the index behind the block that begins at a line; 0: none does.
func headingKeysEnd(lines []string, from int) int {
	seen := map[string]bool{}
	to := from
	for to < len(lines) {
		m := headingKey.FindStringSubmatch(lines[to])
		if m == nil || seen[strings.ToLower(m[1])] {
			break
		}
		seen[strings.ToLower(m[1])] = true
		to++
	}
	if len(seen) < 2 || !seen["title"] {
		return 0
	}
	if to < len(lines) && fence(lines[to]) == '-' { // it parts the block from the text
		to++
	}
	return to
}

// readHeadingKeys reads a block. above is how many lines stand above.
func readHeadingKeys(lines []string, above int) []field {
	var fields []field
	for i, line := range lines {
		if m := headingKey.FindStringSubmatch(line); m != nil && m[2] != "" {
			at := above + i + 1
			fields = append(fields, field{key: strings.ToLower(m[1]), line: at, last: at, text: m[2], value: m[2]})
		}
	}
	return fields
}

// readCollection reads a file of several notes that begin so, and returns its lines:
// each title is a heading, and the tip is called after the file.
func (r *reader) readCollection(lines []string, all []headingKeys) []string {
	lines = slices.Clone(lines)
	for i, block := range all {
		fields := readHeadingKeys(lines[block.from:block.to], block.from)
		clear(lines[block.from:block.to])
		for _, f := range fields {
			switch {
			case f.key == "title":
				lines[f.line-1] = "## " + f.text
			case i == 0 && strings.HasPrefix(f.key, "categor"):
				r.apply(f)
			}
		}
	}
	r.tip.Title = titleFromName(r.path)
	return lines
}
