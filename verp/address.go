package verp

import (
	"strings"
	"time"
)

// The local parts of our addresses, before the tag. What stands before the sign +
// is the mailbox where a mail server keeps such addresses together.
const (
	returnPrefix      = "bounces+"
	unsubscribePrefix = "unsubscribe+"

	mostLocal = 64 // octets (RFC 5321 §4.5.3.1.1)
)

// ReturnPath is the address that a mail comes back to: the reverse-path of RFC 5321.
func (t *Tags) ReturnPath(m Mail, opened time.Time, domain string) string {
	return string(append(append(t.Append([]byte(returnPrefix), m, opened), '@'), domain...))
}

// CheckReturnPath returns the tag in a return path at the domain, and the mail that
// it names.
func (t *Tags) CheckReturnPath(address, domain string) (tag string, m Mail, ok bool) {
	tag, ok = cutAddress(address, returnPrefix, domain)
	if !ok {
		return "", m, false
	}
	m, ok = t.Check(tag)
	return tag, m, ok
}

// CheckMessageID returns the tag in a Message-ID, with or without its brackets, and
// the mail that it names. The domain may be any: a sender may have had another one.
func (t *Tags) CheckMessageID(id string) (tag string, m Mail, ok bool) {
	id = strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(id), "<"), ">")
	tag, _, _ = strings.Cut(strings.ToLower(id), "@")
	m, ok = t.Check(tag)
	return tag, m, ok
}

// UnsubscribeAddress is the address to which any mail ends a subscription. It works
// for ever, as such a link does (RFC 8058 §3.1), and so each of the keys will do.
func (t *Tags) UnsubscribeAddress(subscription int64, domain string) string {
	keys := *t.keys.Load()
	b := appendSigned([]byte(unsubscribePrefix), keys[len(keys)-1], unsubscribeKind, Mail{Notice: subscription}.append(nil))
	return string(append(append(b, '@'), domain...))
}

// CheckUnsubscribe returns the subscription that an address at the domain ends.
func (t *Tags) CheckUnsubscribe(address, domain string) (subscription int64, ok bool) {
	signed, ok := cutAddress(address, unsubscribePrefix, domain)
	if !ok {
		return 0, false
	}
	name, _ := cutName(signed)
	subscription, ok = parseNumber(name)
	return subscription, ok && t.signed(unsubscribeKind, name, signed)
}

// cutAddress takes what follows a prefix in the local part of an address, in lower
// case.
func cutAddress(address, prefix, domain string) (string, bool) {
	address = strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(address), "<"), ">")
	local, at, _ := strings.Cut(strings.ToLower(address), "@")
	rest, ok := strings.CutPrefix(local, prefix)
	return rest, ok && domain != "" && at == strings.ToLower(domain)
}
