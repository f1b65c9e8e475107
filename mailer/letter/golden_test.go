package letter

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// After a change that is meant: go test ./mailer/letter -run Golden -update,
// and look at the mails again.
var update = flag.Bool("update", false, "write testdata/golden")

// goldenWhole are the mails that are compared whole. Of the others, which have the same
// shell around them, it's what is inside.
var goldenWhole = []string{
	"bare.en", "confirm.en", "confirm.ja", "pictures.en", "say-it.ar", "say-it.en", "say-it.fallback-de", "say-it.zh-CN",
	"weekly.ar", "weekly.en", "welcome.ar", "welcome.en",
}

// TestGolden compares the gallery with what a person has looked at.
func TestGolden(t *testing.T) {
	dir := filepath.Join("testdata", "golden")
	want := map[string]bool{}
	for name, l := range gallery(t) {
		html, text := string(l.page.Card)+"\n", l.text.card
		if slices.Contains(goldenWhole, name) {
			html, text = l.HTML(), l.Text()
		}
		for ext, part := range map[string]string{".html": html, ".txt": text} {
			path := filepath.Join(dir, name+ext)
			want[path] = true
			if *update {
				if err := os.WriteFile(path, []byte(part), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			compareGolden(t, path, part)
		}
	}
	found, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range found {
		if !want[path] {
			t.Errorf("%s belongs to no mail of the gallery", path)
		}
	}
}

// compareGolden shows the first line that differs.
func compareGolden(t *testing.T, path, part string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Errorf("%v (run with -update)", err)
		return
	}
	if part == string(data) {
		return
	}
	got, want := strings.Split(part, "\n"), strings.Split(string(data), "\n")
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			same := 0
			for same < min(len(got[i]), len(want[i])) && got[i][same] == want[i][same] {
				same++
			}
			from := max(0, same-40)
			t.Errorf("%s, line %d: %q, want %q", path, i+1, got[i][from:min(len(got[i]), same+80)], want[i][from:min(len(want[i]), same+80)])
			return
		}
	}
	t.Errorf("%s: %d lines, want %d", path, len(got), len(want))
}
