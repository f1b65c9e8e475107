package safefile

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode/utf16"
)

func write(t *testing.T, name string, data []byte, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
	return path
}

func utf16le(s string, mark bool) []byte {
	var b []byte
	if mark {
		b = append(b, 0xff, 0xfe)
	}
	for _, u := range utf16.Encode([]rune(s)) {
		b = append(b, byte(u), byte(u>>8))
	}
	return b
}

// What editors and shells put around a secret isn't part of it.
func TestSecretAsPeopleSaveIt(t *testing.T) {
	for _, c := range []struct{ name, data, want, fault string }{
		{"plain", "s3cret", "s3cret", ""},
		{"a line break", "s3cret\n", "s3cret", ""},
		{"Windows' line break", "s3cret\r\n", "s3cret", ""},
		{"several", "s3cret\n\r\n\n", "s3cret", ""},
		{"a mark", "\ufeffs3cret", "s3cret", ""},
		{"a mark and a line break", "\ufeffs3cret\r\n", "s3cret", ""},
		{"two marks", "\ufeff\ufeffs3cret", "s3cret", ""},
		{"blanks", " s3cret \n", " s3cret ", ""},
		{"nothing but a mark", "\ufeff\n", "", ""},
		{"letters", "pässwörd\n", "pässwörd", ""},
		{"PowerShell", string(utf16le("s3cret\r\n", true)), "", "UTF-16"},
		{"UTF-16 without a mark", string(utf16le("s3cret", false)), "", "UTF-16"},
		{"a key in DER form", "0\x82\x04\xa3\x02\x01\x00\x02", "", "not as DER"},
		{"a NUL at the end", "s3cret\x00", "", "NUL"},
		{"big end first without a mark", "\x00s\x003", "", "UTF-16"},
		{"big end first", "\xfe\xff\x00s\x003", "", "UTF-16"},
		{"Latin-1", "p\xe4ssword", "", "UTF-8"},
	} {
		got, err := ReadSecret(write(t, "pw", []byte(c.data), 0o600))
		if got != c.want || (err == nil) != (c.fault == "") {
			t.Errorf("%s: %q, %v", c.name, got, err)
			continue
		}
		if err != nil && (!strings.Contains(err.Error(), c.fault) || strings.Contains(err.Error(), "s3")) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func FuzzSecret(f *testing.F) {
	f.Add([]byte("\ufeffs3cret\r\n"))
	f.Add(utf16le("s3cret", true))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := Secret(data)
		if err == nil && (strings.HasPrefix(got, "\ufeff") || strings.HasSuffix(got, "\n") || strings.Contains(got, "\x00")) {
			t.Errorf("%q became %q", data, got)
		}
	})
}

// A named pipe, a device or a folder is refused at once, also behind a link.
func TestOnlyRegularFiles(t *testing.T) {
	dir := t.TempDir()
	pipe := filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(dir, "link")
	if err := os.Symlink(pipe, link); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{pipe, link, "/dev/zero", "/dev/null", dir, filepath.Join(dir, "none")} {
		done := make(chan error, 1)
		go func() { _, err := Read(path, 100); done <- err }()
		select {
		case err := <-done:
			if err == nil {
				t.Errorf("%s was read", path)
			}
		case <-time.After(10 * time.Second):
			t.Fatalf("%s is waited for", path)
		}
	}
	if _, err := Read(write(t, "large", make([]byte, 101), 0o600), 100); err == nil {
		t.Error("a large file was read")
	}
}

func TestExposures(t *testing.T) {
	for _, c := range []struct {
		mode, folder os.FileMode
		secret       bool
		want         string // in the first exposure; "": there is none
	}{
		{0o600, 0o700, true, ""},
		{0o644, 0o755, false, ""},
		{0o644, 0o755, true, "can be read by everyone on this machine (mode 0644); type: chmod 600 "},
		{0o604, 0o755, true, "can be read by everyone"},
		{0o666, 0o755, false, "can be changed by everyone on this machine (mode 0666); type: chmod go-w "},
		{0o666, 0o755, true, "can be changed by everyone on this machine (mode 0666); type: chmod 600 "},
		{0o600, 0o777, true, "could replace the file in it; type: chmod go-w "},
		{0o600, 0o777 | os.ModeSticky, true, ""},
	} {
		dir := t.TempDir()
		if err := os.Chmod(filepath.Dir(dir), 0o755); err != nil { // the test's own, which is 0700 on some systems
			t.Fatal(err)
		}
		path := filepath.Join(dir, "it's here")
		if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
		for name, mode := range map[string]os.FileMode{path: c.mode, dir: c.folder} {
			if err := os.Chmod(name, mode); err != nil {
				t.Fatal(err)
			}
		}
		got := Exposures(path, c.secret)
		switch {
		case c.want == "" && len(got) > 0:
			t.Errorf("%o in %o: %v", c.mode, c.folder, got)
		case c.want != "" && (len(got) != 1 || !strings.Contains(got[0].String(), c.want)):
			t.Errorf("%o in %o: %v, want %s", c.mode, c.folder, got, c.want)
		}
	}
}
