package tips

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestRepairs(t *testing.T) {
	dir := folder(t, map[string]string{
		"a.md": "# It’s fine\n\nTürkçe", "b.md": "# T\r\n\r\nHereâ€™s text\r\nä¸ç\r\n", "c.md": "# x\xff", "sub/d.md": "# Lost ä¸ç", ".e.md": "â€™",
	})
	all, err := Repairs(os.DirFS(dir), Options{})
	if err != nil || len(all) != 2 {
		t.Fatalf("%v, %+v", err, all)
	}
	b, d := all[0], all[1]
	if b.Path != "b.md" || string(b.Fixed) != "# T\r\n\r\nHere’s text\r\nä¸ç\r\n" || len(b.Lost) != 1 || b.Lost[0].Line != 4 {
		t.Errorf("b: %+v", b)
	}
	for _, want := range []string{"--- a/b.md\n", "+++ b/b.md\n", "-Hereâ€™s text", "+Here’s text"} {
		if !strings.Contains(b.Diff, want) {
			t.Errorf("no %q in\n%s", want, b.Diff)
		}
	}
	if d.Path != "sub/d.md" || d.Fixed != nil || d.Diff != "" || len(d.Lost) != 1 {
		t.Errorf("d: %+v", d)
	}
	name := filepath.Join(dir, "b.md")
	if err := os.Chmod(name, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("b.md", filepath.Join(dir, "link.md")); err != nil {
		t.Fatal(err)
	}
	if err := WriteFile(filepath.Join(dir, "link.md"), b.Fixed); err != nil {
		t.Fatal(err)
	}
	info, err := os.Lstat(name)
	got, _ := os.ReadFile(name)
	if err != nil || info.Mode() != 0o600 || string(got) != string(b.Fixed) {
		t.Errorf("%v, mode %v, %q", err, info.Mode(), got)
	}
	if link, err := os.Readlink(filepath.Join(dir, "link.md")); err != nil || link != "b.md" {
		t.Errorf("the link is gone: %q, %v", link, err)
	}
	entries, _ := os.ReadDir(dir)
	if len(entries) != 6 {
		t.Errorf("files left behind: %v", entries)
	}
	if err := WriteFile(filepath.Join(dir, "none.md"), nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("err = %v", err)
	}
}

func TestNewTip(t *testing.T) {
	dir := t.TempDir()
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	const title = `Don’t: say "no" — #1`
	name, err := NewTip(dir, title, at)
	if err != nil || filepath.Base(name) != "dont-say-no-1.md" {
		t.Fatalf("%q, %v", name, err)
	}
	l := mustOpen(t, dir)
	tip, ok := l.Tip("dont-say-no-1")
	if !ok || tip.Title != title || !tip.Draft || !tip.Created.Equal(at) || tip.Body == "" || len(tip.Translations) != 0 {
		t.Errorf("%v, %+v, faults %v", ok, tip, l.Faults())
	}
	if HasFaults(l.Faults()) {
		t.Errorf("a new tip has faults: %v", l.Faults())
	}
	if _, err := NewTip(dir, title, at); !errors.Is(err, fs.ErrExist) {
		t.Errorf("err = %v", err)
	}
	write(t, dir, "b.markdown", "# B\n\nText.")
	if _, err := NewTip(dir, "B", at); !errors.Is(err, fs.ErrExist) {
		t.Errorf("err = %v", err)
	}
	if _, err := NewTip(dir, " \n", at); err == nil {
		t.Error("an empty title was taken")
	}
}

func TestSlug(t *testing.T) {
	for title, want := range map[string]string{
		"Own Up, and Move On!": "own-up-and-move-on", "回答之前": "回答之前", "हिंदी में": "हिंदी-में", "Größe": "größe", "../../etc": "etc", "💡": "tip",
		"README": "readme-tip", "License": "license-tip", "...": "tip",
		strings.Repeat("word ", 30): "word-word-word-word-word-word-word-word-word-word-word-word",
		strings.Repeat("字", 40):     strings.Repeat("字", 20),
	} {
		if got := Slug(title); got != want {
			t.Errorf("Slug(%q) = %q, want %q", title, got, want)
		}
	}
}
