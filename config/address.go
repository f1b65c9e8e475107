package config

import (
	"errors"
	"fmt"
	"net/mail"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"dailytip/mailaddr"
	"dailytip/safetext"
)

// dotAtom is RFC 5322 §3.2.3: the local part that needs no quotes.
var dotAtom = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$")

// parseAddress reads one sender of ours; "" is the zero address. Our own
// addresses must work with every relay, so their local part is ASCII (RFC 6531
// would need SMTPUTF8 at each hop) and needs no quotes.
func parseAddress(s string) (mail.Address, error) {
	if strings.TrimSpace(s) == "" {
		return mail.Address{}, nil
	}
	if i := strings.IndexFunc(s, safetext.IsUnsafe); i >= 0 {
		return mail.Address{}, errors.New("holds a line break or another control character; write name and address on one line")
	}
	a, err := mail.ParseAddress(s)
	if err != nil {
		switch {
		case strings.Count(s, "@") > 1 && strings.Contains(s, ","):
			return mail.Address{}, errors.New("holds several addresses; write one")
		case strings.Contains(s, "<") && !strings.Contains(s, `"`):
			return mail.Address{}, errors.New(`isn't a mail address; write Name <name@example.com>, and quote a name that has commas, dots or brackets: '"Name, Inc." <name@example.com>'`)
		}
		return mail.Address{}, errors.New("isn't a mail address; write name@example.com or Name <name@example.com>")
	}
	local, domain, _ := cutLast(a.Address, "@")
	switch {
	case !dotAtom.MatchString(local):
		return mail.Address{}, errors.New("has characters before the @ that many relays refuse; write ASCII letters, digits, dots, + and - only")
	case mailaddr.Routing(local) != 0:
		return mail.Address{}, fmt.Errorf("holds a %c, with which old relays pass mail on to somewhere else; write the address itself", mailaddr.Routing(local))
	case len(local) > 64:
		return mail.Address{}, errors.New("has more than 64 characters before the @ (RFC 5321 §4.5.3.1); shorten it")
	}
	ascii, err := hostName(domain)
	if err != nil {
		return mail.Address{}, fmt.Errorf("has no usable domain after the @: %w", err)
	}
	if mailaddr.IsMachine(ascii) {
		return mail.Address{}, fmt.Errorf("has a machine after the @, %s, and no domain; write an address that gets mail from everywhere", ascii)
	}
	// In ASCII everywhere: in headers, in the envelope, in the name of the list,
	// in Message-IDs and in DNS.
	a.Address = local + "@" + ascii
	if len(a.Address) > 254 {
		return mail.Address{}, errors.New("is longer than 254 characters (RFC 5321 §4.5.3.1.3); shorten it")
	}
	if err := checkSenderName(a.Name); err != nil {
		return mail.Address{}, err
	}
	return *a, nil
}

// checkSenderName looks at a name once more when it's decoded: an encoded word
// (RFC 2047) can hide what parseAddress refuses.
func checkSenderName(name string) error {
	switch {
	case !utf8.ValidString(name) || strings.ContainsFunc(name, safetext.IsUnsafe):
		return errors.New("has a name with control characters in it; write it as plain text, in quotes if need be")
	case utf8.RuneCountInString(name) > 100:
		return errors.New("has a name of more than 100 characters; shorten it")
	}
	return nil
}

var hostLabel = regexp.MustCompile(`^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$`)

// hostName returns the ASCII form of a domain (RFC 5891), in lower case.
func hostName(s string) (string, error) {
	ascii, err := idna.Lookup.ToASCII(strings.TrimSuffix(s, "."))
	if err != nil {
		return "", fmt.Errorf("%q isn't a domain name; write one such as example.com", clip(s))
	}
	if len(ascii) > 253 {
		return "", errors.New("a domain name has at most 253 characters")
	}
	for label := range strings.SplitSeq(ascii, ".") {
		if !hostLabel.MatchString(label) {
			return "", fmt.Errorf("%q isn't a domain name; write one such as example.com", clip(s))
		}
	}
	return ascii, nil
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}
