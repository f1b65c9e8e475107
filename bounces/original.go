package bounces

import (
	"regexp"
	"strings"
)

// cutOriginal cuts a text where the mail that came back begins.
func cutOriginal(text string) (report, original string) {
	at, lines := 0, 0
	for line := range strings.Lines(text) {
		if lines++; lines > mostLines {
			return text[:at], ""
		}
		if at > 0 && len(line) < mostLine && originalBegins.MatchString(line) {
			return text[:at], text[at:]
		}
		at += len(line)
	}
	return text, ""
}

// originalBegins knows the line that stands above the mail that came back, or
// the first lines of its header.
var originalBegins = regexp.MustCompile(`(?im)^(?:` +
	`[\s>|*=_:-]*(?:a copy of the original message|attachment is a copy|message contains \[|mensaje original|below this line is|(?:this|here|below|included|enclosed|attached) is a copy|message headers? follows?|(?:the )?(?:original|returned|unsent|rejected|undelivered) (?:message|mail)(?: headers?| info(?:rmation)?| follows?)?[^\pL\n]*$|message text follows|the header of the original message|message header follows|start of (?:the )?(?:original|returned))` +
	`|>?[ \t]?(?:received|return-path|dkim-signature|domainkey-signature|arc-seal|mime-version|x-originating-ip|message-id)[ \t]*:)`)

// returned gives the first address in a field of the mail that came back.
func (m *message) returned(field string) string {
	if m.original != nil {
		return m.original.address(field)
	}
	original := m.rest
	for range 40 {
		h, rest := cutHeader([]byte(original))
		if address := h.address(field); address != "" {
			return address
		}
		_, after := cutLine(rest)
		if original = string(after); original == "" {
			break
		}
	}
	return ""
}
