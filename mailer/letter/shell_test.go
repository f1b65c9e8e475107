package letter

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The compiled shell names its sources, so that a change of theirs which wasn't
// compiled shows up without Node too.
func TestShellNamesItsSources(t *testing.T) {
	var sources [][]byte
	for _, name := range []string{"build.mjs", "package-lock.json", "shell.mjml"} {
		data, err := os.ReadFile(filepath.Join("shell", name))
		if err != nil {
			t.Fatal(err)
		}
		sources = append(sources, data)
	}
	sum := sha256.Sum256(bytes.Join(sources, []byte{0}))
	if want := "\nsources " + hex.EncodeToString(sum[:]) + " */"; !strings.Contains(shellText, want) {
		t.Error("shell.html.tmpl is stale: run go generate ./mailer/letter (needs Node 20 or newer) and look at the mails")
	}
}

// The lock must work with any registry.
func TestLockNamesNoRegistry(t *testing.T) {
	data, err := os.ReadFile("shell/package-lock.json")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(data), `"resolved"`) {
		t.Error(`package-lock.json has "resolved" addresses: run npm with omit-lockfile-registry-resolved`)
	}
	if !strings.Contains(string(data), `"integrity": "sha512-`) {
		t.Error("package-lock.json has no checksums")
	}
}

// Our own shell is a template like an operator's, and passes the same checks.
func TestShellIsAGoodTemplate(t *testing.T) {
	template, faults := ParseTemplate("shell.html.tmpl", shellText)
	if len(faults) > 0 || template == nil || template.personal {
		t.Errorf("faults %v", faults)
	}
}
