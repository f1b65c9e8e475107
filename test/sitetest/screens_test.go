package sitetest_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dailytip/test/mailtest"
)

// TestScreens takes pictures of the pages, to be looked at, when a folder for them
// is named: SITETEST_SCREENS=/tmp/screens go test ./test/sitetest -run Screens.
// SITETEST_PAGES=past,vote takes those alone whose name begins like that.
func TestScreens(t *testing.T) {
	dir := os.Getenv("SITETEST_SCREENS")
	if dir == "" {
		return
	}
	browser, err := mailtest.StartBrowser()
	if err != nil {
		t.Fatal(err)
	}
	defer browser.Close()
	s := start(t)
	tab, err := browser.NewVisitor()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range s.pages() {
		if p.form != nil || !wanted(p.name) {
			continue
		}
		if err := tab.Visit(s.url + p.path); err != nil {
			t.Fatal(err)
		}
		for _, v := range []mailtest.View{{Width: 390}, {Width: 1200}, {Width: 390, Dark: true}, {Width: 1200, Dark: true}} {
			png, err := tab.Picture(v, 0, 1)
			if err != nil {
				t.Fatal(err)
			}
			name := notInNames.ReplaceAllString(strings.ToLower(p.name+" "+v.String()), "-") + ".png"
			if err := os.WriteFile(filepath.Join(dir, name), png, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func wanted(name string) bool {
	names := os.Getenv("SITETEST_PAGES")
	for prefix := range strings.SplitSeq(names, ",") {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return names == ""
}
