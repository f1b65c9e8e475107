package e2e

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"dailytip/test/daemontest"
	"dailytip/test/mailtest"
)

const root = "../.."

var shots = flag.String("shots", "", "write pictures of each step into this `folder`")

// The program is built and the browser started once, at first need.
var (
	programs daemontest.Programs
	chromium = sync.OnceValues(func() (b *mailtest.Browser, err error) {
		if b, err = mailtest.StartBrowser(); err == nil {
			closeBrowser = b.Close
		}
		return b, err
	})
	closeBrowser = func() {}
)

func TestMain(m *testing.M) {
	_ = flag.Set("test.parallel", "8") // they mostly wait
	flag.Parse()
	code := m.Run()
	closeBrowser()
	os.Exit(code)
}

// needBrowser is the one browser of all tests.
func needBrowser(t *testing.T) *mailtest.Browser {
	t.Helper()
	b, err := chromium()
	if errors.Is(err, mailtest.ErrNoBrowser) {
		missing(t, "Chromium")
	}
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// needAxe is axe-core's script.
func needAxe(t *testing.T) string {
	t.Helper()
	script, err := os.ReadFile(filepath.Join(root, "test", "mailtest", "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		missing(t, "axe-core")
	}
	return string(script)
}

// missing ends a test that needs what isn't there: a failure when CI=true.
func missing(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s is missing; scripts/setup-test-deps installs it", what)
	}
	t.Skipf("SKIPPED: %s is missing; scripts/setup-test-deps installs it", what)
}
