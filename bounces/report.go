package bounces

import (
	"regexp"
	"strconv"
	"strings"
)

// group is what a delivery report says of one recipient (RFC 3464 §2.3).
type group struct {
	final, original string // addresses, "" when there was none
	action          string // in lower case: "failed", "delayed", "delivered"
	status          string // as it stands: "5.1.1 (no such user)"
	diagnostic      string // without its type: "550 5.1.1 no such user"
}

// The fields that belong to one recipient; the others are about the mail.
const (
	finalField      = "final-recipient"
	originalField   = "original-recipient"
	actionField     = "action"
	statusField     = "status"
	diagnosticField = "diagnostic-code"
)

// mostGroups bounds what one report may name.
const mostGroups = 1000

// groups reads the fields of a delivery report wherever they stand: in the
// part that is made for them, or in the text of a mail whose parts were lost.
func (m *message) groups() []group {
	var found []group
	for _, p := range m.parts {
		text := p.text
		if !strings.Contains(strings.ToLower(text), "-recipient") {
			continue
		}
		if !strings.HasSuffix(p.kind, "delivery-status") {
			text, _ = cutOriginal(text)
		}
		found = append(found, readGroups(text)...)
		if len(found) > mostGroups {
			return found[:mostGroups]
		}
	}
	return found
}

func readGroups(text string) []group {
	var found []group
	fields := map[string]string{}
	last := ""
	flush := func() {
		g := group{
			final: recipientOf(fields[finalField]), original: recipientOf(fields[originalField]),
			action: strings.ToLower(firstWord(fields[actionField])),
			status: fields[statusField], diagnostic: withoutType(fields[diagnosticField]),
		}
		if (fields[finalField] != "" || fields[originalField] != "") && (g.action != "" || g.status != "" || g.diagnostic != "") {
			found = append(found, g)
		}
		clear(fields)
		last = ""
	}
	for line := range strings.Lines(text) {
		switch {
		case strings.TrimSpace(line) == "":
			flush()
			continue
		case (line[0] == ' ' || line[0] == '\t') && last != "":
			if len(fields[last]) < mostValue {
				fields[last] += " " + strings.TrimSpace(line)
			}
			continue
		}
		bytes, value, ok := cutField([]byte(strings.TrimSpace(line)))
		if !ok {
			last = ""
			continue
		}
		name := strings.ToLower(string(bytes))
		switch name {
		case finalField, originalField, actionField, statusField, diagnosticField:
			if _, again := fields[name]; again {
				if len(found) >= mostGroups {
					return found
				}
				if name == finalField || name == actionField { // the next one, and no empty line before it
					flush()
				} else {
					last = ""
					continue
				}
			}
			fields[name] = string(value)
		}
		last = name
	}
	flush()
	return found
}

// recipientOf reads "rfc822; ada@example.com" (RFC 3464 §2.3.1) and the
// internationalised "utf-8; \x{E9}@example.com" (RFC 6533 §3).
func recipientOf(value string) string {
	kind, address, ok := strings.Cut(value, ";")
	if !ok {
		address = value
	}
	if strings.EqualFold(strings.TrimSpace(kind), "utf-8") {
		address = escaped.ReplaceAllStringFunc(address, func(s string) string {
			code, err := strconv.ParseInt(s[3:len(s)-1], 16, 32)
			if err != nil {
				return s
			}
			return string(rune(code))
		})
	}
	return firstAddress(address)
}

var escaped = regexp.MustCompile(`\\x\{[0-9A-Fa-f]{2,6}\}`)

// withoutType takes "smtp;" from the front (RFC 3464 §2.3.6).
func withoutType(diagnostic string) string {
	kind, text, ok := strings.Cut(diagnostic, ";")
	if ok && !strings.ContainsAny(strings.TrimSpace(kind), " \t:<(") {
		return strings.TrimSpace(text)
	}
	return diagnostic
}

func firstWord(s string) string {
	word, _, _ := strings.Cut(strings.TrimSpace(s), " ")
	word, _, _ = strings.Cut(word, "(")
	return word
}
