package dkim

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"dailytip/safefile"
)

// Load reads a key that signs for a domain. The file must be for its owner only.
// Group and others may not read it, with two exceptions, since there the
// system decides on the mode and not the operator:
//
//   - a file in $CREDENTIALS_DIRECTORY, which systemd shows to our service alone;
//   - a file that belongs to root and that its group may read but not write (0440
//     or 0640): so Debian's packages and Kubernetes hand a secret to a service.
//
// Links are followed; what counts is the file that was opened. Where files have
// no such modes (Windows) nothing is checked.
func Load(domain, selector, file string) (*Key, error) {
	data, err := readPrivate(file)
	if err != nil {
		return nil, fmt.Errorf("read DKIM key: %w", err)
	}
	k, err := Parse(domain, selector, data)
	if err != nil {
		return nil, fmt.Errorf("read DKIM key %s: %w", file, err)
	}
	return k, nil
}

func readPrivate(file string) ([]byte, error) {
	f, info, err := safefile.Open(file)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // only read from
	if err := checkMode(file, info); err != nil {
		return nil, err
	}
	data, err := safefile.ReadAll(f, file, safefile.MaxSecret)
	if err != nil {
		return nil, err
	}
	text, err := safefile.Secret(data)
	if err != nil {
		return nil, fmt.Errorf("%s %w", file, err)
	}
	return []byte(text), nil
}

func checkMode(file string, info fs.FileInfo) error {
	mode := info.Mode().Perm()
	if !hasModes || mode&0o077 == 0 || safefile.IsCredential(file) {
		return nil
	}
	if mode&^0o640 == 0 && ownedByRoot(info) {
		return nil
	}
	whom := "its group"
	if mode&0o007 != 0 {
		whom = "everyone on this machine"
	}
	return fmt.Errorf("%s is open to %s (mode %04o), and who has it can sign in your name; type: chmod 600 %s", file, whom, mode, safefile.ShellWord(file))
}

// WriteKey writes a new key file that only its owner can read. It never
// overwrites: mails that are under way are verified with the old key.
func WriteKey(file string, data []byte) (err error) {
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	switch {
	case errors.Is(err, fs.ErrExist):
		return fmt.Errorf("write DKIM key: %s is there already, and a key is never overwritten; choose another file, or another selector for a new key", file)
	case err != nil:
		return fmt.Errorf("write DKIM key: %w", err)
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		// Half a key is worth nothing and would be in the way.
		return fmt.Errorf("write DKIM key: %w", errors.Join(err, os.Remove(file)))
	}
	return nil
}
