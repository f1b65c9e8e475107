package letter

import "strings"

// isPlainAddress knows the addresses that most people have: dot-atoms in ASCII
// at a domain in lower case. parseAddress returns them as they are.
func isPlainAddress(address string) bool {
	at := strings.IndexByte(address, '@')
	if at < 1 || at > 64 || len(address) > 254 {
		return false
	}
	for i := range at {
		// No dot first, last or beside another (RFC 5322 §3.2.3).
		if c := address[i]; !isAtomByte(c) && (c != '.' || i == 0 || address[i+1] == '.' || address[i+1] == '@') {
			return false
		}
	}
	return isPlainDomain(address[at+1:])
}

// isPlainDomain wants labels of letters, digits and inner hyphens. What might be
// Punycode is left to those who can decode it.
func isPlainDomain(domain string) bool {
	start := 0
	for i := range len(domain) + 1 {
		if i < len(domain) && domain[i] != '.' {
			c := domain[i]
			if ('a' > c || c > 'z') && ('0' > c || c > '9') && c != '-' {
				return false
			}
			continue
		}
		label := domain[start:i]
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' || len(label) > 3 && label[2:4] == "--" {
			return false
		}
		start = i + 1
	}
	return true
}

// isPlainURL knows the addresses of our own pages: a scheme, a host, perhaps a
// port, and a path without anything encoded.
func isPlainURL(address string) bool {
	rest, ok := strings.CutPrefix(address, "https://")
	if !ok {
		rest, ok = strings.CutPrefix(address, "http://")
	}
	slash := strings.IndexByte(rest, '/')
	if !ok || slash < 1 || len(address) > 900 {
		return false
	}
	host, port, colon := strings.Cut(rest[:slash], ":")
	if colon && (port == "" || len(port) > 5 || strings.Trim(port, "0123456789") != "") || !isPlainDomain(host) {
		return false
	}
	for i := slash; i < len(rest); i++ {
		if c := rest[i]; !isLetterOrDigit(c) && c != '/' && c != '-' && c != '_' && c != '.' && c != '~' && c != '?' && c != '=' && c != '&' {
			return false
		}
	}
	return true
}

// isMessageID wants left@right of dot-atoms' characters, at most 250.
func isMessageID(id string) bool {
	at := strings.IndexByte(id, '@')
	if at < 1 || at == len(id)-1 || len(id) > 250 {
		return false
	}
	for i := range at {
		if !isAtomByte(id[i]) && id[i] != '.' {
			return false
		}
	}
	for i := at + 1; i < len(id); i++ {
		if c := id[i]; !isLetterOrDigit(c) && c != '.' && c != '-' {
			return false
		}
	}
	return true
}
