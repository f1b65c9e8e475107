package scheduler

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// awkward is a calendar file with what breaks careless writers.
func awkward(t testing.TB) File {
	day := func(s string) Date {
		d, err := ParseDate(s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	return File{
		Newsletter: "management", Title: "Tips; daily, for “managers”", Host: "tips.example.com",
		Entries: []Entry{
			{Date: day("2026-12-31"), Title: "💡 Own it, then; move on \\ n", Text: "Why: next\nLanguages: en, zh-CN\n", Link: "https://example.org/a?b=c;d,e"},
			{Date: day("2027-01-01"), Title: strings.Repeat("家庭，", 60) + "END:VEVENT", Text: strings.Repeat("a", 74) + "👩‍👩‍👧‍👦" + strings.Repeat("ü", 99)},
			{Date: day("2027-01-04"), Title: "two\r\nlines\x00 \x07and a bad \xff byte", Link: "javascript:alert(1)"},
			{Date: day("2028-02-29"), Title: "No tip: skipped", Exclude: true, Link: "not a link"},
		},
	}
}

var stamp = time.Date(2026, 12, 1, 9, 30, 0, 0, time.FixedZone("", 3600))

// RFC 5545 §3.1: CRLF at the end of each line, at most 75 octets, and no
// character cut in two.
func TestICalendarLines(t *testing.T) {
	data := awkward(t).ICalendar(stamp)
	if !bytes.HasSuffix(data, []byte("END:VCALENDAR\r\n")) {
		t.Errorf("it ends in %q", data[len(data)-20:])
	}
	folded := 0
	for line := range strings.SplitSeq(strings.TrimSuffix(string(data), "\r\n"), "\r\n") {
		if len(line) > 75 || line == "" || !utf8.ValidString(line) || strings.ContainsAny(line, "\r\n\x00\x07") {
			t.Errorf("a line of %d octets: %q", len(line), line)
		}
		if line[0] == ' ' {
			folded++
		}
	}
	if folded < 10 {
		t.Errorf("%d lines are folded", folded)
	}
	for _, want := range []string{
		"\r\nUID:2026-12-31.management@tips.example.com\r\nDTSTAMP:20261201T083000Z\r\nDTSTART;VALUE=DATE:20261231\r\nDTEND;VALUE=DATE:20270101\r\n",
		`SUMMARY:💡 Own it\, then\; move on \\ n` + "\r\n",
	} {
		if !strings.Contains(string(data), want) {
			t.Errorf("%q is missing in\n%s", want, data)
		}
	}
	later := awkward(t).ICalendar(stamp.Add(time.Hour))
	if strings.ReplaceAll(string(later), "T093000Z", "T083000Z") != string(data) {
		t.Error("an hour later more differs than the stamps")
	}
}

// needICal finds node and ical.js. In CI their absence is a failure.
func needICal(t *testing.T) (node, module string) {
	t.Helper()
	node, err := exec.LookPath("node")
	if err == nil {
		module, err = filepath.Abs(filepath.Join("..", "test", "mailtest", "node_modules", "ical.js"))
	}
	if err == nil {
		_, err = os.Stat(filepath.Join(module, "dist", "ical.es5.cjs"))
	}
	if err == nil {
		return node, module
	}
	if os.Getenv("CI") == "true" {
		t.Fatalf("%v; scripts/setup-test-deps installs it", err)
	}
	t.Skipf("SKIPPED: no other program has read our calendar files: %v; scripts/setup-test-deps installs it", err)
	return "", ""
}

// Thunderbird's own parser, in its strict mode, reads back what we wrote.
func TestThunderbirdReadsICalendar(t *testing.T) {
	node, module := needICal(t)
	f := awkward(t)
	file := filepath.Join(t.TempDir(), "plan.ics")
	if err := os.WriteFile(file, f.ICalendar(stamp), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), node, filepath.Join("testdata", "parse-ics.cjs"), module, file).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	type event struct {
		UID, Title, Text, Start, End, Stamp, URL, Status string
		WholeDay                                         bool
	}
	var got struct {
		Name, Version, Prodid string
		Events                []event
	}
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	// It knows RFC 5545 alone, in which NAME has no type: the escapes stay.
	if got.Name != `Tips\; daily\, for “managers”` || got.Version != "2.0" || got.Prodid == "" {
		t.Errorf("the calendar is %q, version %s, by %q", got.Name, got.Version, got.Prodid)
	}
	const at = "2026-12-01T08:30:00Z"
	want := []event{
		{"2026-12-31.management@tips.example.com", f.Entries[0].Title, "Why: next\nLanguages: en, zh-CN", "2026-12-31", "2027-01-01", at, f.Entries[0].Link, "CONFIRMED", true},
		{"2027-01-01.management@tips.example.com", f.Entries[1].Title, f.Entries[1].Text, "2027-01-01", "2027-01-02", at, "", "CONFIRMED", true},
		{"2027-01-04.management@tips.example.com", "two\nlines and a bad \uFFFD byte", "", "2027-01-04", "2027-01-05", at, "", "CONFIRMED", true},
		{"2028-02-29.management@tips.example.com", "No tip: skipped", "", "2028-02-29", "2028-03-01", at, "", "TENTATIVE", true},
	}
	if !slices.Equal(got.Events, want) {
		t.Errorf("it read\n%+v\nwant\n%+v", got.Events, want)
	}
}
