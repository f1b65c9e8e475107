package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// CheckJSON refuses what two programs could read in two ways: a name that is there
// twice in an object, something behind the value, text that isn't UTF-8 (RFC 8259 §4 and
// §8.1). Names that differ in case only count as one, as encoding/json has it.
func CheckJSON(text []byte) error {
	if !utf8.Valid(text) {
		return errors.New("the text isn't UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := checkValue(d); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows the value")
	}
	return nil
}

// object is one whose end hasn't come; nil names: it's an array.
type object struct {
	names map[string]bool
	value bool // the name has been read, and its value comes next
}

func checkValue(d *json.Decoder) error {
	var inside []*object
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return io.ErrUnexpectedEOF
		}
		if err != nil {
			return err
		}
		var in *object
		if len(inside) > 0 {
			in = inside[len(inside)-1]
		}
		name, isText := token.(string)
		switch {
		case token == json.Delim('}') || token == json.Delim(']'):
			inside = inside[:len(inside)-1]
		case in != nil && in.names != nil && !in.value && isText:
			folded := strings.ToLower(name)
			if in.names[folded] {
				return fmt.Errorf("%q stands there twice", name)
			}
			in.names[folded], in.value = true, true
			continue
		case token == json.Delim('{'):
			inside = append(inside, &object{names: map[string]bool{}})
			continue
		case token == json.Delim('['):
			inside = append(inside, &object{})
			continue
		}
		if len(inside) == 0 {
			return nil
		}
		inside[len(inside)-1].value = false // a value has ended
	}
}
