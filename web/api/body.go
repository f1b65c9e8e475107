package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"dailytip/web"
)

// readJSON is strict where encoding/json isn't: two programs can't read a body in two
// ways, and a database can keep every text in it.
func readJSON(text []byte, into any) error {
	if err := web.CheckJSON(text); err != nil {
		return err
	}
	var value any
	if err := json.Unmarshal(text, &value); err != nil {
		return err
	}
	if err := plain(value); err != nil {
		return err
	}
	return json.Unmarshal(text, into)
}

// plain refuses a NUL, and a name that encoding/json would take for another one: it
// doesn't look at the case, and all of ours are in small letters.
func plain(value any) error {
	var faults []error
	switch v := value.(type) {
	case string:
		if !isText(v) {
			return errors.New(`a text holds \u0000`)
		}
	case []any:
		for _, item := range v {
			faults = append(faults, plain(item))
		}
	case map[string]any:
		for name, item := range v {
			if name != strings.ToLower(name) || !isText(name) {
				return fmt.Errorf("the name %q is unknown; names are in small letters", name)
			}
			faults = append(faults, plain(item))
		}
	}
	return errors.Join(faults...)
}
