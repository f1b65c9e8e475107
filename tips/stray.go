package tips

import (
	"regexp"
	"slices"
	"strings"
)

// The keys that are usual in front matter, and what a line with one looks like.
var (
	knownKey = regexp.MustCompile(`(?i)^["']?(title|date|pin|publishdate|expirydate|published|publish|private|status|draft|tags?|categor(y|ies)|link|source|authors?|layout|slug|description|summary|id|uid|created|modified|lastmod|updated|emoji|permalink|weight|aliases|type|url|lang|language|build|headless|public|cover|image)["']?\s*(=|::?)(\s|$)`)
	anyKey   = regexp.MustCompile(`^["']?[\p{L}\p{N}_$<][\p{L}\p{N}_ .$<-]*["']?\s*(=|::?)(\s|$)`)
)

func hasKnownKey(lines []string) bool {
	return slices.ContainsFunc(lines, func(l string) bool { return knownKey.MatchString(trimBlank(l)) })
}

// blockAfter are the lines below one up to the next blank line or delimiter,
// leading blank ones left out.
func blockAfter(lines []string, at int) []string {
	from := at + 1
	for from < len(lines) && trimBlank(lines[from]) == "" {
		from++
	}
	to := from
	for to < len(lines) && trimBlank(lines[to]) != "" && fence(lines[to]) == 0 {
		to++
	}
	return lines[from:to]
}

// strayFrontMatter finds front matter that nothing opens, or that has text above
// it. top is the first line that shows anything.
func strayFrontMatter(lines []string, top int) *lineError {
	if block := blockAfter(lines, top-1); onlyKeys(block) && knownKey.MatchString(block[0]) && hasDecisive(block) {
		return &lineError{line: top + 1, message: "this looks like front matter, but no line --- stands above it; write one above its first key and one below its last"}
	}
	if block, ok := oddlyFenced(lines, top); ok && onlyKeys(block) && hasDecisive(block) {
		return &lineError{line: top + 1, message: "this looks like front matter, but the lines above it and below aren't ---; write --- there, at the beginning of a line"}
	}
	const near = 40 // lines that show anything; HTML may stand above it
	seen, code := 0, false
	for i := top; i < len(lines) && seen < near; i++ {
		line := trimBlank(lines[i])
		if line == "" {
			continue
		}
		seen++
		if strings.HasPrefix(line, "```") || strings.HasPrefix(line, "~~~") {
			code = !code
		}
		kind := fence(line)
		if code || i == top || kind != '-' && kind != '+' || i+1 == len(lines) || !knownKey.MatchString(lines[i+1]) {
			continue
		}
		for j := i + 1; j < len(lines); j++ {
			if fence(lines[j]) == kind {
				if onlyKeys(lines[i+1 : j]) {
					return &lineError{line: i + 1, message: "this looks like front matter, but text stands above it; move it to the top of the file"}
				}
				break
			}
		}
	}
	return nil
}

// onlyKeys tells whether lines hold keys with their values and nothing else.
func onlyKeys(lines []string) bool {
	keys := 0
	for _, l := range lines {
		switch {
		case anyKey.MatchString(l):
			keys++
		case trimBlank(l) == "", strings.ContainsAny(l[:1], " \t#-"):
		default:
			return false
		}
	}
	return keys > 0
}

// decisive are the keys that text at the top of a tip hardly begins with.
var decisive = regexp.MustCompile(`(?i)^["']?(title|draft|publish|published|private|public|publishdate|expirydate)["']?\s*(=|::?)(\s|$)`)

func hasDecisive(lines []string) bool {
	return slices.ContainsFunc(lines, func(l string) bool { return decisive.MatchString(trimBlank(l)) })
}

// oddFence is a line that somebody, or another program, may write above front
// matter: it names a format, or is made of one character. The name of the format
// isn't repeated below.
var oddFence = regexp.MustCompile(`^(-{2,}|\+{2,}|={2,}|\*{3,}|_{3,}|;{3,}|~{3,})\s*(yaml|yml|toml|json)?$`)

// oddlyFenced are the lines between such a line and the next like it, when no
// blank one is among them.
func oddlyFenced(lines []string, top int) ([]string, bool) {
	m := oddFence.FindStringSubmatch(strings.ToLower(trimBlank(lines[top])))
	if m == nil {
		return nil, false
	}
	var inside []string
	for _, l := range lines[top+1:] {
		l = trimBlank(l)
		if l == m[1] {
			return inside, true
		}
		if l == "" {
			return nil, false // a rule, and words
		}
		inside = append(inside, l)
	}
	return nil, false
}

// strayBelow finds a second front matter right below the first.
func strayBelow(lines []string, below int) *lineError {
	top := skipLead(lines[below:])
	if below+top == len(lines) {
		return nil
	}
	if err := strayFrontMatter(lines[below:], top); err != nil {
		err.line += below
		err.message = "front matter stands here a second time; keep one, at the top of the file"
		return err
	}
	return nil
}
