package relay

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"dailytip/verdict"
)

// maxAddress is the longest address, in bytes (RFC 5321 §4.5.3.1.3, less the
// brackets).
const maxAddress = 254

// Envelope is one message for one recipient.
type Envelope struct {
	// From is the return path, "" for the null path; To the recipient. Plain
	// addresses without brackets; an internationalised domain is sent in its
	// ASCII form.
	From, To string
	// Data are the bytes of an RFC 5322 message with CRLF line ends. They are
	// not changed.
	Data []byte
	// Wanted is asked when the server waits for the message; false takes it
	// back. nil: it's always wanted.
	Wanted func() bool
}

// message is an envelope that was found fit for the wire.
type message struct {
	from, to string
	utf8     bool // an address needs SMTPUTF8 (RFC 6531)
	eightBit bool // needs 8BITMIME
	data     []byte
	wanted   func() bool
}

// check looks at an envelope before any connection is touched. The refusals
// blame whom they must: a sender or a message is our fault, a recipient's
// address is the recipient's.
func (e Envelope) check() (*message, *verdict.Reply) {
	m := &message{data: e.Data, wanted: e.Wanted}
	var err error
	if e.From != "" {
		if m.from, err = address(e.From); err != nil {
			return nil, own(verdict.MailFrom, 501, "5.1.7", "return path %q: %v", e.From, err)
		}
	}
	if m.to, err = address(e.To); err != nil {
		return nil, own(verdict.RcptTo, 501, "5.1.3", "recipient %q: %v", e.To, err)
	}
	if !fit(e.Data) {
		return nil, own(verdict.Data, 554, "5.6.0", "the message is damaged: %v", damage(e.Data))
	}
	m.eightBit = eightBit(e.Data)
	m.utf8 = !ascii(m.from) || !ascii(m.to)
	return m, nil
}

// size is what goes between DATA and the dot, dot-stuffing undone, in bytes.
func (m *message) size() int {
	if n := len(m.data); m.data[n-1] != '\n' {
		return n + 2
	}
	return len(m.data)
}

// NotSent begins the text of a reply that is ours: what it is about wasn't shown to a
// server.
const NotSent = "not sent: "

// own is a refusal of ours, with the codes a server would give.
func own(stage verdict.Stage, code int, enhanced, format string, args ...any) *verdict.Reply {
	return &verdict.Reply{Stage: stage, Code: code, Enhanced: enhanced, Text: clean(NotSent + fmt.Sprintf(format, args...))}
}

// address gives an address as it goes on the wire: the domain in its ASCII
// form (RFC 5891), the local part as it is. It isn't a parser: it refuses what
// could end the command early or begin another (RFC 5321 §4.1.2).
func address(s string) (string, error) {
	if !utf8.ValidString(s) {
		return "", fmt.Errorf("not UTF-8")
	}
	if len(s) > maxAddress {
		return "", fmt.Errorf("longer than %d bytes", maxAddress)
	}
	at := strings.LastIndexByte(s, '@')
	if at < 1 || at == len(s)-1 {
		return "", fmt.Errorf("not of the form name@domain")
	}
	local, domain := s[:at], s[at+1:]
	quoted := len(local) > 1 && local[0] == '"' && local[len(local)-1] == '"'
	for i := range len(local) {
		if c := local[i]; c < ' ' || c == 0x7f || !quoted && (c == ' ' || c == '<' || c == '>' || c == '"') {
			return "", fmt.Errorf("character %q isn't allowed in it", c)
		}
	}
	if quoted && !closed(local) {
		return "", fmt.Errorf("a quote in the middle")
	}
	for i := range len(domain) {
		if c := domain[i]; c <= ' ' || c == 0x7f || strings.IndexByte("<>\"(),;\\", c) >= 0 {
			return "", fmt.Errorf("character %q isn't allowed in its domain", c)
		}
	}
	if ascii(domain) {
		return s, nil
	}
	domain, err := idna.Lookup.ToASCII(domain)
	if err != nil {
		return "", fmt.Errorf("its domain can't be written in ASCII: %w", err)
	}
	if s = local + "@" + domain; len(s) > maxAddress {
		return "", fmt.Errorf("longer than %d bytes in ASCII", maxAddress)
	}
	return s, nil
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
