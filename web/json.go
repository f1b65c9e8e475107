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
	err := checkValue(d, 0)
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	if err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows the value")
	}
	return nil
}

// maxJSONDepth is how deep values may stand in each other, far more than any request needs.
const maxJSONDepth = 64

// checkValue reads the next value, which stands in so many others.
func checkValue(d *json.Decoder, depth int) error {
	token, err := d.Token()
	if err != nil {
		return err
	}
	if _, opens := token.(json.Delim); !opens {
		return nil
	}
	if depth == maxJSONDepth {
		return fmt.Errorf("more than %d values stand in each other", maxJSONDepth)
	}
	names := map[string]bool{}
	for d.More() {
		if token == json.Delim('{') {
			if err := checkName(d, names); err != nil {
				return err
			}
		}
		if err := checkValue(d, depth+1); err != nil {
			return err
		}
	}
	_, err = d.Token() // the end
	return err
}

// checkName reads the name of a value in an object that has some others.
func checkName(d *json.Decoder, names map[string]bool) error {
	token, err := d.Token()
	if err != nil {
		return err
	}
	name, _ := token.(string)
	folded := strings.ToLower(name)
	if names[folded] {
		return fmt.Errorf("%q stands there twice", name)
	}
	names[folded] = true
	return nil
}
