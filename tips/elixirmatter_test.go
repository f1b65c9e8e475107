package tips

import (
	"slices"
	"testing"
)

// The front matter of NimblePublisher is a map of Elixir.
func TestFrontMatterOfElixir(t *testing.T) {
	const text = "%{\n  version: \"2.4.0\",\n  title: \"Say \\\"no\\\", kindly\",\n  excerpt: \"\"\"\n  One: a line.\n  title: \"not this\"\n  \"\"\",\n  tags: ~w(trust people),\n  author: \"A. Writer\",\n  date: ~D[2024-01-28]\n}\n---\n\nAsk first.\n"
	tip, faults, ok := Parse("a.md", []byte(text))
	if !ok || tip.Title != `Say "no", kindly` || tip.Body != "Ask first." || tip.Author != "A. Writer" || !slices.Equal(tip.Tags, []string{"trust", "people"}) {
		t.Errorf("%t, %+v, %v", ok, tip, faults)
	}
	if got := tip.Created.Format("2006-01-02"); got != "2024-01-28" {
		t.Errorf("created %s", got)
	}
	tip, _, _ = Parse("a.md", []byte("%{\n  \"title\" => \"Ask\",\n  tags: [\"a\", :b]\n}\n---\nText.\n"))
	if tip.Title != "Ask" || !slices.Equal(tip.Tags, []string{"a", "b"}) {
		t.Errorf("%+v", tip)
	}
	if _, faults, ok := Parse("a.md", []byte("%{\n  title: \"Ask\"\n}\n\nText.\n")); ok || len(faults) == 0 || faults[0].Rule != RuleFrontMatterOpen {
		t.Errorf("without dashes: %t, %v", ok, faults)
	}
	if tip, _, ok := Parse("a.md", []byte("# Maps\n\n%{a: 1} is a map.\n")); !ok || tip.Title != "Maps" {
		t.Errorf("%+v", tip)
	}
}
