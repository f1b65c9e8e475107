package relay

import (
	"bytes"
	"strings"
	"testing"
)

// What is fit is what damage finds nothing in, and what a server reads of it is
// what it was.
func FuzzFit(f *testing.F) {
	for _, s := range []string{
		"a\r\n", "a\n", "a\rb", "\r\n.\r\n", "a", "\r\r\n", "\r\n\r\n.", ".\r\n..\r\na.\r\n", "\n", "\r", "",
		strings.Repeat("x", 998) + "\r\n", strings.Repeat("x", 999), strings.Repeat("é", 20), "a\x00b\r\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		ok := fit(data)
		if err := damage(data); ok != (err == nil) {
			t.Fatalf("%q: fit %v, damage %v", data, ok, err)
		}
		if got := bytes.IndexFunc(data, func(c rune) bool { return c >= 0x80 }) >= 0; got != eightBit(data) {
			t.Fatalf("%q: eightBit %v", data, !got)
		}
		if !ok {
			return
		}
		if bytes.ContainsAny(bytes.ReplaceAll(data, []byte("\r\n"), nil), "\r\n\x00") {
			t.Errorf("%q passed", data)
		}
		wire := stuff(nil, data)
		if bytes.HasPrefix(wire, []byte(".\r\n")) || bytes.Contains(wire, []byte("\n.\r\n")) {
			t.Errorf("%q ends early: %q", data, wire)
		}
		var read []byte // RFC 5321 §4.5.2
		for line := range bytes.SplitAfterSeq(wire, []byte("\n")) {
			read = append(read, bytes.TrimPrefix(line, []byte("."))...)
		}
		if !bytes.Equal(read, data) {
			t.Errorf("%q is read as %q", data, read)
		}
	})
}
