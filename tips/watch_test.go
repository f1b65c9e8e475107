package tips

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// await waits for the tips that a library should come to hold.
func await(t *testing.T, l *Library, want string) {
	t.Helper()
	deadline := time.After(time.Minute)
	for {
		changed := l.Changed()
		if ids(l) == want {
			return
		}
		select {
		case <-changed:
		case <-deadline:
			t.Fatalf("ids = %q, want %q", ids(l), want)
		}
	}
}

func start(t *testing.T, l *Library) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- l.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
}

func TestRunWatches(t *testing.T) {
	dir := folder(t, map[string]string{"a.md": "# A\n\nText."})
	l, err := Open(dir, Options{Poll: time.Hour}) // only notifications can be in time
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir, "early.md", "# Early\n\nText.") // before the watch begins
	start(t, l)
	await(t, l, "a early")
	write(t, dir, "b.md", "# B\n\nText.")
	await(t, l, "a b early")
	write(t, dir, "new/deep/c.md", "# C\n\nText.")
	await(t, l, "a b early new/deep/c")
	write(t, dir, "new/deep/d.md", "# D\n\nText.") // the new folder is watched as well
	await(t, l, "a b early new/deep/c new/deep/d")
	if err := os.Rename(filepath.Join(dir, "b.md"), filepath.Join(dir, "e.md")); err != nil {
		t.Fatal(err)
	}
	await(t, l, "a e early new/deep/c new/deep/d")
	if err := os.RemoveAll(filepath.Join(dir, "new")); err != nil {
		t.Fatal(err)
	}
	await(t, l, "a e early")
	// As editors save: a temporary file takes the place of the old one.
	write(t, dir, ".e.md.tmp", "---\nid: f\ntitle: F\n---\nText.")
	if err := os.Rename(filepath.Join(dir, ".e.md.tmp"), filepath.Join(dir, "e.md")); err != nil {
		t.Fatal(err)
	}
	await(t, l, "a early f")
}

// A change that leaves size and time as they were is seen by its notification.
func TestRunSeesChangeOfSameSizeAndTime(t *testing.T) {
	dir := folder(t, map[string]string{"a.md": "---\nid: a\ntitle: T\n---\nText."})
	name := filepath.Join(dir, "a.md")
	info, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	l, err := Open(dir, Options{Poll: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir, "early.md", "# Early\n\nText.")
	start(t, l)
	await(t, l, "a early") // the watch has begun
	write(t, dir, "a.md", "---\nid: b\ntitle: T\n---\nText.")
	if err := os.Chtimes(name, info.ModTime(), info.ModTime()); err != nil {
		t.Fatal(err)
	}
	await(t, l, "b early")
}

func TestRunPolls(t *testing.T) {
	dir := folder(t, map[string]string{"a.md": "# A\n\nText."})
	l, err := Open(dir, Options{Poll: 20 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	l.dir = "" // no notifications
	start(t, l)
	write(t, dir, "b.md", "# B\n\nText.")
	await(t, l, "a b")
}
