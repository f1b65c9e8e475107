package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dailytip/safetext"
)

// Names of files and words of strangers never reach a terminal as commands, on
// either stream, in text or in JSON.
func TestTerminalIsNotCommanded(t *testing.T) {
	dir := t.TempDir()
	const evil = "a\x1b]0;x\x07\u009b2J\u202eb"
	for name, text := range map[string]string{
		"good.md":               "---\ntitle: Good\n---\nText.",
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
		if both := out.String() + err.String(); safetext.Visible(both) != both || both == "" {
			t.Errorf("%s: %q", args, both)
		}
		if !strings.Contains(args, "--json") {
			continue
		}
		for line := range strings.Lines(out.String()) {
			var v struct{ ID, Path string }
			if err := json.Unmarshal([]byte(line), &v); err != nil || v.ID+v.Path == "" {
				t.Errorf("%s: %v, %q", args, err, line)
			}
		}
	}
}
