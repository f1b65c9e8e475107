package letter

import (
	"errors"
	"strings"
	"testing"

	"dailytip/locale"
	"dailytip/tips"
)

// Lint doesn't compose the mails that surely fit. Then what is around a text, in any
// language, has at most what is said, and no text is passed over that is cut.
func TestWhatSurelyFitsDoes(t *testing.T) {
	n := newsletter()
	n.Title, n.PostalAddress = strings.Repeat("Tips & ", 40), strings.Repeat("1 “Example” Street\n", 40)
	for _, lang := range locale.Languages() {
		tip := tips.Tip{ID: "a", Path: "a.md", Title: "A", Body: "B", Language: lang}
		l, err := Compose(n, content(tip), lang)
		if err != nil {
			t.Fatal(err)
		}
		if around := n.around(); l.size > around {
			t.Errorf("%s: %d bytes around a text, said to be at most %d", lang, l.size, around)
		}
	}
	n = newsletter()
	for _, line := range []string{"word `code` *word*\n\n", "- [a](https://example.com/a)\n", "| a | b |\n|---|---|\n| c | d |\n\n", "> - a\n\n", "&&&&&&&&\n"} {
		surely, fit, cut := 0, 0, 0
		for size := 1; size < 2000; size = size*5/4 + 1 {
			tip := tips.Tip{ID: "a", Path: "a.md", Title: "A", Body: strings.Repeat(line, size)}
			l, err := Compose(n, content(tip), "")
			if err != nil {
				t.Fatal(err)
			}
			if n.surelyFits(tip, "") {
				surely++
			}
			if n.fits(tip, "") {
				fit++
			}
			if !l.Shortened {
				continue
			}
			cut++
			if faults := Check(n, tip); len(faults) != 1 || !errors.Is(faults[0], ErrShortened) {
				t.Errorf("%d times %q: %v", size, line, faults)
			}
			break // what is longer is cut, too
		}
		if surely == 0 && !strings.Contains(line, "|") || fit <= surely || cut == 0 { // a table is always rendered: it grows faster than its text
			t.Errorf("%q: %d sizes surely fit, %d when rendered, %d are cut", line, surely, fit, cut)
		}
	}
}
