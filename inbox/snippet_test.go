package inbox

import "testing"

// The lines of a wrapped text go on without a blank where its writing has none.
func TestSnippetJoinsLines(t *testing.T) {
	for text, want := range map[string]string{
		"T\n===\n\n先让大家\n都说一句。\n然后再定":   "先让大家都说一句。然后再定",
		"T\n===\n\nSay it\nback  first": "Say it back first",
		"先用\nGit\n再说":                   "先用 Git 再说",
		"실수를\n말하라":                      "실수를 말하라",
	} {
		if got := (view{Text: text}).Snippet(); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
