package config

import (
	"fmt"
	"regexp"
	"strings"
)

var envName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// expand replaces each ${NAME} in text by that environment variable, and $${
// by ${. A dollar sign without a brace is an ordinary character: bcrypt hashes
// are full of them. What a variable holds is not expanded again.
func expand(text string, lookup func(string) (string, bool)) (string, error) {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, "${")
		if !found {
			b.WriteString(text)
			return b.String(), nil
		}
		if strings.HasSuffix(before, "$") {
			b.WriteString(before + "{")
			text = rest
			continue
		}
		name, after, closed := strings.Cut(rest, "}")
		switch {
		case !closed:
			return "", fmt.Errorf("${ has no closing }; write ${NAME}, or $${ for the characters themselves")
		case !envName.MatchString(name):
			return "", fmt.Errorf("${%s} isn't the name of an environment variable; write letters, digits and _ only, such as ${SMTP_PASSWORD}", clip(name))
		}
		value, set := lookup(name)
		if !set {
			return "", unsetVariable(name)
		}
		b.WriteString(before + value)
		text = after
	}
}

// unsetVariable is the name of a variable that the environment doesn't have.
type unsetVariable string

func (v unsetVariable) Error() string {
	return fmt.Sprintf("the environment variable %s isn't set; set it for this process, or write the value here", string(v))
}

// clip keeps a text that goes into a message to one short line.
func clip(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}
