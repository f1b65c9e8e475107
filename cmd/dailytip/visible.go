package main

import (
	"io"

	"dailytip/safetext"
)

// visibleWriter makes visible what is written to it, a line or more at a time. What
// people and servers wrote passes here before it's printed, logged or complained
// about, in text and in JSON.
type visibleWriter struct{ io.Writer }

func (w visibleWriter) Write(p []byte) (int, error) {
	if _, err := io.WriteString(w.Writer, safetext.Visible(string(p))); err != nil {
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
