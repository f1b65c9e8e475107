package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Names of files and words of strangers never reach a terminal as commands, on
// either stream, in text or in JSON.
func TestTerminalIsNotCommanded(t *testing.T) {
	dir := t.TempDir()
	const evil = "a\x1b]0;x\x07\u009b2J\u202eb"
	for name, text := range map[string]string{
		evil + ".md":            "---\ntitle: A\n---\nText.",
		"broken" + evil + ".md": "---\ntitle: [" + evil + "\n---\nText.",
		"_index" + evil + ".md": "Text.",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range []string{"tips list", "tips list --json", "tips list --all", "tips list --all --json", "tips lint", "tips lint --json", "tips show " + evil, "tips show no" + evil, "tips repair"} {
		var out, err bytes.Buffer
		run(t.Context(), append(strings.Fields(args), "--dir", dir), stdio{strings.NewReader(""), &out, &err})
		if both := out.String() + err.String(); strings.ContainsFunc(both, obeyed) || both == "" {
			t.Errorf("%s: %q", args, both)
		}
		if !strings.Contains(args, "--json") {
			continue
		}
		for line := range strings.Lines(out.String()) {
			var v struct{ ID, Path string }
			if err := json.Unmarshal([]byte(line), &v); err != nil || !strings.Contains(v.ID+v.Path, evil) {
				t.Errorf("%s: %v, %q", args, err, line)
			}
		}
	}
}

func TestVisible(t *testing.T) {
	for s, want := range map[string]string{
		"plain\ttext\n":           "plain\ttext\n",
		"שלום\u200f \u200eמ":      "שלום\u200f \u200eמ",
		"\x1b[31m\r\x7f":          `\u001b[31m\u000d\u007f`,
		"\u202e\u2066\u0085":      `\u202e\u2066\u0085`,
		"not UTF-8 \xff\x1b \xe2": "not UTF-8 \xff\\u001b \xe2",
	} {
		if got := visible(s); got != want {
			t.Errorf("%q: %q, want %q", s, got, want)
		}
	}
}
