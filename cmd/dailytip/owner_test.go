package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// Whatever command meets it: a file of another user's that can't be used is named as such.
func TestAnotherUsersFileIsNamed(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("it takes root to give a file to another user")
	}
	file := filepath.Join(t.TempDir(), "readers.csv")
	writeFile(t, file, []byte("email\n"))
	denied := fmt.Errorf("import: %w", &fs.PathError{Op: "open", Path: file, Err: syscall.EACCES})
	said := func(err error) string {
		var b bytes.Buffer
		(&command{stdio: stdio{err: &b}}).complain(err, codeFailed)
		return b.String()
	}
	if got := said(denied); strings.Contains(got, "belongs") {
		t.Errorf("our own file: %s", got)
	}
	if err := os.Chown(file, 54321, -1); err != nil {
		t.Fatal(err)
	}
	if got := said(denied); !strings.Contains(got, file+" belongs to the user number 54321: give the command as that user, such as sudo -u '#54321'") {
		t.Error(got)
	}
	missing := &fs.PathError{Op: "open", Path: file, Err: syscall.ENOENT}
	if got := said(missing); strings.Contains(got, "belongs") {
		t.Errorf("a file that isn't there: %s", got)
	}
}
