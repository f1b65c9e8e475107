package relay

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
)

// maxLine is the longest line of a message without its CRLF, in bytes (RFC
// 5322 §2.1.1).
const maxLine = 998

// stuff appends data, which begins a line, with its leading dots doubled (RFC
// 5321 §4.5.2).
func stuff(buf, data []byte) []byte {
	if len(data) > 0 && data[0] == '.' {
		buf = append(buf, '.')
	}
	for {
		i := bytes.Index(data, []byte("\n."))
		if i < 0 {
			return append(buf, data...)
		}
		buf = append(append(buf, data[:i+1]...), '.')
		data = data[i+1:]
	}
}

// fit tells whether no server can read data differently from us: CR and LF only
// together (RFC 5321 §2.3.8), no NUL, no line that is too long, and not empty.
// It makes a handful of passes at memory speed, where a look at each byte would
// cost more than sending the message; damage says what is wrong.
func fit(data []byte) bool {
	if bytes.IndexByte(data, 0) >= 0 {
		return false
	}
	lines := 0
	for rest := data; len(rest) > 0; {
		i := bytes.IndexByte(rest, '\n')
		if i < 0 {
			if len(rest) > maxLine {
				return false
			}
			break
		}
		if i == 0 || rest[i-1] != '\r' || i-1 > maxLine {
			return false
		}
		lines++
		rest = rest[i+1:]
	}
	// Each LF has a CR before it; so a further CR is one without LF.
	return bytes.Count(data, []byte{'\r'}) == lines && len(bytes.TrimSpace(data)) > 0
}

// eightBit tells whether data has bytes over 127.
func eightBit(data []byte) bool {
	const high = 0x8080808080808080
	for len(data) >= 32 {
		if (binary.LittleEndian.Uint64(data)|binary.LittleEndian.Uint64(data[8:])|
			binary.LittleEndian.Uint64(data[16:])|binary.LittleEndian.Uint64(data[24:]))&high != 0 {
			return true
		}
		data = data[32:]
	}
	for _, c := range data {
		if c >= 0x80 {
			return true
		}
	}
	return false
}

// damage says what is wrong with data that isn't fit.
func damage(data []byte) error {
	begin, line := 0, 1
	for i, c := range data {
		switch {
		case c == '\r' && (i+1 == len(data) || data[i+1] != '\n'):
			return fmt.Errorf("line %d has a CR without LF", line)
		case c == '\n':
			if i == 0 || data[i-1] != '\r' {
				return fmt.Errorf("line %d ends with LF without CR", line)
			}
			if i-1-begin > maxLine {
				return fmt.Errorf("line %d is longer than %d bytes", line, maxLine)
			}
			begin, line = i+1, line+1
		case c == 0:
			return fmt.Errorf("line %d has a NUL byte", line)
		}
	}
	if len(data)-begin > maxLine {
		return fmt.Errorf("line %d is longer than %d bytes", line, maxLine)
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return errors.New("it is empty")
	}
	return nil
}
