package bounces

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// Whatever comes, a message is read: each finding has a class, an address that
// is one or none, and a reply that fits on a line.
func FuzzRead(f *testing.F) {
	files, err := filepath.Glob("testdata/*.eml")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Add([]byte("From: <>\n\n\"@\"@a.b \\x{110000} 550"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		found := Read(raw)
		if len(found) == 0 || len(found) > mostGroups {
			t.Fatalf("%d findings", len(found))
		}
		for _, x := range found {
			local, domain, ok := strings.Cut(x.Recipient, "@")
			if x.Recipient != "" && (!ok || local == "" || !strings.Contains(domain, ".") || len(x.Recipient) > 320) {
				t.Errorf("recipient %q", x.Recipient)
			}
			if !slices.Contains(Classes, x.Class) {
				t.Errorf("class %q", x.Class)
			}
			if len(x.Reply) > mostReply+4 || strings.ContainsAny(x.Reply, "\r\n") || !utf8.ValidString(x.Reply) || !utf8.ValidString(x.Recipient) {
				t.Errorf("reply %q", x.Reply)
			}
			if x.Delayed && x.Action() == Suppress && x.Class == Hard {
				t.Error("a mail that is still on its way ends a subscription")
			}
		}
	})
}

// An mbox loses no bytes, but what is over the bound of a message.
func FuzzEach(f *testing.F) {
	f.Add("From a@example.com Sat Nov 28 07:00:00 2026\nSubject: a\n\nb\n\nFrom c@example.com Sat Nov 28 07:00:01 2026\nSubject: d\n")
	f.Add("Subject: a\n\nFrom b\n")
	f.Fuzz(func(t *testing.T, text string) {
		var all strings.Builder
		if err := Each(strings.NewReader(text), func(_ int, raw []byte) error {
			all.Write(raw)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if all.String() != text {
			t.Errorf("%q became %q", text, all.String())
		}
	})
}
