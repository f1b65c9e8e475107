package mailtest_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"dailytip/test/mailtest"
)

const root = "../.."

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

// The mails are composed once, at first need.
var (
	wholeGallery = sync.OnceValues(func() ([]mailtest.Mail, error) { return mailtest.Gallery(root) })
	starterMails = sync.OnceValues(mailtest.StarterMails)
)

func gallery(t *testing.T) []mailtest.Mail {
	t.Helper()
	mails, err := wholeGallery()
	if err != nil {
		t.Fatal(err)
	}
	return slices.Clone(mails)
}

func starter(t *testing.T) []mailtest.Mail {
	t.Helper()
	mails, err := starterMails()
	if err != nil {
		t.Fatal(err)
	}
	return slices.Clone(mails)
}

// hardest are the mails of the gallery that "make test" looks at: each kind of
// letter, and whatever lies badly on a screen. "make test-long" looks at all.
var hardest = []string{
	"arabic.ar", "code.en", "confirm.de", "constructs.en", "deep-map.en", "details-and-headings.en", "long-words.de",
	"pictures.attached", "quotes-and-notes.en", "resend.hi", "say-it.zh-CN", "scripts.ja", "table.en", "weekly.ar",
	"welcome.ar", "wide.attached", "wide.en",
}

func sample(t *testing.T) []mailtest.Mail {
	t.Helper()
	mails := slices.DeleteFunc(gallery(t), func(m mailtest.Mail) bool { return !slices.Contains(hardest, m.Name) })
	if len(mails) != len(hardest) {
		t.Fatalf("the gallery has %d of the %d hardest mails", len(mails), len(hardest))
	}
	return mails
}
