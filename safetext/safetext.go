// Package safetext knows the characters that act instead of being shown: a terminal
// obeys them, and in a mail they make text read as something else. What people and
// servers have written passes here before it's shown, logged or put into a header.
package safetext

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// IsUnsafe tells whether a character acts instead of being shown: the controls of
// ECMA-48 (C0 and C1, so line ends and tabs too), the line and paragraph separators
// (U+2028, U+2029), what turns the direction of the text after it ([IsTurning]), and
// the marks around annotations (U+FFF9 to U+FFFB). Plain direction marks, which
// names in Arabic or Hebrew need, are safe.
func IsUnsafe(c rune) bool {
	return unicode.IsControl(c) || c == '\u2028' || c == '\u2029' || IsTurning(c) || c >= '\ufff9' && c <= '\ufffb'
}

// IsTurning tells whether a character turns the direction of the text after it: the
// explicit embeddings and overrides of UAX #9 (LRE to RLO), and its isolates.
func IsTurning(c rune) bool { return c >= '\u202a' && c <= '\u202e' || IsIsolate(c) }

// IsIsolate tells whether a character begins or ends a run of text with a direction
// of its own (UAX #9, LRI to PDI). Such a run is harmless once it's closed.
func IsIsolate(c rune) bool { return c >= '\u2066' && c <= '\u2069' }

// Visible writes unsafe characters as escapes, such as \u001b. Line ends and tabs
// stay. In JSON such an escape means the same as the character.
func Visible(s string) string {
	if !strings.ContainsFunc(s, isEscaped) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		c, size := utf8.DecodeRuneInString(s[i:])
		if isEscaped(c) {
			fmt.Fprintf(&b, `\u%04x`, c)
		} else {
			b.WriteString(s[i : i+size]) // also what isn't UTF-8
		}
		i += size
	}
	return b.String()
}

func isEscaped(c rune) bool { return c != '\n' && c != '\t' && IsUnsafe(c) }
