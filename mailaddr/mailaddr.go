// Package mailaddr owns which mail addresses are refused wherever somebody writes
// one, in the configuration, in a list of readers or on a page: those with which a
// relay passes mail on to somewhere else, and those of machines.
package mailaddr

import "strings"

// Routing is the character in a local part that makes old relays pass the mail on,
// or 0: they take ana%example.org@example.com, and example.org!ana, for an order to
// do so (RFC 5321 appendix F.2 does away with both).
func Routing(local string) rune {
	if i := strings.IndexAny(local, "%!"); i >= 0 {
		return rune(local[i])
	}
	return 0
}

// IsMachine tells whether a domain in ASCII is this machine (RFC 6761 §6.3), or a
// network address in one of the forms that programs take: their last label is a
// number, which no top-level domain is (RFC 3696 §2).
func IsMachine(domain string) bool {
	domain = strings.ToLower(strings.TrimSuffix(domain, "."))
	last := domain[strings.LastIndexByte(domain, '.')+1:]
	if last == "localhost" || last == "localdomain" {
		return true
	}
	hex, isHex := strings.CutPrefix(last, "0x")
	if isHex {
		return strings.Trim(hex, "0123456789abcdef") == ""
	}
	return strings.Trim(last, "0123456789") == ""
}
