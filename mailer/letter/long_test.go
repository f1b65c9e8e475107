//go:build long

package letter

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"dailytip/locale"
)

// missingTool ends a test that needs what isn't there: in CI that's a failure.
func missingTool(t *testing.T, what, get string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s is missing: %s", what, get)
	}
	t.Skipf("SKIPPED: %s is missing (%s)", what, get)
}

// With Node at hand the shell is compiled again, and must come out the same.
func TestShellIsWhatMJMLMakes(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		missingTool(t, "node", "install Node 20 or newer")
	}
	version, err := exec.Command(node, "-p", "parseInt(process.versions.node) >= 20").Output()
	if err != nil || strings.TrimSpace(string(version)) != "true" {
		missingTool(t, "Node 20 or newer", "apt-get install nodejs, or npm's node package")
	}
	if _, err := os.Stat(filepath.Join("shell", "node_modules", "mjml")); err != nil {
		npm, err := exec.LookPath("npm")
		if err != nil {
			missingTool(t, "npm", "apt-get install npm")
		}
		if out, err := exec.Command(npm, "--prefix", "shell", "ci", "--no-audit", "--no-fund").CombinedOutput(); err != nil {
			missingTool(t, "MJML", "npm ci failed: "+string(out))
		}
	}
	out := filepath.Join(t.TempDir(), "shell.html.tmpl")
	if said, err := exec.Command(node, "shell/build.mjs", out).CombinedOutput(); err != nil {
		t.Fatalf("build.mjs: %v\n%s", err, said)
	}
	made, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	if string(made) != shellText {
		t.Error("shell.html.tmpl isn't what MJML makes of shell/shell.mjml: run go generate ./mailer/letter and look at the mails")
	}
}

func TestMergedIsWhatGoMailWritesInEachLanguage(t *testing.T) {
	mergedIsWhatGoMailWrites(t, locale.Languages()...)
}
