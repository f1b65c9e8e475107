package tips

import (
	"bytes"
	"fmt"
	"strings"
)

// Lines returns the lines of a file of the library as it is now, without their ends:
// the first is the one that faults call line 1. What isn't UTF-8 in it becomes U+FFFD.
// Of a file that is larger than a tip may be, it's the beginning.
func (l *Library) Lines(name string) ([]string, error) {
	fsys, done, err := l.open()
	if err != nil {
		return nil, fmt.Errorf("read library: %w", err)
	}
	defer func() { _ = done() }() // only reads happened; closing can't lose anything
	data, err := readCapped(fsys, name, 0)
	if err != nil {
		return nil, fmt.Errorf("read library: %w", err)
	}
	return strings.Split(strings.ToValidUTF8(string(oneLineEnd(data)), "\uFFFD"), "\n"), nil
}

// oneLineEnd takes a byte order mark off, and ends all lines with \n.
func oneLineEnd(data []byte) []byte {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	data = bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n"))
	return bytes.ReplaceAll(data, []byte("\r"), []byte("\n"))
}
