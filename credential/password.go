package credential

import (
	"errors"
	"fmt"
	"unicode/utf8"

	"golang.org/x/text/secure/precis"
)

// How long a password may be, in characters. One that is all that protects its person
// has at least fifteen (NIST SP 800-63B-4 §3.1.1.2).
const (
	Shortest = 15
	longest  = 256
)

// prepare writes a password in the one way in which it's hashed, whatever keyboard it
// came from (RFC 8265 §4.2).
func prepare(text string) (string, error) {
	if utf8.RuneCountInString(text) > longest {
		return "", fmt.Errorf("the password is longer than %d characters", longest)
	}
	prepared, err := precis.OpaqueString.String(text)
	if err != nil || !utf8.ValidString(text) || prepared == "" {
		return "", errors.New("the password is empty, or has characters in it that nobody can type")
	}
	return prepared, nil
}

// Make returns the hash of a new password, as a text for the configuration.
func Make(password string) (string, error) {
	if utf8.RuneCountInString(password) < Shortest {
		return "", fmt.Errorf("the password is too short: take at least %d characters, such as four or five words that have nothing to do with each other", Shortest)
	}
	prepared, err := prepare(password)
	if err != nil {
		return "", err
	}
	return newHash(prepared).String(), nil
}
