package tips

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"
	"go.yaml.in/yaml/v3"
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
}

// lineError is a fault of syntax with its place in the file.
type lineError struct {
	line, column int
	message      string
}

func (e *lineError) Error() string { return e.message }

// splitFrontMatter finds the front matter at the very top of a file. first and
// last are the indexes of its delimiters; last is -1 when it isn't closed and
// both are -1 when there is none.
func splitFrontMatter(lines []string) (delimiter string, first, last int) {
	delimiter = strings.TrimRight(lines[0], " \t")
	if delimiter != "---" && delimiter != "+++" {
		return "", -1, -1
	}
	for i := 1; i < len(lines); i++ {
		l := strings.TrimRight(lines[i], " \t")
		if l == delimiter || (l == "..." && delimiter == "---") {
			return delimiter, 0, i
		}
	}
	return delimiter, 0, -1
}

// readYAML reads the keys of YAML front matter. lines are those between the
// delimiters; the first of them is line 2 of the file.
func readYAML(lines []string) ([]field, *lineError) {
	// An empty first line makes the library's line numbers those of the file.
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte("\n"+strings.Join(lines, "\n")), &doc); err != nil {
		return nil, yamlError(lines, err)
	}
	if doc.Kind == 0 || (len(doc.Content) == 1 && doc.Content[0].Tag == "!!null") {
		return nil, nil
	}
	root := doc.Content[0]
	if root.Kind != yaml.MappingNode {
		return nil, &lineError{line: root.Line, message: "the front matter isn't made of “key: value” lines; write it so, or put a line before the first “---” when it is meant as text"}
	}
	fields := make([]field, 0, len(root.Content)/2)
	for i := 0; i+1 < len(root.Content); i += 2 {
		key, value := root.Content[i], root.Content[i+1]
		for _, f := range fields {
			if strings.EqualFold(f.key, key.Value) {
				return nil, &lineError{line: key.Line, column: key.Column, message: fmt.Sprintf("the key %q stands here and on line %d; keep one", key.Value, f.line)}
			}
		}
		f, err := yamlField(key, value)
		if err != nil {
			return nil, &lineError{line: key.Line, message: err.Error()}
		}
		if i > 0 {
			fields[len(fields)-1].last = f.line - 1
		}
		f.last = len(lines) + 1
		fields = append(fields, f)
	}
	return fields, nil
}

func yamlField(key, value *yaml.Node) (field, error) {
	f := field{key: key.Value, line: key.Line}
	if value.Kind == yaml.AliasNode {
		value = value.Alias
	}
	var v any
	if err := value.Decode(&v); err != nil {
		// A value we can't type (a date such as 2026-02-30) is kept as text.
		v = value.Value
	}
	f.value = plainValue(v)
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

var yamlPlace = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)

// yamlError puts the library's error on the line where the mistake is. The
// library often names where the enclosing block began; the mistake is on the
// first line after which no text could be right any more.
func yamlError(lines []string, err error) *lineError {
	message := yamlPlace.ReplaceAllString(err.Error(), "")
	at := len(lines)
	for at > 1 && len(lines) <= 500 {
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
	switch {
	case strings.HasPrefix(bad, "\t") || strings.Contains(message, "tab character"):
		message += "; indent with spaces, not tabs"
	case strings.Contains(message, "mapping values are not allowed"):
		message += "; put a value that holds a colon in quotes"
	case strings.Contains(message, "unexpected end of stream"), strings.Contains(message, "quoted scalar"):
		message += "; is a closing quote missing?"
	case strings.Contains(message, "cannot start any token"), strings.Contains(message, "while scanning"):
		message += "; put the value in quotes"
	}
	return &lineError{line: at + 1, message: "the front matter isn't valid YAML: " + message}
}

// readTOML reads the keys of TOML front matter, as Hugo writes it.
func readTOML(lines []string) ([]field, *lineError) {
	var table map[string]any
	if err := toml.Unmarshal([]byte(strings.Join(lines, "\n")), &table); err != nil {
		e := &lineError{line: 2, message: "the front matter isn't valid TOML: " + strings.TrimPrefix(err.Error(), "toml: ")}
		var decode *toml.DecodeError
		if errors.As(err, &decode) {
			row, column := decode.Position()
			e.line, e.column = row+1, column
		}
		return nil, e
	}
	var fields []field
	for key, value := range table {
		f := field{key: key, line: tomlLine(lines, key), value: plainValue(value)}
		switch v := value.(type) {
		case []any:
			f.isList = true
			for _, item := range v {
				if s, ok := scalarText(item); ok {
					f.list = append(f.list, s)
				}
			}
		case map[string]any:
			f.text, _ = v["name"].(string)
		default:
			f.text, _ = scalarText(v)
		}
		fields = append(fields, f)
	}
	slices.SortFunc(fields, func(a, b field) int {
		if a.line != b.line {
			return a.line - b.line
		}
		return strings.Compare(a.key, b.key)
	})
	for i := range fields {
		fields[i].last = len(lines) + 1
		if i+1 < len(fields) {
			fields[i].last = fields[i+1].line - 1
		}
	}
	return fields, nil
}

// tomlLine finds where a key is written; the library doesn't tell.
func tomlLine(lines []string, key string) int {
	for i, l := range lines {
		name, _, found := strings.Cut(l, "=")
		name = strings.TrimSpace(name)
		if !found {
			name = strings.Trim(name, "[] ") // a table's head
		}
		name, _, _ = strings.Cut(name, ".")
		if strings.Trim(name, `"'`) == key {
			return i + 2
		}
	}
	return 2
}

func scalarText(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case time.Time:
		return v.Format(time.RFC3339Nano), true
	case []any, map[string]any, nil:
		return "", false
	}
	return fmt.Sprint(v), true // numbers, booleans, toml.LocalDate and its kin
}

// plainValue turns what the decoders give into what encoding/json can write.
func plainValue(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, item := range v {
			v[k] = plainValue(item)
		}
		return v
	case map[any]any:
		m := make(map[string]any, len(v))
		for k, item := range v {
			m[fmt.Sprint(k)] = plainValue(item)
		}
		return m
	case []any:
		for i, item := range v {
			v[i] = plainValue(item)
		}
		return v
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Sprint(v)
		}
		return v
	case time.Time:
		// encoding/json refuses years beyond 9999.
		if v.Year() < 0 || v.Year() > 9999 {
			return v.String()
		}
		return v
	case toml.LocalDate, toml.LocalTime, toml.LocalDateTime:
		return fmt.Sprint(v)
	}
	return v
}
