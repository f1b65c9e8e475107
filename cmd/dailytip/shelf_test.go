package main

import (
	"bytes"
	"image"
	"image/png"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"dailytip/config"
	"dailytip/web"
	"dailytip/web/site"
)

// Pipes, devices, folders and links that lead out of a library are no pictures:
// they're answered at once, and like what isn't there.
func TestShelfHoldsFilesOnly(t *testing.T) {
	dir, outside := t.TempDir(), t.TempDir()
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 1, 1))); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{filepath.Join(dir, "a.png"), filepath.Join(outside, "secret.png")} {
		if err := os.WriteFile(name, picture.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, err := range []error{
		syscall.Mkfifo(filepath.Join(dir, "pipe.png"), 0o600),
		os.Mkdir(filepath.Join(dir, "folder.png"), 0o700),
		os.Symlink(filepath.Join(outside, "secret.png"), filepath.Join(dir, "out.png")),
		os.Symlink("/dev/zero", filepath.Join(dir, "zero.png")),
		os.Symlink("pipe.png", filepath.Join(dir, "topipe.png")),
		os.Symlink("loop.png", filepath.Join(dir, "loop.png")),
		os.Symlink("a.png", filepath.Join(dir, "link.png")),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	files := libraryFiles(dir)
	handler := site.AddTo(web.New(web.Options{}), site.Options{Newsletters: []site.Newsletter{{ID: "x", Title: "X", Files: files}}}).Handler()
	for name, want := range map[string]int{
		"a.png": 200, "link.png": 200,
		"pipe.png": 404, "topipe.png": 404, "folder.png": 404, "out.png": 404, "zero.png": 404, "loop.png": 404, "nothing.png": 404,
	} {
		answered := make(chan int, 1)
		go func() {
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/files/x/"+name, nil))
			answered <- w.Code
		}()
		select {
		case got := <-answered:
			if got != want {
				t.Errorf("%s: %d, want %d", name, got, want)
			}
		case <-time.After(time.Minute):
			t.Fatalf("%s is never answered", name)
		}
		// Mails read their pictures in the same way.
		if _, err := fs.ReadFile(files, name); (err == nil) != (want == 200) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What strangers see nothing of has no pictures on the site: they come along.
func TestPicturesOfAnInternalNewsletterTravel(t *testing.T) {
	for _, joinable := range []bool{true, false} {
		for _, archive := range []bool{true, false} {
			n := config.DefaultNewsletter()
			n.ID, n.Title, n.Tips, n.Joinable, n.Archive = "x", "X", t.TempDir(), joinable, archive
			n.From.Address = "tips@example.com"
			cfg := config.Default()
			cfg.BaseURL, cfg.Newsletters = "https://tips.example.com", []config.Newsletter{n}
			looks, err := newLooks(cfg)
			if err != nil {
				t.Fatal(err)
			}
			if served := joinable || archive; (looks["x"].AssetURL != "") != served || looks["x"].Assets == nil {
				t.Errorf("joinable %t, archive %t: %+v", joinable, archive, looks["x"])
			}
		}
	}
}
