package tips

import (
	"slices"
	"strings"
	"testing"
)

// A fault's line is the line of the same number, however a file ends its lines.
func TestLinesAreThoseOfFaults(t *testing.T) {
	for name, text := range map[string]string{
		"unix":           "---\ntitle: T\nlink: https://example.com\n---\nText\n\n![](a.png)\n",
		"windows":        "---\r\ntitle: T\r\nlink: https://example.com\r\n---\r\nText\r\n\r\n![](a.png)\r\n",
		"old Macintosh":  "---\rtitle: T\rlink: https://example.com\r---\rText\r\r![](a.png)\r",
		"with a mark":    "\ufeff---\ntitle: T\nlink: https://example.com\n---\nText\n\n![](a.png)\n",
		"damaged before": "---\ntitle: T\nlink: https://example.com\nsource: Itâ€™s\n---\nText ![](a.png)\n",
	} {
		l := mustOpen(t, folder(t, map[string]string{"sub/a.md": text}))
		faults := FaultsOf(l.Tips()[0], Lint(l.Tips(), l.Faults(), LintOptions{}))
		i := slices.IndexFunc(faults, func(f Fault) bool { return f.Rule == RuleImageAlt })
		if i < 0 {
			t.Errorf("%s: no such fault: %v", name, faults)
			continue
		}
		lines, err := l.Lines(faults[i].Path)
		if err != nil || len(lines) < faults[i].Line || !strings.Contains(lines[faults[i].Line-1], "![](a.png)") {
			t.Errorf("%s: line %d of %q, %v", name, faults[i].Line, lines, err)
		}
	}
}

func TestLinesOfOddFiles(t *testing.T) {
	l := mustOpen(t, folder(t, map[string]string{
		"bytes.md": "a\xff\xfeb\n", "large.md": strings.Repeat("x", 2*MaxFileSize), "empty.md": "", ".hidden.md": "secret", ".git/config": "secret",
	}))
	if lines, err := l.Lines("bytes.md"); err != nil || lines[0] != "a\uFFFDb" {
		t.Errorf("not UTF-8: %q, %v", lines, err)
	}
	if lines, err := l.Lines("large.md"); err != nil || len(lines) != 1 || len(lines[0]) > MaxFileSize+1 {
		t.Errorf("too large: %d lines, %v", len(lines), err)
	}
	if lines, err := l.Lines("empty.md"); err != nil || len(lines) != 1 || lines[0] != "" {
		t.Errorf("empty: %q, %v", lines, err)
	}
	for _, name := range []string{"missing.md", "../bytes.md", "/etc/passwd", ".hidden.md", ".git/config", ".", ""} {
		if lines, err := l.Lines(name); err == nil {
			t.Errorf("%q holds %q", name, lines)
		}
	}
}
