package tips

import (
	"slices"
	"testing"
)

// A page of Logseq has its front matter as lines of its own.
func TestPropertiesOfAPage(t *testing.T) {
	tip, faults, ok := Parse("a.md", []byte("title:: Ask [[early]]\ntags:: #people, [[hard talks]], trust\nlink:: https://example.com/a\npublic:: true\n\n- Ask on the first day.\n"))
	if !ok || len(faults) > 0 {
		t.Fatal(ok, faults)
	}
	if tip.Title != "Ask early" || tip.Link != "https://example.com/a" || tip.Draft || tip.Body != "- Ask on the first day." ||
		!slices.Equal(tip.Tags, []string{"people", "hard talks", "trust"}) {
		t.Errorf("%+v", tip)
	}
	for text, draft := range map[string]bool{
		"public:: false\n- A": true, // never sent
		"rating:: 5\n\nText":  false, "std::move:: of it\nText": false, "title:: a\nand so on": false,
	} {
		if tip, _, _ := Parse("a.md", []byte(text)); tip.Draft != draft {
			t.Errorf("%q: a draft: %t", text, tip.Draft)
		}
	}
	if tip, _, _ := Parse("a.md", []byte("rating:: 5\n\nText")); tip.Body != "rating:: 5\n\nText" {
		t.Errorf("text was taken for properties: %q", tip.Body)
	}
}
