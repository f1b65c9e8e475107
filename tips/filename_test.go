package tips_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"dailytip/tips"
)

// A file whose name would act in a list or a log is none of the tips; what is said
// of it stands on one line, and the others stay.
func TestNamesThatActAreRefused(t *testing.T) {
	dir := t.TempDir()
	const text = "# A title\n\nText.\n"
	bad := []string{
		"a\ndailytip: no faults.md", "a\rb.md", "esc\x1b[31m.md", "tab\t.md", "inv\xff.md", "c1\u009b31m.md", "\u202egpj.md", "line\u2028end.md", "folder\nname/a.md",
	}
	good := []string{"a b.md", "größe.md", "日本.md", "مرحبا.md", "%2e%2e.md", "👩‍👩‍👧.md"}
	for _, name := range slices.Concat(bad, good) {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Skipf("this file system doesn't take the name %q: %v", name, err)
		}
	}
	l, err := tips.Open(dir, tips.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(l.Tips()); n != len(good) {
		t.Errorf("%d tips, want %d", n, len(good))
	}
	refused := 0
	for _, f := range l.Faults() {
		if f.Rule != tips.RuleUnreadable {
			continue
		}
		refused++
		if !utf8.ValidString(f.String()) || strings.ContainsAny(f.String(), "\n\r\t\x1b\u009b\u202e\u2028") || !strings.Contains(f.Message, "rename the file") {
			t.Errorf("%q", f.String())
		}
	}
	if refused != len(bad) {
		t.Errorf("%d were refused, want %d", refused, len(bad))
	}
}
