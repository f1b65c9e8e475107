package letter

import (
	"strings"
	"testing"

	"dailytip/tips"
)

func TestSourceLine(t *testing.T) {
	for name, c := range map[string]struct {
		link, source, author string
		text, html           string
	}{
		"host":              {"https://www.example.com/a?b=1&c=2", "example.com", "", "Adapted from example.com\nhttps://www.example.com/a?b=1&c=2", `href="https://www.example.com/a?b=1&amp;c=2"`},
		"name":              {"https://example.com/a", "Example Review", "", "Adapted from “Example Review”\nhttps://example.com/a", "“Example Review”</a>"},
		"name with quotes":  {"https://example.com/a", "“Sunk cost”, Wikipedia", "", "Adapted from “Sunk cost”, Wikipedia\nhttps://example.com/a", ">“Sunk cost”, Wikipedia</a>"},
		"author":            {"https://example.com/a", "Example Review", "A. <Writer>", "Adapted from “Example Review”, by A. <Writer>\nhttps://example.com/a", "</a>, by A. &lt;Writer&gt;"},
		"no link":           {"", "Example Review", "", "Adapted from “Example Review”", "Adapted from “Example Review”</p>"},
		"author alone":      {"", "", "A. Writer", "By A. Writer", "By A. Writer</p>"},
		"nothing":           {"", "", "", "", ""},
		"link of no reader": {"javascript:alert(1)", "", "A. Writer", "By A. Writer", "By A. Writer</p>"},
	} {
		tip := tips.Tip{ID: "t", Title: "T", Body: "Body.", Link: c.link, Source: c.source, Author: c.author}
		l, err := Compose(newsletter(), content(tip), "en")
		if err != nil {
			t.Fatal(err)
		}
		if want := strings.TrimRight("Body.\n\n"+c.text, "\n") + "\n\nWas this useful?"; !strings.Contains(l.Text(), want) {
			t.Errorf("%s: want %q in\n%s", name, want, l.Text())
		}
		if !strings.Contains(l.HTML(), c.html) || strings.Contains(l.HTML(), "javascript:") {
			t.Errorf("%s: want %s in the HTML", name, c.html)
		}
		if c.text == "" && strings.Contains(l.Text(), "Adapted") {
			t.Errorf("%s: a source line about nothing", name)
		}
	}
}
