package listfile

import (
	"bufio"
	"errors"
	"io"
)

// maxLine is how many bytes of a line are read; the rest of a longer one is
// passed over.
const maxLine = 256 << 10

// line is one line of a file, without its end.
type line struct {
	text    string
	tooLong bool
}

// lineReader reads lines and lets some be put back.
type lineReader struct {
	in     *bufio.Reader
	number int // of the line that was read last
	back   []line
}

// next returns the next line, or io.EOF.
func (r *lineReader) next() (line, error) {
	if n := len(r.back); n > 0 {
		l := r.back[n-1]
		r.back = r.back[:n-1]
		r.number++
		return l, nil
	}
	var text []byte
	var l line
	for {
		part, err := r.in.ReadSlice('\n')
		if room := maxLine - len(text); len(part) > room {
			l.tooLong, part = true, part[:room]
		}
		text = append(text, part...)
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if err != nil && !errors.Is(err, io.EOF) || err != nil && len(text) == 0 {
			return l, err
		}
		break
	}
	r.number++
	l.text = withoutEnd(string(text))
	return l, nil
}

// unread puts the last line that was read back.
func (r *lineReader) unread(l line) {
	r.back = append(r.back, l)
	r.number--
}

func withoutEnd(s string) string {
	if n := len(s); n > 0 && s[n-1] == '\n' {
		s = s[:n-1]
	}
	if n := len(s); n > 0 && s[n-1] == '\r' {
		s = s[:n-1]
	}
	return s
}
