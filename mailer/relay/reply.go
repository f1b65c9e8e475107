package relay

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"dailytip/verdict"
)

const (
	// maxReply is the most that one reply may have, in bytes, and all that are
	// read while go-mail dials. A line of it may fill the reader's buffer (4
	// KiB); RFC 5321 §4.5.3.1.5 allows 512 bytes.
	maxReply = 64 << 10
	// maxLines is the most lines that one reply may have.
	maxLines = 100
	// maxText is how much of a server's text is kept, in bytes.
	maxText = 500
)

var (
	errReply     = errors.New("the server's reply isn't one of SMTP")
	errLongReply = errors.New("the server's reply has no end")
	errGone      = errors.New("the connection is gone")
)

// readReply reads one reply (RFC 5321 §4.2): its code, 200–599, and its text
// without the codes, the lines joined by LF, which is appended to buf. A line
// may end with LF alone, and have no text (RFC 5321 §4.2.1).
func readReply(r *bufio.Reader, buf []byte) (code int, text []byte, err error) {
	size := 0
	for lines := 1; ; lines++ {
		line, err := r.ReadSlice('\n')
		size += len(line)
		switch {
		case errors.Is(err, bufio.ErrBufferFull), size > maxReply, lines > maxLines:
			return 0, buf, errLongReply
		case errors.Is(err, io.EOF) && len(line) > 0:
			return 0, buf, io.ErrUnexpectedEOF
		case err != nil:
			return 0, buf, err
		}
		n, more, rest, ok := parseLine(line)
		if !ok || code != 0 && n != code {
			return 0, buf, errReply
		}
		if code != 0 {
			buf = append(buf, '\n')
		}
		code, buf = n, append(buf, rest...)
		if !more {
			return code, buf, nil
		}
	}
}

// parseLine takes a line of a reply apart; more: another line follows.
func parseLine(line []byte) (code int, more bool, text []byte, ok bool) {
	line = bytes.TrimRight(line, "\r\n")
	if len(line) < 3 {
		return 0, false, nil, false
	}
	for _, c := range line[:3] {
		if c < '0' || c > '9' {
			return 0, false, nil, false
		}
		code = code*10 + int(c-'0')
	}
	switch {
	case code < 200 || code > 599:
		return 0, false, nil, false
	case len(line) == 3:
		return code, false, nil, true
	case line[3] != ' ' && line[3] != '-':
		return 0, false, nil, false
	}
	return code, line[3] == '-', line[4:], true
}

// reply reads the reply to a command. true: it is the yes that belongs there.
// Afterwards lost says whether the connection can still be used: a farewell
// (RFC 5321 §3.8), no reply, and one that makes no sense there end it.
func (c *conn) reply(stage verdict.Stage) (verdict.Reply, bool) {
	if c.lost {
		return verdict.Reply{Stage: stage, Err: errGone}, false
	}
	code, text, err := c.read()
	if err != nil {
		c.lost = true
		return verdict.Reply{Stage: stage, Err: inWords(err)}, false
	}
	yes := code/10 == 25
	switch stage {
	case verdict.Dot:
		yes = code/100 == 2
	case verdict.Data:
		yes = code == 354
	}
	if !yes && code < 400 {
		c.lost = true
		return verdict.Reply{Stage: stage, Err: fmt.Errorf("unexpected reply %d %s", code, clean(text))}, false
	}
	c.lost = code == 421
	return said(stage, code, text), yes
}

// inWords says of a connection that ended what happened: people read it.
func inWords(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("the connection ended without a reply: %w", err)
	}
	return err
}

// read reads a reply, whatever it says.
func (c *conn) read() (code int, text string, err error) {
	code, c.text, err = readReply(c.in, c.text[:0])
	return code, string(c.text), err
}

// said gives a reply as data.
func said(stage verdict.Stage, code int, text string) verdict.Reply {
	enhanced, text := verdict.Split(text)
	return verdict.Reply{Stage: stage, Code: code, Enhanced: enhanced, Text: clean(text)}
}

// clean makes a server's text fit for a log, a database and a terminal: one
// line, no control or format characters, at most maxText bytes.
func clean(s string) string {
	if plain(s) {
		return s
	}
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.Map(func(c rune) rune {
		switch {
		case unicode.IsSpace(c):
			return ' '
		case unicode.IsControl(c), unicode.Is(unicode.Cf, c): // Cf: bidi marks among them
			return -1
		}
		return c
	}, s)
	s = strings.Join(strings.Fields(s), " ")
	if len(s) <= maxText {
		return s
	}
	cut := maxText - len("…")
	for !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}

// plain tells whether clean would change nothing. Nearly every reply is.
func plain(s string) bool {
	if len(s) > maxText {
		return false
	}
	space := true // two in a row, and one at either end, are changed
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' || space && s[i] == ' ' {
			return false
		}
		space = s[i] == ' '
	}
	return !space || s == ""
}
