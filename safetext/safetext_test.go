package safetext_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"dailytip/safetext"
)

func TestVisible(t *testing.T) {
	for s, want := range map[string]string{
		"plain\ttext\n":                 "plain\ttext\n",
		"שלום\u200f \u200eמ\u061c":      "שלום\u200f \u200eמ\u061c",
		"می\u200cخواهم":                 "می\u200cخواهم",
		"\x1b[31m\r\x7f":                `\u001b[31m\u000d\u007f`,
		"\u202e\u2066\u0085":            `\u202e\u2066\u0085`,
		"a\u2028b\u2029c\ufff9d\ufffbe": `a\u2028b\u2029c\ufff9d\ufffbe`,
		"not UTF-8 \xff\x1b \xe2":       "not UTF-8 \xff\\u001b \xe2",
	} {
		if got := safetext.Visible(s); got != want {
			t.Errorf("%q: %q, want %q", s, got, want)
		}
	}
}

// Nothing that acts is left, and in JSON the text means what it did.
func FuzzVisible(f *testing.F) {
	f.Add("a\x1b]0;x\x07\u009b2J\u202eb")
	f.Add("\u2028\ufffa\n\t\xff")
	f.Fuzz(func(t *testing.T, s string) {
		got := safetext.Visible(s)
		if strings.ContainsFunc(got, func(c rune) bool { return c != '\n' && c != '\t' && safetext.IsUnsafe(c) }) {
			t.Errorf("%q: %q", s, got)
		}
		if utf8.ValidString(s) {
			encoded, err := json.Marshal(s)
			if err != nil {
				t.Fatal(err)
			}
			var back string
			if err := json.Unmarshal([]byte(safetext.Visible(string(encoded))), &back); err != nil || back != s {
				t.Errorf("%q became %q in JSON: %v", s, back, err)
			}
		}
	})
}
