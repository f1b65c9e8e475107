package tips

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// readYAML reads the keys of YAML front matter. above is how many lines of the
// file stand above these.
func readYAML(lines []string, above int) ([]field, *lineError) {
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(strings.Join(listedNotes(lines), "\n")), &doc); err != nil {
		return nil, yamlError(lines, above, err)
	}
	if doc.Kind == 0 || (len(doc.Content) == 1 && doc.Content[0].Tag == "!!null") {
		return nil, nil
	}
	root := doc.Content[0]
	if root.Kind != yaml.MappingNode {
		return nil, &lineError{line: root.Line + above, message: "the front matter isn't made of “key: value” lines; write it so, or put a line before the first “---” when it is meant as text"}
	}
	fields := make([]field, 0, len(root.Content)/2)
	seen := make(map[string]int, len(root.Content)/2) // folded key → its line
	var b budget
	for i := 0; i+1 < len(root.Content); i += 2 {
		key, value := root.Content[i], root.Content[i+1]
		folded := strings.ToLower(key.Value)
		if line, ok := seen[folded]; ok {
			return nil, &lineError{line: key.Line + above, column: key.Column, message: fmt.Sprintf("the key %q stands here and on line %d; keep one", key.Value, line)}
		}
		seen[folded] = key.Line + above
		f, err := b.field(key, value)
		if err != nil {
			return nil, &lineError{line: key.Line + above, message: err.Error()}
		}
		last := len(lines)
		if i+2 < len(root.Content) {
			last = max(root.Content[i+2].Line-1, key.Line)
		}
		f.change = yamlChange(key, value, lines[:last])
		f.line, f.last = key.Line+above, last+above
		fields = append(fields, f)
	}
	return fields, nil
}

var (
	// linkedNotes is a line of a vault's front matter whose value is links to notes.
	linkedNotes  = regexp.MustCompile(`^([\pL\pN _-]+: *)\[\[([^][]+(?:\]\] *, *\[\[[^][]+)*)\]\] *$`)
	betweenNotes = regexp.MustCompile(`\]\] *, *\[\[`)
)

// listedNotes makes a list of names of “authors: [[A]], [[B]]”, as vaults write it. YAML
// takes “[[A]]” for a list within a list, after which nothing may follow.
func listedNotes(lines []string) []string {
	for i, line := range lines {
		if m := linkedNotes.FindStringSubmatch(line); m != nil {
			lines = slices.Clone(lines)
			lines[i] = m[1] + "[" + betweenNotes.ReplaceAllString(m[2], ", ") + "]"
		}
	}
	return lines
}

// field takes one key with its value.
func (b *budget) field(key, value *yaml.Node) (field, error) {
	f := field{key: key.Value}
	v, err := b.yaml(value, 0)
	if err != nil {
		return f, err
	}
	f.value = v
	if value.Kind == yaml.AliasNode {
		value = value.Alias
	}
	switch value.Kind {
	case yaml.ScalarNode:
		if value.Tag != "!!null" {
			f.text = value.Value
		}
	case yaml.SequenceNode:
		f.isList = true
		for _, item := range value.Content {
			if item.Kind == yaml.AliasNode {
				item = item.Alias
			}
			switch {
			case item.Kind == yaml.ScalarNode && item.Tag != "!!null":
				f.list = append(f.list, item.Value)
			case item.Kind == yaml.MappingNode: // authors: [{name: …}]
				f.list = append(f.list, nameIn(item))
			}
		}
	case yaml.MappingNode:
		f.text = nameIn(value)
	}
	return f, nil
}

// nameIn returns the "name" of a mapping, or "".
func nameIn(n *yaml.Node) string {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if strings.EqualFold(n.Content[i].Value, "name") {
			return n.Content[i+1].Value
		}
	}
	return ""
}

// yaml makes a value that JSON can hold. The library's own decoding starts its
// guard against aliases anew with each call, and so guards only a single key;
// here one budget covers the file.
func (b *budget) yaml(n *yaml.Node, depth int) (any, error) {
	if err := b.take(n.Value, depth); err != nil {
		return nil, err
	}
	switch n.Kind {
	case yaml.AliasNode:
		return b.yaml(n.Alias, depth+1) // deeper: an alias may stand in what it names
	case yaml.SequenceNode:
		list := make([]any, 0, min(len(n.Content), maxNodes))
		for _, item := range n.Content {
			v, err := b.yaml(item, depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		return list, nil
	case yaml.MappingNode:
		group := make(map[string]any, min(len(n.Content)/2, maxNodes))
		for i := 0; i+1 < len(n.Content); i += 2 {
			if err := b.take(n.Content[i].Value, depth); err != nil {
				return nil, err
			}
			v, err := b.yaml(n.Content[i+1], depth+1)
			if err != nil {
				return nil, err
			}
			group[n.Content[i].Value] = v
		}
		return group, nil
	}
	var v any
	if n.Tag == "!!binary" || n.Decode(&v) != nil {
		// A value we can't type (a date such as 2026-02-30) is kept as text.
		return n.Value, nil
	}
	return plainScalar(v), nil
}

var yamlPlace = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)

// yamlError puts the library's error on the line where the mistake is. The
// library often names where the enclosing block began; the mistake is on the
// first line after which no text could be right any more.
func yamlError(lines []string, above int, err error) *lineError {
	message := yamlPlace.ReplaceAllString(err.Error(), "")
	text := strings.Join(lines, "\n")
	at := len(lines)
	for at > 1 && len(lines) <= 500 && len(text) <= 16<<10 {
		var n yaml.Node
		if yaml.Unmarshal([]byte(strings.Join(lines[:at-1], "\n")), &n) == nil {
			break
		}
		at--
	}
	bad := ""
	if len(lines) > 0 {
		bad = lines[max(at, 1)-1]
	}
	quoted := inQuotes(bad)
	switch {
	case strings.HasPrefix(bad, "\t") || strings.Contains(message, "tab character"):
		message += "; indent with spaces, not tabs"
	case strings.Contains(message, "unexpected end of stream"), strings.Contains(message, "quoted scalar"):
		message += "; is a closing quote missing?"
	case quoted != "":
		message += "; write " + quoted
	case strings.Contains(message, "mapping values are not allowed"):
		message += "; put a value that holds a colon in quotes"
	case strings.Contains(message, "cannot start any token"), strings.Contains(message, "while scanning"):
		message += "; put the value in quotes"
	}
	return &lineError{line: max(at, 1) + above, message: "the front matter isn't valid YAML: " + message}
}

var (
	keyValue = regexp.MustCompile(`^([\p{L}\p{N}_-]+):\s+(\S.*?)\s*$`)
	// A bracket that is closed at the value's end, or a quote, is meant as such.
	meantSo = regexp.MustCompile(`^(\[.*\]|\{.*\}|[\[{][^\]}]*|["'].*|[|>][+-]?\d?)$`)
)

// inQuotes writes a line with its value in quotes, or "" when it isn't a line of
// one key whose value lacks them.
func inQuotes(line string) string {
	m := keyValue.FindStringSubmatch(line)
	if m == nil || meantSo.MatchString(m[2]) {
		return ""
	}
	return m[1] + ": " + quote(m[2])
}

// quote puts text in quotes as YAML, and with double quotes also TOML, read it.
func quote(s string) string {
	if strings.ContainsAny(s, `"\`) && !strings.Contains(s, "'") {
		return "'" + s + "'"
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// yamlChange finds what YAML would take out of a value that was written without
// quotes, or take it for. lines end with the last that can belong to it.
func yamlChange(key, value *yaml.Node, lines []string) *change {
	if value.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0 || value.Tag == "!!str" && value.Style&yaml.TaggedStyle != 0 {
		return nil
	}
	whole := writtenValue(key, lines)
	if whole == "" || !isScalar(value) && value.Style&yaml.FlowStyle == 0 && value.Kind != yaml.AliasNode {
		return nil
	}
	c := &change{whole: whole, write: key.Value + ": " + quote(whole)}
	switch {
	case value.Kind == yaml.AliasNode:
		c.why, c.meant = "“*” refers to another value", true
	case !isScalar(value):
		c.why = "brackets and braces begin a list or a group"
	case value.Tag == "!!null":
		c.why, c.meant = whole+" means that there is no value", true
	case oneLine(value.Value) == whole:
		return nil
	case strings.HasPrefix(whole, "!"):
		c.why = "“!” begins a tag"
	case strings.HasPrefix(whole, "&"):
		c.why, c.meant = "“&” names the value", true
	default:
		c.why = "“#” after a blank begins a comment"
		_, lost, _ := strings.Cut(whole, "#")
		c.meant = lost == "" || lost[0] == ' ' || lost[0] == '#'
	}
	return c
}

func isScalar(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode }

// writtenValue is the text below and after a key's colon, on one line. Lines
// that hold a comment and nothing else aren't part of it.
func writtenValue(key *yaml.Node, lines []string) string {
	if key.Line < 1 || key.Line > len(lines) {
		return ""
	}
	_, first, _ := strings.Cut(lines[key.Line-1], key.Value)
	_, first, _ = strings.Cut(first, ":")
	parts := []string{first}
	if strings.HasPrefix(strings.TrimSpace(first), "#") {
		parts = nil
	}
	for _, l := range lines[key.Line:] {
		if l = strings.TrimSpace(l); !strings.HasPrefix(l, "#") {
			parts = append(parts, l)
		}
	}
	return oneLine(strings.Join(parts, " "))
}
