//go:build long

package scheduler

import (
	"archive/zip"
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"dailytip/store/storetest"
)

// TestDueAgainstPython compares the due instants around each change of every
// zone with those that Python's zoneinfo gives, both reading one tz folder:
// releases differ.
func TestDueAgainstPython(t *testing.T) {
	t.Parallel()
	python, err := exec.LookPath("python3")
	if err != nil {
		storetest.Missing(t, "Python", err)
	}
	folder, zones := tzFolder(t)
	names := make([]string, 0, len(zones))
	for name := range zones {
		names = append(names, name)
	}
	cmd := exec.CommandContext(t.Context(), python, append([]string{"testdata/instants.py", folder}, names...)...)
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("python: %v: %s", err, complaint.String())
	}
	rules := map[string]Rule{}
	lines := bufio.NewScanner(bytes.NewReader(out))
	compared, none := 0, 0
	for lines.Scan() {
		part := strings.Fields(lines.Text())
		if len(part) != 4 {
			t.Fatalf("python wrote %q", lines.Text())
		}
		name, date, clock, want := part[0], part[1], part[2], part[3]
		at, err := time.Parse("15:04", clock)
		if err != nil {
			t.Fatal(err)
		}
		if _, known := rules[clock]; !known {
			rules[clock] = rule(t, fmt.Sprintf("%d %d * * *", at.Minute(), at.Hour()))
		}
		s := (&Newsletter{Rule: rules[clock], Zone: zones[name]}).own()
		due, ok := s.Due(day(t, date))
		got := "-"
		if ok {
			got = strconv.FormatInt(due.Unix(), 10)
			// Next comes to the same instant, and to no second one for the date.
			if next := s.Next(due.Add(-time.Second)); !next.Equal(due) {
				t.Errorf("%s %s %s: Next gives %s, Due %s", name, date, clock, next, due)
			}
			if next, again := s.next(due); !next.After(day(t, date)) || !again.After(due) {
				t.Errorf("%s %s %s: a second instant for %s", name, date, clock, next)
			}
		} else {
			none++
		}
		if got != want {
			t.Errorf("%s %s %s: due at %s, Python says %s", name, date, clock, got, want)
		}
		compared++
	}
	if compared < 10_000 || none == 0 {
		t.Errorf("%d instants compared, %d dates without one: the comparison is hollow", compared, none)
	}
	t.Logf("%d zones, %d instants compared", len(zones), compared)
}

// tzFolder unpacks the tz database that comes with Go and returns its zones,
// each set of rules once.
func tzFolder(t *testing.T) (string, map[string]*time.Location) {
	t.Helper()
	root, err := exec.CommandContext(context.Background(), "go", "env", "GOROOT").Output()
	if err != nil {
		storetest.Missing(t, "the go command", err)
	}
	archive, err := zip.OpenReader(filepath.Join(strings.TrimSpace(string(root)), "lib/time/zoneinfo.zip"))
	if err != nil {
		storetest.Missing(t, "Go's tz database", err)
	}
	defer archive.Close()
	folder, zones, seen := t.TempDir(), map[string]*time.Location{}, map[[32]byte]bool{}
	for _, f := range archive.File {
		if f.FileInfo().IsDir() {
			continue
		}
		data := make([]byte, f.UncompressedSize64)
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(r, data); err != nil {
			t.Fatal(err)
		}
		r.Close()
		if sum := sha256.Sum256(data); !seen[sum] {
			seen[sum] = true
			path := filepath.Join(folder, f.Name)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, data, 0o644); err != nil {
				t.Fatal(err)
			}
			if zones[f.Name], err = time.LoadLocationFromTZData(f.Name, data); err != nil {
				t.Fatal(err)
			}
		}
	}
	return folder, zones
}
