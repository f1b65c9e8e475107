package store

import "strings"

// Text is a text as both engines keep it. PostgreSQL takes neither zero bytes nor what
// isn't UTF-8, and no reply of a server is to keep what came with it from being written.
func Text(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
}
