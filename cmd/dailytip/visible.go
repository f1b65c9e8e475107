package main

import (
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// visible writes characters that a terminal would obey instead of showing, as
// \u001b: escapes, other controls, and those that turn the direction of text.
// What people and servers wrote passes here before it's printed, logged or
// complained about, in text and in JSON, where such an escape means the same.
func visible(s string) string {
	if !strings.ContainsFunc(s, obeyed) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		c, size := utf8.DecodeRuneInString(s[i:])
		if obeyed(c) {
			fmt.Fprintf(&b, `\u%04x`, c)
		} else {
			b.WriteString(s[i : i+size]) // also what isn't UTF-8
		}
		i += size
	}
	return b.String()
}

// obeyed tells whether a character isn't shown but acts: the controls of ECMA-48
// (C0 and C1), line ends and tabs aside, and the explicit embeddings, overrides
// and isolates of UAX #9. Plain direction marks, which names in Arabic or Hebrew
// need, stay.
func obeyed(c rune) bool {
	return unicode.IsControl(c) && c != '\n' && c != '\t' || c >= '\u202a' && c <= '\u202e' || c >= '\u2066' && c <= '\u2069'
}

// visibleWriter makes visible what is written to it, a line or more at a time.
type visibleWriter struct{ io.Writer }

func (w visibleWriter) Write(p []byte) (int, error) {
	if _, err := io.WriteString(w.Writer, visible(string(p))); err != nil {
		return 0, err
	}
	return len(p), nil
}

// data is where a file's bytes go, such as a mail's: as they are, but visible to
// a person who looks at a terminal.
func (c *command) data() io.Writer {
	if isTerminal(c.out) {
		return visibleWriter{c.out}
	}
	return c.out
}
