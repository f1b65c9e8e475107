package subscribers

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"dailytip/mailaddr"
)

// Address is a mailbox in the form that SMTP takes: the local part as written,
// the domain in ASCII (RFC 5890) and lower case.
type Address string

// UTF8 tells whether a relay needs SMTPUTF8 (RFC 6531) for the address.
func (a Address) UTF8() bool {
	return strings.ContainsFunc(string(a), func(r rune) bool { return r > unicode.MaxASCII })
}

// Key is what makes two addresses the same for us. The local part is compared
// without case: RFC 5321 §2.4 lets a host tell case apart, and none does.
func (a Address) Key() string { return strings.ToLower(string(a)) }

// ParseAddress reads a bare address, such as a form or a CSV file holds. It
// refuses what RFC 5321 §4.5.3.1 limits (64 octets before the @, 254 in all),
// quoted local parts, address literals and anything that could break a header.
func ParseAddress(s string) (Address, error) {
	s = norm.NFC.String(strings.TrimSpace(s)) // RFC 6532 §3.1: é is one letter, however it's written
	if s == "" {
		return "", errors.New("the address is empty; write one like ana@example.com")
	}
	if !utf8.ValidString(s) {
		return "", fmt.Errorf("address %q isn't valid UTF-8", s)
	}
	for _, r := range s {
		if r == utf8.RuneError { // what a broken encoding leaves behind
			return "", fmt.Errorf("address %q holds a character that was lost on the way; write it anew", s)
		}
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return "", fmt.Errorf("address %q holds the control character %U; remove it", s, r)
		}
		if unicode.IsSpace(r) || strings.ContainsRune(`"(),:;<>[\]`, r) {
			return "", fmt.Errorf("address %q holds %q, which an address can't; write just the address, like ana@example.com", s, r)
		}
	}
	local, domain, ok := strings.Cut(s, "@")
	if c := strangerBefore(local); c != 0 && ok {
		return "", fmt.Errorf("address %q holds %q (%U), which isn't a letter; remove it", s, c, c)
	}
	switch {
	case !ok:
		return "", fmt.Errorf("address %q has no @; write one like ana@example.com", s)
	case strings.Contains(domain, "@"):
		return "", fmt.Errorf("address %q has more than one @", s)
	case local == "" || strings.HasPrefix(local, ".") || strings.HasSuffix(local, ".") || strings.Contains(local, ".."):
		return "", fmt.Errorf("address %q: the part before the @ is empty or has a misplaced dot", s)
	case len(local) > 64:
		return "", fmt.Errorf("address %q: the part before the @ has %d octets; at most 64 are allowed", s, len(local))
	}
	if c := mailaddr.Routing(local); c != 0 {
		return "", fmt.Errorf("address %q holds a %c, with which old relays pass mail on to somewhere else; write the address itself", s, c)
	}
	ascii, err := ParseDomain(domain)
	if err != nil {
		return "", fmt.Errorf("address %q: %w", s, err)
	}
	a := Address(local + "@" + ascii)
	if len(a) > 254 {
		return "", fmt.Errorf("address %q has %d octets; at most 254 are allowed", s, len(a))
	}
	return a, nil
}

// strangerBefore is the first character before the @ that is beyond ASCII and neither
// a letter nor a digit, or 0: a quotation mark that a word processor put there is
// allowed (RFC 6531 §3.3), and nobody's.
func strangerBefore(local string) rune {
	for _, r := range local {
		if r > unicode.MaxASCII && !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r) {
			return r
		}
	}
	return 0
}
