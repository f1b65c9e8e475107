package tips

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
)

func libraryOf(t *testing.T, text string) (l *Library, change func(text string)) {
	t.Helper()
	dir := t.TempDir()
	write := func(text string) {
		if err := os.WriteFile(filepath.Join(dir, "one.md"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(text)
	l, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return l, func(text string) {
		t.Helper()
		write(text)
		l.suspect(filepath.Join(dir, "one.md"))
		if err := l.Reload(); err != nil {
			t.Fatal(err)
		}
	}
}

const (
	sourced   = "---\ntitle: One\nlink: https://example.com/\n---\nText.\n"
	unsourced = "---\ntitle: One\n---\nText.\n"
)

// A library is linted once as long as it stays, and the date.
func TestALibraryIsLintedOnce(t *testing.T) {
	l, change := libraryOf(t, unsourced)
	first := l.Lint("2026-11-28")
	if len(first) != 1 || first[0].Rule != RuleMissingLink {
		t.Fatalf("%v", first)
	}
	if again := l.Lint("2026-11-28"); &again[0] != &first[0] {
		t.Error("it was linted twice")
	}
	if other := l.Lint("2026-11-29"); &other[0] == &first[0] {
		t.Error("on another date it wasn't linted")
	}
	change(sourced)
	if left := l.Lint("2026-11-29"); len(left) > 0 {
		t.Errorf("mended, it has %v", left)
	}
}

// Who wants to know waits for a library that has changed, as long as they like, and all
// of them for one look.
func TestFindingsOfAChangedLibrary(t *testing.T) {
	l, change := libraryOf(t, unsourced)
	var looks atomic.Int64
	began, goOn := make(chan struct{}, 10), make(chan struct{}, 10)
	f := NewFindings(l, func(today string) []Fault {
		looks.Add(1)
		began <- struct{}{}
		<-goOn
		return l.Lint(today)
	})
	over, stop := context.WithCancel(t.Context())
	stop()
	if found, fresh := f.Look(over, "2026-11-28"); fresh || len(found.Faults) > 0 {
		t.Errorf("before anything was found: %v, %t", found.Faults, fresh)
	}
	var all sync.WaitGroup
	for range 5 {
		all.Go(func() {
			if found, fresh := f.Look(t.Context(), "2026-11-28"); !fresh || len(found.Faults) != 1 {
				t.Errorf("who waits gets %v, %t", found.Faults, fresh)
			}
		})
	}
	goOn <- struct{}{}
	all.Wait()
	if n := looks.Load(); n != 1 {
		t.Errorf("it was looked at %d times", n)
	}
	first, _ := f.Look(over, "2026-11-28")
	change(sourced)
	if found, fresh := f.Look(over, "2026-11-28"); fresh || found != first {
		t.Errorf("while it's looked at again: %v, %t", found.Faults, fresh)
	}
	<-began
	<-began
	change(unsourced + "\nMore.\n") // during the look: what that finds is old, too
	goOn <- struct{}{}
	goOn <- struct{}{}
	if found, fresh := f.Look(t.Context(), "2026-11-28"); !fresh || len(found.Faults) != 1 {
		t.Errorf("at last: %v, %t", found.Faults, fresh)
	}
	if n := looks.Load(); n != 3 {
		t.Errorf("it was looked at %d times", n)
	}
	goOn <- struct{}{}
	if _, fresh := f.Look(t.Context(), "2026-11-29"); !fresh || looks.Load() != 4 {
		t.Errorf("the next day: %t after %d looks", fresh, looks.Load())
	}
}
