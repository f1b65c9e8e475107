package mailtest_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"dailytip/mailtest"
)

const root = ".."

// missing fails a test for which a tool isn't there when CI=true, and skips it
// elsewhere.
func missing(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s; scripts/setup-test-deps installs it", what)
	}
	t.Skipf("SKIPPED: %s; scripts/setup-test-deps installs it", what)
}

// needProgram is the path of a program.
func needProgram(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		missing(t, name+" is missing")
	}
	return path
}

// needModule reads a file of an npm package in node_modules.
func needModule(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("node_modules", filepath.FromSlash(file)))
	if err != nil {
		missing(t, "node_modules/"+file+" is missing")
	}
	return string(data)
}

func gallery(t *testing.T) []mailtest.Mail {
	t.Helper()
	mails, err := mailtest.Gallery(root)
	if err != nil {
		t.Fatal(err)
	}
	return mails
}
