package tips

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// readJSON reads the keys of front matter in JSON. above is how many lines of
// the file stand above these.
func readJSON(lines []string, above int) ([]field, *lineError) {
	text := []byte(strings.Join(lines, "\n"))
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber() // 1.10 stays as it's written
	fail := func(err error) *lineError { return jsonError(text, above, err, decoder.InputOffset()) }
	if _, err := decoder.Token(); err != nil {
		return nil, fail(err)
	}
	var fields []field
	var b budget
	seen := map[string]int{}
	for decoder.More() {
		token, err := decoder.Token()
		if err != nil {
			return nil, fail(err)
		}
		key, ok := token.(string)
		if !ok {
			return nil, fail(errors.New("a key isn't text"))
		}
		f := field{key: key, line: above + 1 + bytes.Count(text[:decoder.InputOffset()], []byte("\n"))}
		if line, ok := seen[strings.ToLower(key)]; ok {
			return nil, &lineError{line: f.line, message: fmt.Sprintf("the key %q stands here and on line %d; keep one", key, line)}
		}
		seen[strings.ToLower(key)] = f.line
		var value any
		if err := decoder.Decode(&value); err != nil {
			return nil, fail(err)
		}
		f.shape(value)
		if f.value, err = b.plain(value, 0); err != nil {
			return nil, &lineError{line: f.line, message: err.Error()}
		}
		fields = append(fields, f)
	}
	ends(fields, above+len(lines))
	return fields, nil
}

// jsonError says where the JSON that begins text is wrong.
func jsonError(text []byte, above int, err error, offset int64) *lineError {
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		offset = syntax.Offset
	}
	offset = min(max(offset, 0), int64(len(text)))
	return &lineError{
		line:    above + 1 + bytes.Count(text[:offset], []byte("\n")),
		message: "the front matter isn't valid JSON: " + err.Error() + "; correct it, or begin the text with another character than “{”",
	}
}
