package bounces

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
)

// Each calls f with each message of a file: the only one, or those of an mbox,
// numbered from 1; of one message the number is 0. Of a message no more than
// the bytes that Read looks at are kept in memory, however long the file.
func Each(r io.Reader, f func(number int, raw []byte) error) error {
	lines := bufio.NewReaderSize(r, 64<<10)
	first, err := lines.Peek(len("From "))
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read message: %w", err)
	}
	if len(first) == 0 {
		return nil // an empty file
	}
	number := 0
	if string(first) == "From " {
		number = 1
	}
	var raw []byte
	blank, begun := true, true // the line before was empty; a line begins here
	for {
		piece, err := lines.ReadSlice('\n')
		if number > 0 && len(raw) > 0 && blank && begun && mboxLine.Match(piece) {
			if err := f(number, raw); err != nil {
				return err
			}
			raw, number = raw[:0], number+1
		}
		if len(raw) < MostBytes {
			raw = append(raw, piece...)
		}
		blank = begun && len(bytes.TrimSpace(piece)) == 0
		begun = bytes.HasSuffix(piece, []byte("\n"))
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
		case errors.Is(err, io.EOF):
			return f(number, raw)
		case err != nil:
			return fmt.Errorf("read message: %w", err)
		}
	}
}

// mboxLine begins a message in an mbox (RFC 4155, appendix A): the sender, and
// a date in the form of asctime.
var mboxLine = regexp.MustCompile(`^From \S+ +[A-Z][a-z]{2} [A-Z][a-z]{2} [ 0-9][0-9] `)
