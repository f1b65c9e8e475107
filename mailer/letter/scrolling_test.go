package letter

import (
	"strings"
	"testing"

	"dailytip/tips"
)

// The styles of what scrolls are only in mails that have it, and only for programs
// that can: elsewhere code wraps and tables fit.
func TestStylesOfWhatScrolls(t *testing.T) {
	for body, want := range map[string][3]bool{ // shade, of a tinted box, of a wide table
		"Text.":                           {},
		"```\ncode\n```":                  {true, true, false},
		"| a | b |\n|---|---|\n| 1 | 2 |": {true, false, false},
		"| a | b | c |\n|---|---|---|\n| one | two | three |":         {true, false, true},
		"> [!NOTE]\n>\n> | a | b |\n> |---|---|\n> | 1 | 2 |\n\nText": {true, true, false},
	} {
		l, err := Compose(newsletter(), content(tips.Tip{ID: "a", Path: "a.md", Title: "A", Body: body}), "en")
		if err != nil {
			t.Fatal(err)
		}
		mail := l.HTML()
		if got := [3]bool{strings.Contains(mail, " local"), strings.Contains(mail, ".t.q"), strings.Contains(mail, ".w240{")}; got != want {
			t.Errorf("%s: %v, want %v", body, got, want)
		}
		if strings.Contains(mail, "min-width:1px") || strings.Contains(mail, `min-width:240px"`) {
			t.Errorf("%s: something scrolls everywhere", body)
		}
	}
}
