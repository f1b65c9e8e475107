package main

import (
	"io"

	"dailytip/safetext"
)

// visibleWriter escapes what a terminal would obey, a line or more at a time. All that
// is printed or logged passes here, in text and in JSON, for people and servers have
// written parts of it.
type visibleWriter struct{ io.Writer }

func (w visibleWriter) Write(p []byte) (int, error) {
	if _, err := io.WriteString(w.Writer, safetext.Visible(string(p))); err != nil {
		return 0, err
	}
	return len(p), nil
}

// data is where the bytes of a file go, such as a mail's: unchanged, unless a person
// looks at them on a terminal.
func (c *command) data() io.Writer {
	if isTerminal(c.out) {
		return visibleWriter{c.out}
	}
	return c.out
}
