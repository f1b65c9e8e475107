package credential

import (
	"errors"
	"unicode/utf8"

	"golang.org/x/text/secure/precis"
)

// longestName is how long a name may be, in characters.
const longestName = 64

// errName is what is wrong with a name.
var errName = errors.New("is no name to sign in with; write 1 to 64 letters, digits and signs without a blank, such as ana or ana@example.com")

// widest is how many bytes a character may take as it's typed: some are written as a
// letter with several marks.
const widest = 16

// Name is a name as it's compared: without capitals, and each character written in one
// way only (RFC 8265 §3.3).
func Name(text string) (string, error) {
	if len(text) > widest*longestName { // preparing it would take its time
		return "", errName
	}
	name, err := precis.UsernameCaseMapped.String(text)
	if err != nil || !utf8.ValidString(text) || name == "" || utf8.RuneCountInString(name) > longestName {
		return "", errName
	}
	return name, nil
}
