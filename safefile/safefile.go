// Package safefile owns how files that a configuration names are read: regular
// files only, of bounded size, without ever waiting for a named pipe or waking a
// device. It reads secrets as people save them, and tells who else could read or
// change a file.
//
// It refuses to guess an encoding: text is UTF-8, or an error that says what to do.
package safefile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"unicode/utf8"
)

// MaxSecret is the most that a file with a secret may hold, in bytes; a key of
// 4096 bits takes 3.3 KB.
const MaxSecret = 64 << 10

// Open opens a regular file, or says why not. Links are followed.
func Open(path string) (*os.File, fs.FileInfo, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil, fault{"there is no file " + path, err}
	case err != nil:
		return nil, nil, fault{fmt.Sprintf("%s can't be read: %v", path, err), err}
	case !info.Mode().IsRegular():
		return nil, nil, notRegular(path, info)
	}
	// Looked at before it's opened, for opening a device can already do something;
	// and again afterwards, for the name may mean another file by then. A named
	// pipe that has come meanwhile isn't waited for.
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		whose := ""
		if name, other := AnotherOwner(path); other && errors.Is(err, fs.ErrPermission) {
			whose = ", for it belongs to the user " + name
		}
		return nil, nil, fault{fmt.Sprintf("%s can't be read by this user%s: %v", path, whose, err), err}
	}
	if info, err = f.Stat(); err == nil && !info.Mode().IsRegular() {
		err = notRegular(path, info)
	}
	if err != nil {
		return nil, nil, errors.Join(err, f.Close())
	}
	return f, info, nil
}

func notRegular(path string, info fs.FileInfo) error {
	kind := "a device"
	switch mode := info.Mode(); {
	case mode.IsDir():
		kind = "a folder"
	case mode&fs.ModeNamedPipe != 0:
		kind = "a named pipe"
	case mode&fs.ModeSocket != 0:
		kind = "a socket"
	}
	return fmt.Errorf("%s isn't a file but %s", path, kind)
}

// Read returns what a regular file holds, at most so many bytes.
func Read(path string, most int64) ([]byte, error) {
	f, _, err := Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // only read from
	return ReadAll(f, path, most)
}

// ReadAll reads a file that [Open] has opened.
func ReadAll(f io.Reader, path string, most int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(f, most+1))
	if err != nil {
		return nil, fault{fmt.Sprintf("%s can't be read: %v", path, err), err}
	}
	if int64(len(data)) > most {
		return nil, fmt.Errorf("%s is larger than %d KB", path, most>>10)
	}
	return data, nil
}

// ReadSecret reads a secret from a file: a password, a token, a key. What an
// editor adds is taken off, see [Secret].
func ReadSecret(path string) (string, error) {
	data, err := Read(path, MaxSecret)
	if err != nil {
		return "", err
	}
	text, err := Secret(data)
	if err != nil {
		return "", fmt.Errorf("%s %w", path, err)
	}
	return text, nil
}

// Secret is the secret that a file holds or a program has printed: without the
// mark (BOM) that editors put before UTF-8, and without the line breaks that they
// put at the end. Blanks belong to it. The error never shows any of it.
func Secret(data []byte) (string, error) {
	text := string(data)
	for strings.HasPrefix(text, "\ufeff") {
		text = strings.TrimPrefix(text, "\ufeff")
	}
	switch {
	case isUTF16(data):
		return "", errUTF16
	case strings.Contains(text, "\x00"):
		return "", errors.New("isn't text, for it has NUL bytes in it; save it as text: a key as PEM, not as DER")
	case !utf8.ValidString(text):
		return "", errors.New("isn't UTF-8 text; save it as UTF-8")
	}
	return strings.TrimRight(text, "\r\n"), nil
}

// isUTF16 tells UTF-16 by its mark, or by each second byte being 0, as it is
// where all is ASCII.
func isUTF16(data []byte) bool {
	if bytes.HasPrefix(data, []byte{0xff, 0xfe}) || bytes.HasPrefix(data, []byte{0xfe, 0xff}) {
		return true
	}
	zeros := bytes.Count(data, []byte{0})
	if zeros == 0 || zeros*2 != len(data) {
		return false
	}
	for i := 2; i < len(data); i++ {
		if (data[i] == 0) != (data[i-2] == 0) {
			return false
		}
	}
	return true
}

// PowerShell's > and Out-File write UTF-16 up to version 5, and so does Notepad's
// "Unicode".
var errUTF16 = errors.New("is saved as UTF-16, as Windows' Notepad (“Unicode”) and PowerShell's > do; " +
	"save it as UTF-8, in PowerShell with: Set-Content -Encoding ascii")

// fault is an error in our words that keeps the system's.
type fault struct {
	message string
	cause   error
}

func (f fault) Error() string { return f.message }
func (f fault) Unwrap() error { return f.cause }
