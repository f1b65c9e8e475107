package letter

import (
	"fmt"
	"net/mail"
	"net/url"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"dailytip/safetext"
	"dailytip/tips"
)

// Most values are of the plain kind, and this stands between each recipient and
// the wire: what plain.go knows to be good isn't parsed.

// checkLine refuses a value that could end a header line or hide in it. The
// libraries below don't look: a CR or LF in a preformatted value would start a
// header of the attacker's own.
func checkLine(field, value string) error {
	if !utf8.ValidString(value) {
		return fmt.Errorf("%s is not valid UTF-8", field)
	}
	for _, r := range value {
		if safetext.IsUnsafe(r) && !safetext.IsTurning(r) {
			return fmt.Errorf("%s has a control character (%U)", field, r)
		}
	}
	return nil
}

// checkName is checkLine for a person's name or address, which also may not turn
// the direction of what stands around it.
func checkName(field, value string) error {
	if err := checkLine(field, value); err != nil {
		return err
	}
	for _, r := range value {
		if safetext.IsTurning(r) {
			return fmt.Errorf("%s has a bidirectional control character (%U)", field, r)
		}
	}
	return nil
}

// checkAddress returns the address as it stands in a header: the domain in
// ASCII (RFC 5890). A non-ASCII local part stays as it is: such a message
// needs a relay with SMTPUTF8 (RFC 6531), which is for the sender to know.
func checkAddress(field, address string) (string, error) {
	if isPlainAddress(address) {
		return address, nil
	}
	return parseAddress(field, address)
}

func parseAddress(field, address string) (string, error) {
	if err := checkName(field, address); err != nil {
		return "", err
	}
	parsed, err := mail.ParseAddress("<" + address + ">")
	if err != nil || parsed.Address != address {
		return "", fmt.Errorf("%s %q is no mail address", field, address)
	}
	at := strings.LastIndexByte(address, '@')
	domain, err := idna.Lookup.ToASCII(address[at+1:])
	if err != nil || domain == "" {
		return "", fmt.Errorf("%s %q: %q is no domain", field, address, address[at+1:])
	}
	if len(address[:at]) > 64 || len(address[:at])+1+len(domain) > 254 {
		return "", fmt.Errorf("%s %q is longer than mail allows (RFC 5321 §4.5.3.1)", field, address)
	}
	return address[:at+1] + domain, nil
}

// checkURL wants an absolute web address in ASCII that can stand between angle
// brackets (RFC 2369 §2).
func checkURL(field, address string) error {
	if isPlainURL(address) {
		return nil
	}
	return parseURL(field, address)
}

func parseURL(field, address string) error {
	if len(address) > 900 {
		return fmt.Errorf("%s is longer than a header line may be", field)
	}
	for _, r := range address {
		if r <= ' ' || r >= 0x7F || strings.ContainsRune(`<>",`, r) {
			return fmt.Errorf("%s %q has a character (%U) that must be percent-encoded", field, address, r)
		}
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return fmt.Errorf("%s %q is no http or https address", field, address)
	}
	return nil
}

// check finds what one recipient's values would break. The address it returns
// is the one for the header.
func (r Recipient) check() (address string, err error) {
	if address, err = checkAddress("recipient email", r.Email); err != nil {
		return "", err
	}
	if err := checkName("recipient name", r.Name); err != nil {
		return "", err
	}
	if !isMessageID(r.MessageID) {
		return "", fmt.Errorf("message id %q: want left@right without angle brackets", r.MessageID)
	}
	if r.ReturnPath != "" {
		if _, err := checkAddress("return path", r.ReturnPath); err != nil {
			return "", err
		}
	}
	if r.Date.IsZero() {
		return "", fmt.Errorf("date of the message to %s is missing", r.Email)
	}
	if r.UnsubscribeMailto != "" {
		if _, err := checkAddress("unsubscribe address", r.UnsubscribeMailto); err != nil {
			return "", err
		}
	}
	for _, f := range []struct{ name, url string }{
		{"unsubscribe URL", r.UnsubscribeURL},
		{"preferences URL", r.PreferencesURL},
		{"useful URL", r.UsefulURL},
		{"useless URL", r.UselessURL},
	} {
		if f.url == "" {
			continue
		}
		if err := checkURL(f.name, f.url); err != nil {
			return "", err
		}
	}
	return address, nil
}

// checkTip finds what would break a header or a line of a tip's mail. Its title
// is that of the version in use.
func checkTip(t tips.Tip, title string) error {
	for _, f := range []struct{ name, value string }{
		{"title", title}, {"emoji", t.Emoji}, {"source", t.Source}, {"author", t.Author}, {"link", t.Link},
	} {
		if err := checkLine(f.name+" of tip "+t.ID, f.value); err != nil {
			return err
		}
	}
	return nil
}
