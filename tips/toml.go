package tips

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"
)

// readTOML reads the keys of TOML front matter, as Hugo writes it. above is how
// many lines of the file stand above these.
func readTOML(lines []string, above int) ([]field, *lineError) {
	var table map[string]any
	if err := toml.Unmarshal([]byte(strings.Join(lines, "\n")), &table); err != nil {
		e := &lineError{line: above + 1, message: "the front matter isn't valid TOML: " + strings.TrimPrefix(err.Error(), "toml: ")}
		var decode *toml.DecodeError
		if errors.As(err, &decode) {
			row, column := decode.Position()
			e.line, e.column = row+above, column
			if row >= 1 && row <= len(lines) {
				if quoted := inTOMLQuotes(lines[row-1]); quoted != "" {
					e.message += "; write " + quoted
				}
			}
		}
		return nil, e
	}
	var fields []field
	var b budget
	at := tomlLines(lines)
	for _, key := range sortedKeys(table, at) {
		f := field{key: key, line: at[key] + above + 1, change: tomlChange(key, table[key], lines[at[key]])}
		f.shape(table[key])
		var err error
		if f.value, err = b.plain(table[key], 0); err != nil {
			return nil, &lineError{line: f.line, message: err.Error()}
		}
		fields = append(fields, f)
	}
	ends(fields, above+len(lines))
	return fields, nil
}

// sortedKeys are a table's keys in the order of their lines.
func sortedKeys(table map[string]any, at map[string]int) []string {
	keys := make([]string, 0, len(table))
	for key := range table {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b string) int { return cmp.Or(at[a]-at[b], strings.Compare(a, b)) })
	return keys
}

// ends fills in where each field's value ends: above the next one.
func ends(fields []field, last int) {
	for i := range fields {
		fields[i].last = last
		if i+1 < len(fields) {
			fields[i].last = max(fields[i+1].line-1, fields[i].line)
		}
	}
}

// shape takes a decoded value as a field's text or list.
func (f *field) shape(value any) {
	switch v := value.(type) {
	case []any:
		f.isList = true
		for _, item := range v {
			if group, ok := item.(map[string]any); ok { // authors: [{name: …}]
				item = group["name"]
			}
			if s, ok := scalarText(item); ok {
				f.list = append(f.list, s)
			}
		}
	case map[string]any:
		f.text, _ = v["name"].(string)
	default:
		f.text, _ = scalarText(v)
	}
}

// tomlLines finds on which line, from 0, each key is written first; the library
// doesn't tell. A key that isn't found is taken for the first line's.
func tomlLines(lines []string) map[string]int {
	at := make(map[string]int, len(lines))
	for i, l := range lines {
		name, _, found := strings.Cut(l, "=")
		name = strings.TrimSpace(name)
		if !found {
			name = strings.Trim(name, "[] ") // a table's head
		}
		name, _, _ = strings.Cut(name, ".")
		name = strings.Trim(name, `"' `)
		if _, ok := at[name]; !ok {
			at[name] = i
		}
	}
	return at
}

// tomlChange finds a value that was meant as text and is written as a number, a
// date or a list.
func tomlChange(key string, value any, line string) *change {
	if _, ok := value.(string); ok {
		return nil
	}
	_, whole, found := strings.Cut(line, "=")
	if whole = oneLine(whole); !found || whole == "" {
		return nil
	}
	return &change{whole: whole, why: "without quotes it isn't text in TOML", write: key + " = " + quote(whole)}
}

func inTOMLQuotes(line string) string {
	key, value, found := strings.Cut(line, "=")
	key, value = strings.TrimSpace(key), strings.TrimSpace(value)
	if !found || key == "" || value == "" || strings.ContainsAny(value[:1], `"'[{`) {
		return ""
	}
	return key + " = " + quote(value)
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
