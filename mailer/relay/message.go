package relay

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"dailytip/verdict"
)

// maxText is how much of a server's text is kept, in bytes.
const maxText = 500

// maxLine is the longest line of a message without its CRLF, in bytes (RFC
// 5322 §2.1.1).
const maxLine = 998

// message is an envelope that was found fit for the wire.
type message struct {
	from, to string
	utf8     bool // needs SMTPUTF8
	eightBit bool // needs 8BITMIME
	data     []byte
}

// prepare checks an envelope before any connection is touched. The refusals
// blame whom they must: a sender or a message is our fault, a recipient's
// address is the recipient's.
func prepare(e Envelope) (message, *verdict.Answer) {
	m := message{data: e.Data, utf8: e.UTF8}
	var err error
	if e.From != "" {
		if m.from, err = address(e.From); err != nil {
			return m, own(verdict.MailFrom, 501, "5.1.7", "return path %q: %v", e.From, err)
		}
	}
	if m.to, err = address(e.To); err != nil {
		return m, own(verdict.RcptTo, 501, "5.1.3", "recipient %q: %v", e.To, err)
	}
	if m.eightBit, err = inspect(e.Data); err != nil {
		return m, own(verdict.Data, 554, "5.6.0", "the message is damaged: %v", err)
	}
	m.utf8 = m.utf8 || !ascii(m.from) || !ascii(m.to)
	return m, nil
}

// own is a refusal of ours, with the codes a server would give.
func own(stage verdict.Stage, code int, enhanced, format string, args ...any) *verdict.Answer {
	return &verdict.Answer{Stage: stage, Code: code, Enhanced: enhanced, Text: clean("not sent: " + fmt.Sprintf(format, args...))}
}

// address gives an address as it goes on the wire: the domain in its ASCII
// form (RFC 5891), the local part as it is. It isn't a parser: it refuses what
// could end the command early or begin another (RFC 5321 §4.1.2).
func address(s string) (string, error) {
	if !utf8.ValidString(s) {
		return "", fmt.Errorf("not UTF-8")
	}
	at := strings.LastIndexByte(s, '@')
	if at < 1 || at == len(s)-1 {
		return "", fmt.Errorf("not of the form name@domain")
	}
	local, domain := s[:at], s[at+1:]
	quoted := len(local) > 1 && local[0] == '"' && local[len(local)-1] == '"'
	for _, c := range local {
		if c < ' ' || c == 0x7f || !quoted && strings.ContainsRune(" <>\"", c) {
			return "", fmt.Errorf("character %q isn't allowed in it", c)
		}
	}
	if quoted && !closed(local) {
		return "", fmt.Errorf("a quote in the middle")
	}
	for _, c := range domain {
		if c <= ' ' || c == 0x7f || strings.ContainsRune("<>\"(),;\\", c) {
			return "", fmt.Errorf("character %q isn't allowed in its domain", c)
		}
	}
	if !ascii(domain) {
		d, err := idna.Lookup.ToASCII(domain)
		if err != nil {
			return "", fmt.Errorf("its domain can't be written in ASCII: %w", err)
		}
		domain = d
	}
	return local + "@" + domain, nil
}

// closed tells whether a quoted local part ends with its last quote only.
func closed(s string) bool {
	for i := 1; i < len(s)-1; i++ {
		switch s[i] {
		case '\\':
			i++
			if i == len(s)-1 {
				return false
			}
		case '"':
			return false
		}
	}
	return true
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// inspect refuses a message that a server might read differently from us (RFC
// 5321 §2.3.8: CR and LF only together) and tells whether it has bytes over
// 127.
func inspect(data []byte) (eightBit bool, err error) {
	begin, line := 0, 1
	for i, c := range data {
		switch {
		case c == '\r' && (i+1 == len(data) || data[i+1] != '\n'):
			return false, fmt.Errorf("line %d has a CR without LF", line)
		case c == '\n':
			if i == 0 || data[i-1] != '\r' {
				return false, fmt.Errorf("line %d ends with LF without CR", line)
			}
			if i-1-begin > maxLine {
				return false, fmt.Errorf("line %d is longer than %d bytes", line, maxLine)
			}
			begin, line = i+1, line+1
		case c == 0:
			return false, fmt.Errorf("line %d has a NUL byte", line)
		case c >= 0x80:
			eightBit = true
		}
	}
	if len(data)-begin > maxLine {
		return false, fmt.Errorf("line %d is longer than %d bytes", line, maxLine)
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return false, fmt.Errorf("it is empty")
	}
	return eightBit, nil
}

// clean makes a server's text fit for a log, a database and a terminal: one
// line, no control or format characters, at most maxText bytes.
func clean(s string) string {
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
