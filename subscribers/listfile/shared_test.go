package listfile_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The cases that are kept beside the project, where they are; the tests of this
// package have others of the same kinds.
func TestSharedCases(t *testing.T) {
	const cases = "../../../shared/cases/csv"
	if _, err := os.Stat(cases); err != nil { // a clone of the project alone
		t.Skip("SKIPPED: the shared cases aren't here; the other tests of this package have the same kinds")
	}
	for name, want := range map[string]string{
		"mailchimp.csv":     "2: ana@example.org Ana Lopez",
		"trailing-sep.csv":  "2: ana@example.org Ana|3: bob@example.org Bob",
		"blank-rows.csv":    "2: ana@example.org Ana|5: bob@example.org Bob",
		"sep-line.csv":      "3: ana@example.org Ana",
		"utf16le-tab.csv":   "2: ana@example.org Ana Muñoz",
		"name-in-email.csv": "2: ana@example.org Ana Lopez|3: ana2@example.org Ana|4: bob@example.org Bob|5: cid@example.org Cid",
		"zones.csv":         "2: ana@example.org Ana|3: refused|4: cid@example.org Cid|5: dee@example.org Dee|6: eve@example.org Eve|7: fay@example.org Fay",
		"quotes.csv":        `2: ana@example.org Ana "Nana" Lopez|3: refused`,
		"punct.csv":         allRefused(2, 26),
	} {
		file, err := os.ReadFile(filepath.Join(cases, name))
		if err != nil {
			t.Fatal(err)
		}
		got := strings.Join(readAll(t, string(file)), "|")
		if got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

func allRefused(from, to int) string {
	var all []string
	for line := from; line <= to; line++ {
		all = append(all, fmt.Sprintf("%d: refused", line))
	}
	return strings.Join(all, "|")
}
