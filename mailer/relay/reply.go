package relay

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"time"

	"dailytip/verdict"
)

// maxReply is the most that one reply may have, in bytes. A line of it may fill
// the reader's buffer (4 KiB); RFC 5321 §4.5.3.1.5 allows 512 bytes.
const maxReply = 64 << 10

var (
	errReply     = errors.New("the server's reply isn't one of SMTP")
	errLongReply = errors.New("the server's reply has no end")
)

// readReply reads one reply (RFC 5321 §4.2): its code, 200–599, and its text
// without the codes, the lines joined by LF, which is appended to buf. A line
// may end with LF alone, and have no text (RFC 5321 §4.2.1).
func readReply(r *bufio.Reader, buf []byte) (code int, text []byte, err error) {
	for size := 0; ; {
		line, err := r.ReadSlice('\n')
		size += len(line)
		switch {
		case errors.Is(err, bufio.ErrBufferFull), size > maxReply:
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

// expect reads the reply to a command. true: it is the yes that belongs there.
// Afterwards lost says whether the connection can still be used: a farewell
// (RFC 5321 §3.8), no reply, and one that makes no sense there end it.
func (c *conn) expect(stage verdict.Stage) (verdict.Answer, bool) {
	limit := c.o.Timeout
	if stage == verdict.Dot {
		limit = c.o.DotTimeout
	}
	code, text, err := c.read(limit)
	if err != nil {
		c.lost = true
		return verdict.Answer{Stage: stage, Err: err}, false
	}
	yes := false
	switch stage {
	case verdict.Dot:
		yes = code/100 == 2
	case verdict.Data:
		yes = code == 354
	default:
		yes = code/10 == 25
	}
	switch {
	case yes && stage != verdict.Dot:
		return verdict.Answer{}, true
	case !yes && code < 400:
		c.lost = true
		return verdict.Answer{Stage: stage, Err: fmt.Errorf("unexpected reply %d %s", code, clean(string(text)))}, false
	case code == 421, code == 503 && stage == verdict.MailFrom:
		// 503 to MAIL speaks of what came before: a server that is out of step.
		c.lost = true
	}
	return said(stage, code, string(text)), yes
}

// read reads a reply, which has come after d at the latest. Its text is valid
// until the next.
func (c *conn) read(d time.Duration) (int, []byte, error) {
	c.reading(d)
	code, text, err := readReply(c.in, c.text[:0])
	c.text = text
	return code, text, err
}

// said gives a reply as data.
func said(stage verdict.Stage, code int, text string) verdict.Answer {
	enhanced, text := verdict.Split(text)
	return verdict.Answer{Stage: stage, Code: code, Enhanced: enhanced, Text: clean(text)}
}
