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
		ok, dots := fit(data)
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
		if got := bytes.HasPrefix(data, []byte(".")) || bytes.Contains(data, []byte("\n.")); got != dots {
			t.Errorf("%q: dots %v", data, dots)
		}
		wire := stuff(nil, data)
		if !dots && !bytes.Equal(wire, data) {
			t.Errorf("%q became %q", data, wire)
		}
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

func BenchmarkPrepare(b *testing.B) {
	line := strings.Repeat("8 KB of a mail, in lines of seventy-six characters, as they come.", 1) + strings.Repeat("=", 10) + "\r\n"
	e := Envelope{From: "b-abcdefgh-0123456789abcdef@bounces.example.com", To: "reader@example.org", Data: []byte("Subject: x\r\n\r\n" + strings.Repeat(line, 8192/len(line)))}
	stuffed := bytes.Clone(e.Data)
	stuffed[len(stuffed)-len(line)] = '.'
	for name, data := range map[string][]byte{"plain": e.Data, "dots": stuffed} {
		b.Run(name, func(b *testing.B) {
			e.Data = data
			var m message
			var buf []byte
			b.ReportAllocs()
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				if m.prepare(e) != nil {
					b.Fatal("refused")
				}
				if buf = buf[:0]; m.dots {
					buf = stuff(buf, data)
				} else {
					buf = append(buf, data...)
				}
			}
		})
	}
}
