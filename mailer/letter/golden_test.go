package letter

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestGolden compares two whole letters with what a person has looked at. After
// a change that is meant, look again and run UPDATE_GOLDEN=1 go test -run Golden.
func TestGolden(t *testing.T) {
	for name, part := range map[string]string{
		"say-it.zh-CN.txt": compose1(t, newsletter(), "zh-CN").Text(),
		"say-it.ar.html":   compose1(t, newsletter(), "ar").HTML(),
	} {
		path := filepath.Join("testdata", "golden", name)
		if os.Getenv("UPDATE_GOLDEN") != "" {
			if err := os.WriteFile(path, []byte(part), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if part == string(want) {
			continue
		}
		got, expected := strings.Split(part, "\n"), strings.Split(string(want), "\n")
		for i := range min(len(got), len(expected)) {
			if got[i] != expected[i] {
				t.Errorf("%s, line %d:\n%s\nwant:\n%s", name, i+1, got[i], expected[i])
				break
			}
		}
		t.Errorf("%s: %d lines, want %d", name, len(got), len(expected))
	}
}
