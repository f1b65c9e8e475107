package listfile_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"dailytip/subscribers"
	"dailytip/subscribers/listfile"
)

// told reads a file into what is said of it and of each row, in a short form.
func told(t *testing.T, name string, o listfile.Options) (all []string) {
	t.Helper()
	in, err := os.Open(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = in.Close() }()
	o.Name, o.Newsletters = name, []string{"management"}
	file, err := listfile.Open(in, o)
	if err != nil {
		return []string{"file: " + err.Error()}
	}
	for _, note := range file.Notes {
		all = append(all, "file: "+note)
	}
	for row := range file.Rows() {
		line := fmt.Sprintf("%d", row.Line)
		if row.Err != nil {
			all = append(all, fmt.Sprintf("%s refused, %s: %v", line, row.About, row.Err))
			continue
		}
		r := row.Request
		parts := []string{line, string(r.Address)}
		date := func(what string, at time.Time) string {
			if at.IsZero() {
				return ""
			}
			return what + at.Format("2006-01-02T15:04")
		}
		called := func(what, text string) string {
			if text == "" {
				return ""
			}
			return what + text
		}
		p, i := r.Preferences, r.Imported
		if p.Cadence == subscribers.Daily {
			p.Cadence = ""
		}
		for _, part := range []string{
			called("name=", p.Name), p.Language, p.Timezone, string(p.Cadence), called("is ", string(i.State)), called("was ", string(i.Before)), date("created ", i.CreatedAt),
			called("by ", i.Source), date("confirmed ", i.ConfirmedAt), called("by ", i.Consent), date("left ", i.LeftAt), date("suppressed ", i.SuppressedAt), called("for ", i.SuppressedReason),
		} {
			if part != "" {
				parts = append(parts, part)
			}
		}
		for _, note := range row.Notes {
			parts = append(parts, "("+note.Text+")")
		}
		all = append(all, strings.Join(parts, ", "))
	}
	return all
}

// Each file of testdata is read as the text beside it says, whose name ends in .read.
func TestFilesOfOtherPrograms(t *testing.T) {
	texts, err := filepath.Glob("testdata/*.read")
	if err != nil || len(texts) == 0 {
		t.Fatalf("%d texts, %v", len(texts), err)
	}
	for _, text := range texts {
		want, err := os.ReadFile(text)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(text), ".read")
		if got := strings.Join(told(t, name, listfile.Options{}), "\n") + "\n"; got != string(want) {
			t.Errorf("%s is read as\n%s\nwant\n%s", name, got, want)
		}
	}
}

// What the operator says of a file counts more than what it says itself.
func TestTheOperatorsWord(t *testing.T) {
	for _, c := range []struct {
		name    string
		options listfile.Options
		want    string // the line of a row begins so
	}{
		{"cleaned_email_audience_export_ab12.csv", listfile.Options{State: subscribers.Active}, "2, ana@example.org, name=Ana Lopez, is active"},
		{"curated.csv", listfile.Options{State: subscribers.Unsubscribed}, "2, ana@example.org, is unsubscribed"},
		{"central.csv", listfile.Options{Charset: "windows-1250"}, "2, ana@example.org, name=Dvořák"},
		{"beehiiv.csv", listfile.Options{Columns: map[string]string{"Status": ""}}, "6, eve@example.org, name=Eve, created"},
		{"listmonk.csv", listfile.Options{Columns: map[string]string{"updated_at": "created_at"}}, "2, ana@example.org, name=Ana Lopez, is active, created 2022-03-04"},
		{"listmonk.csv", listfile.Options{Columns: map[string]string{"updated": "created_at"}}, `file: the first line must name the columns: --map: there is no column "updated"`},
		{"listmonk.csv", listfile.Options{Columns: map[string]string{"uuid": "id"}}, `file: the first line must name the columns: --map "uuid=id": "id" is no meaning that a column can have; write one of email, name`},
		{"listmonk.csv", listfile.Options{Charset: "klingon"}, `file: the charset "klingon" is unknown`},
	} {
		if !slices.ContainsFunc(told(t, c.name, c.options), func(line string) bool { return strings.HasPrefix(line, c.want) }) {
			t.Errorf("%s, %+v: %q, want %s", c.name, c.options, told(t, c.name, c.options), c.want)
		}
	}
}
