package config

import (
	"fmt"
	"strings"
	"time"
)

// checkZone accepts IANA names. time.LoadLocation knows two more: "" and
// "Local", which would make the sending time depend on the machine.
func checkZone(name string, orSubscriber bool) error {
	examples := "such as Europe/Berlin or UTC"
	if orSubscriber {
		examples += ", or subscriber for each reader's own"
	}
	switch {
	case name == "":
		return fmt.Errorf("names no time zone; write one %s", examples)
	case name == "subscriber":
		return fmt.Errorf("is for those readers who have no zone; write an IANA name %s", examples)
	case isZone(name):
		return nil
	}
	if guess := guessZone(name); guess != "" {
		return fmt.Errorf("isn't a time zone; did you mean %s?", guess)
	}
	return fmt.Errorf("isn't a time zone; write an IANA name %s", examples)
}

func isZone(name string) bool {
	if name == "" || strings.EqualFold(name, "local") || len(name) > 64 {
		return false
	}
	// On file systems that fold case, and with odd slashes, other spellings
	// load here and fail elsewhere.
	if _, err := time.LoadLocation(name); err != nil {
		return false
	}
	return !strings.HasSuffix(name, "/") && !strings.Contains(name, "//") && !strings.HasPrefix(name, ".")
}

// guessZone tries the usual slips: case, spaces, and a city without its continent.
func guessZone(name string) string {
	if len(name) > 64 {
		return ""
	}
	words := strings.FieldsFunc(name, func(r rune) bool { return r == ' ' || r == '_' })
	for i, w := range words {
		parts := strings.Split(w, "/")
		for j, p := range parts {
			if p != "" {
				parts[j] = strings.ToUpper(p[:1]) + strings.ToLower(p[1:])
			}
		}
		words[i] = strings.Join(parts, "/")
	}
	tidy := strings.Join(words, "_")
	for _, guess := range []string{tidy, strings.ToUpper(name)} {
		if isZone(guess) {
			return guess
		}
	}
	for _, continent := range []string{"Europe", "America", "Asia", "Africa", "Australia", "Pacific", "Atlantic", "Indian"} {
		if guess := continent + "/" + tidy; isZone(guess) {
			return guess
		}
	}
	return ""
}
