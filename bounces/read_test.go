package bounces

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// expected is a line of an expected.tsv: "-" for none.
type expected struct{ recipient, class, reason, status string }

// corpus reads an expected.tsv: what each mail is to be read as.
func corpus(t *testing.T, file string) map[string][]expected {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	mails := map[string][]expected{}
	for line := range strings.Lines(string(text)) {
		fields := strings.Split(strings.TrimSpace(line), "\t")
		if strings.HasPrefix(line, "#") || len(fields) != 5 {
			continue
		}
		mails[fields[0]] = append(mails[fields[0]], expected{fields[1], fields[2], fields[3], fields[4]})
	}
	return mails
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// Our own mails are read as expected, whatever ends their lines.
func TestReadOwnMails(t *testing.T) {
	mails := corpus(t, "testdata/expected.tsv")
	files, err := filepath.Glob("testdata/*.eml")
	if err != nil || len(files) != len(mails) {
		t.Fatalf("%d mails, %d expected, %v", len(files), len(mails), err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		want := mails[filepath.Base(file)]
		for _, end := range []string{"\n", "\r\n", "\r"} {
			var got []expected
			for _, f := range Read(bytes.ReplaceAll(raw, []byte("\n"), []byte(end))) {
				got = append(got, expected{orDash(f.Recipient), string(f.Class), orDash(f.Reason), orDash(f.Status)})
			}
			slices.SortFunc(got, func(a, b expected) int { return strings.Compare(a.recipient, b.recipient) })
			if !slices.Equal(got, want) {
				t.Errorf("%s with %q:\n got %v\nwant %v", filepath.Base(file), end, got, want)
			}
		}
	}
}
