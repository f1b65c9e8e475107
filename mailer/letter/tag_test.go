package letter

import (
	"bytes"
	"strings"
	"testing"
)

// A provider that writes Message-IDs of its own gets the left side of ours in a field
// that it knows, in every kind of mail, made for one reader or by the mail merge.
func TestTagHeader(t *testing.T) {
	n := newsletter()
	for _, name := range []string{"X-PM-Metadata-Mail", ""} {
		n.TagHeader = name
		alert, err := ComposeNotice(n, Notice{Kind: Alert, Subject: "Paused", Text: "The relay is down."})
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range []*Letter{compose1(t, n, "en"), alert} {
			merge := mergeOf(t, l)
			for i := range 3 {
				r := subscriber(i)
				r.MessageID = "abc." + strings.Repeat("x", i) + "@example.com"
				want, err := l.Message(r)
				if err != nil {
					t.Fatal(err)
				}
				got, err := merge.Append(nil, r)
				if err != nil || !bytes.Equal(got, want) {
					t.Errorf("the merge makes other bytes, %v:\n%s", err, got)
				}
				header := name + ": abc." + strings.Repeat("x", i) + "\r\n"
				if has := bytes.Contains(want, []byte(header)); has != (name != "") || name == "" && bytes.Contains(want, []byte("X-PM")) {
					t.Errorf("%q: %s", header, want[:bytes.Index(want, []byte("\r\n\r\n"))])
				}
			}
		}
	}
}
