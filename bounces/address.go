package bounces

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// findAddress finds the first address in a text and says where it stands. A
// domain has at least one dot, since we write to no other.
func findAddress(text string) (address string, start, end int) {
	for from := 0; from < len(text); {
		at := strings.IndexByte(text[from:], '@')
		if at < 0 {
			break
		}
		at += from
		start, end = localStart(text, at), domainEnd(text, at+1)
		domain := strings.TrimRight(text[at+1:end], ".-")
		if start < at && strings.Contains(domain, ".") && end-start <= 254 {
			end = at + 1 + len(domain)
			return strings.ToLower(text[start:end]), start, end
		}
		from = at + 1
	}
	return "", 0, 0
}

// firstAddress gives the first address in a text, in lower case, or "".
func firstAddress(text string) string {
	address, _, _ := findAddress(text)
	return address
}

// localStart walks back over a local part (RFC 5321 §4.1.2), also one that
// somebody encoded as a word of RFC 2047.
func localStart(text string, at int) int {
	if at > 1 && text[at-1] == '"' { // a quoted string
		if open := strings.LastIndexByte(text[max(0, at-66):at-1], '"'); open >= 0 {
			return max(0, at-66) + open
		}
		return at
	}
	start := at
	for start > 0 && at-start < 128 {
		r, size := utf8.DecodeLastRuneInString(text[:start])
		if unicode.IsSpace(r) || r == utf8.RuneError || strings.ContainsRune("<>()[]:;,\"'\\@|「」『』、。", r) {
			break
		}
		start -= size
	}
	for start < at && strings.IndexByte("*-.`", text[start]) >= 0 { // a bullet
		start++
	}
	return start
}

func domainEnd(text string, end int) int {
	for first := end; end < len(text) && end-first < 253; {
		r, size := utf8.DecodeRuneInString(text[end:])
		if r == utf8.RuneError || r != '.' && r != '-' && r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) {
			break
		}
		end += size
	}
	return end
}
