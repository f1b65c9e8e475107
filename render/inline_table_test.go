package render

import (
	"regexp"
	"strings"
	"testing"
)

// What a mail program can't scroll has to fit on a phone: a table's width is a class,
// and words of one with too many of them may break.
func TestTablesFitWhereNothingScrolls(t *testing.T) {
	tableTag := regexp.MustCompile(`<table[^>]*>`)
	row := func(cells ...string) string {
		return "<table><tr><td>" + strings.Join(cells, "</td><td>") + "</td></tr></table>"
	}
	for name, c := range map[string]struct {
		table, class string
		breaks       bool
	}{
		"two columns":          {row("one", "two"), `class="k w"`, false},
		"three narrow ones":    {row("one", "two", "three"), `class="k w w240"`, false},
		"three wide ones":      {row("some words of text", "and some more of it", "and still some more"), `class="k w w512"`, false},
		"many":                 {row("January", "February", "March", "April", "May", "June"), `class="k w w400 wn"`, true},
		"a long word":          {row("--ignore-certificate-errors-of-that-list", "x"), `class="k w"`, false},
		"one that can't break": {row("ignorecertificateerrorsofthatlist", "notanumberatall"), `class="k w wn"`, true},
		"one with parts":       {row("ignoreCertificateErrorsOfThatList", "notANumberAtAll"), `class="k w"`, false},
		"a little too wide":    {row("some words of it", "and some more", "and still some more", "words"), `class="k w w512"`, false},

		"Chinese": {row("自己的錯誤要自己承認然後", "再繼續往前走下去", "自己的錯誤要自己承認然後"), `class="k w w512"`, false},
	} {
		got, err := testInliner("en", "ltr", "").inline(c.table)
		if err != nil {
			t.Fatal(err)
		}
		tag := tableTag.FindString(got)
		if !strings.Contains(tag, c.class) || strings.Contains(tag, "min-width") || strings.Contains(tag, "word-break:normal") == c.breaks {
			t.Errorf("%s: %s, want %s, breaks %t", name, tag, c.class, c.breaks)
		}
	}
}
