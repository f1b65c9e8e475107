package tips

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"unicode"
)

// The limits of front matter, which keep a small file from growing without
// bound: YAML's aliases repeat what they name, and nesting costs stack wherever
// the copy in the database is read.
const (
	maxNodes       = 10_000  // values in one file, with aliases written out
	maxValues      = 1 << 20 // bytes of those values
	maxMatterDepth = 50      // lists and groups in each other
)

// field is one key of the front matter.
type field struct {
	key  string // as written
	line int    // in the file
	last int    // the last line of its value
	// A scalar has text as it was written; a list of scalars has list.
	text   string
	list   []string
	isList bool
	value  any // for Extra: what JSON can hold
	change *change
}

// change tells of a value that its format would silently make another text of.
type change struct {
	whole string // what stands in the file
	why   string // what the format takes it for
	write string // the key with its value in quotes
	meant bool   // that may be what the author wants: a comment, an alias, no value
}

// lineError is a fault of syntax with its place in the file.
type lineError struct {
	line, column int
	message      string
	rule         string // "": RuleFrontMatter
}

func (e *lineError) Error() string { return e.message }

// frontMatter is where a file's front matter stands.
type frontMatter struct {
	kind        byte // '-' YAML, '+' TOML, '{' JSON, ':' properties of Logseq, '%' Elixir, '#' headings, 0: there is none
	first, last int  // the first and the last of its lines, delimiters included
}

// below is the index of the first line that isn't front matter.
func (m frontMatter) below() int {
	if m.kind == 0 {
		return 0
	}
	return m.last + 1
}

// fields reads the keys.
func (m frontMatter) fields(lines []string) ([]field, *lineError) {
	inside := lines[m.first+1 : max(m.last, m.first+1)]
	if m.kind == '{' {
		inside = lines[m.first : m.last+1]
	}
	switch m.kind {
	case '+':
		return readTOML(inside, m.first+1)
	case '{':
		return readJSON(inside, m.first)
	case ':':
		return readProperties(lines[m.first:m.last+1], m.first)
	case '%':
		return readElixir(inside, m.first+1)
	case '#':
		return readHeadingKeys(lines[m.first:m.last+1], m.first), nil
	}
	return readYAML(inside, m.first+1)
}

// openError says that front matter never ends.
func openError(delimiter string, line int) *lineError {
	return &lineError{line: line, rule: RuleFrontMatterOpen, message: fmt.Sprintf("the front matter that begins here is never closed; put a line %q under its last key", delimiter)}
}

// findFrontMatter finds the front matter at the top of a file. "---" or "+++" on
// the first line begin it whatever follows. Below blank lines or a comment, or
// written with more dashes, such a line may be a rule as well: there the keys
// that are usual in front matter decide. What looks like front matter and can't
// be read as such is a fault, for as text it would be mailed.
func findFrontMatter(lines []string) (frontMatter, *lineError) {
	top := skipLead(lines)
	if top == len(lines) {
		return frontMatter{}, nil
	}
	kind := fence(lines[top])
	switch {
	case kind == 0:
		if m, err := findJSON(lines, top); m.kind != 0 || err != nil {
			return m, err
		}
		if m, err := findElixir(lines, top); m.kind != 0 || err != nil {
			return m, err
		}
		if m := findProperties(lines, top); m.kind != 0 {
			return m, nil
		}
		if all := findHeadingKeys(lines, top); len(all) == 1 {
			return frontMatter{kind: '#', first: all[0].from, last: all[0].to - 1}, nil
		}
		return frontMatter{}, strayFrontMatter(lines, top)
	case kind == '?':
		if hasKnownKey(blockAfter(lines, top)) {
			return frontMatter{}, &lineError{line: top + 1, message: "the line above the front matter isn't made of three hyphens; write ---, above it and below"}
		}
		return frontMatter{}, nil
	}
	m, err := findFenced(lines, top, kind)
	if err == nil && m.kind != 0 && m.below() < len(lines) {
		err = strayBelow(lines, m.below())
	}
	return m, err
}

// findFenced finds front matter whose first delimiter is at top.
func findFenced(lines []string, top int, kind byte) (frontMatter, *lineError) {
	strict := top == 0 && isStrict(lines[0])
	for i := top + 1; i < len(lines); i++ {
		if fence(lines[i]) == kind || kind == '-' && strings.TrimRight(lines[i], " \t") == "..." {
			if strict || hasKnownKey(lines[top+1:i]) {
				return frontMatter{kind: kind, first: top, last: i}, nil
			}
			return frontMatter{}, nil
		}
	}
	if strict || hasKnownKey(blockAfter(lines, top)) {
		return frontMatter{}, openError(strings.Repeat(string(kind), 3), top+1)
	}
	return frontMatter{}, nil
}

func isStrict(line string) bool {
	line = strings.TrimRight(line, " \t")
	return line == "---" || line == "+++"
}

// skipLead returns the index of the first line that shows anything: blank lines
// and comments in HTML may stand above front matter.
func skipLead(lines []string) int {
	for i := 0; i < len(lines); i++ {
		line := trimBlank(lines[i])
		if line == "" {
			continue
		}
		if !strings.HasPrefix(line, "<!--") {
			return i
		}
		end := i
		for end < len(lines) && !strings.Contains(lines[end], "-->") {
			end++
		}
		if end == len(lines) {
			return i
		}
		if _, rest, _ := strings.Cut(lines[end], "-->"); trimBlank(rest) != "" {
			return i
		}
		i = end
	}
	return len(lines)
}

// trimBlank takes away what can't be seen.
func trimBlank(line string) string {
	return strings.TrimFunc(line, func(c rune) bool {
		return unicode.IsSpace(c) || c == '\ufeff' || c == '\u200b' || c == '\u2060'
	})
}

// fence tells whether a line is a delimiter, three or more of one character:
// '-' or '+', or '?' for dashes of other kinds, which programs that correct
// what one types put in the place of hyphens. 0: it's none.
func fence(line string) byte {
	line = trimBlank(line)
	dashes := 0
	for _, c := range line {
		switch {
		case c == '-' || c == '+':
			dashes++
			if rune(line[0]) != c {
				return 0
			}
		case strings.ContainsRune("—–―−‒", c):
			return fenceOfDashes(line)
		default:
			return 0
		}
	}
	if dashes < 3 {
		return 0
	}
	return line[0]
}

func fenceOfDashes(line string) byte {
	if strings.Trim(line, "-—–―−‒") != "" {
		return 0
	}
	return '?'
}

// findJSON finds front matter in JSON, which Hugo reads: an object, and nothing
// else on its last line. Braces of template languages are text.
func findJSON(lines []string, top int) (frontMatter, *lineError) {
	text := strings.TrimLeft(strings.Join(lines[top:], "\n"), " \t\ufeff\u200b")
	if rest, ok := strings.CutPrefix(text, "{"); !ok || !strings.HasPrefix(strings.TrimLeft(rest, " \t\n"), `"`) {
		return frontMatter{}, nil
	}
	decoder := json.NewDecoder(strings.NewReader(text))
	var raw json.RawMessage
	if err := decoder.Decode(&raw); err != nil {
		return frontMatter{}, jsonError([]byte(text), top, err, decoder.InputOffset())
	}
	last := top + bytes.Count(raw, []byte("\n"))
	after := text[decoder.InputOffset():]
	after, _, _ = strings.Cut(after, "\n")
	if trimBlank(after) != "" {
		return frontMatter{}, &lineError{line: last + 1, message: "text follows the front matter on its last line; begin the text on a line of its own"}
	}
	return frontMatter{kind: '{', first: top, last: last}, nil
}
