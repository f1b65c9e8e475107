package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// fullDisk takes so many bytes.
type fullDisk struct{ left int }

func (d *fullDisk) Write(p []byte) (int, error) {
	n := min(len(p), d.left)
	if d.left -= n; n < len(p) {
		return n, syscall.ENOSPC
	}
	return n, nil
}

// What a command prints may be kept in a file: one that ends too early is told, by
// the exit code too.
func TestOutputThatIsCutOff(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "library"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"config.yaml":      "from: tips@example.com\ndatabase: tips.db\nnewsletters:\n  - {id: management, tips: library}\n",
		"library/first.md": "---\ntitle: Say it back\nlink: https://example.com/a\n---\n\nText.\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, line := range []string{
		"version", "--help", "help send", "completion bash", "version --json", "tips list", "tips list --json", "tips show first",
		"plan --days 3", "plan --format ics", "plan --days 3 --json", "status", "subscribers list", "subscribers export",
	} {
		args := append(strings.Fields(line), "--config", filepath.Join(dir, "config.yaml"))
		for _, room := range []int{0, 5} {
			var said bytes.Buffer
			code := run(t.Context(), args, stdio{strings.NewReader(""), &fullDisk{room}, &said})
			if code != codeFailed || !strings.Contains(said.String(), "no space left") {
				t.Errorf("%s, with room for %d bytes: exit code %d, and said %q", line, room, code, said.String())
			}
		}
	}
}
