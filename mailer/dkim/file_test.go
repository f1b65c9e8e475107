package dkim

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dailytip/safefile"
)

func keyFile(t *testing.T, mode fs.FileMode) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "dkim.pem")
	if err := os.WriteFile(file, made[Ed25519](), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(file, mode); err != nil { // whatever the umask
		t.Fatal(err)
	}
	return file
}

func load(file string) error {
	_, err := Load("example.com", "tips", file)
	return err
}

func refused(t *testing.T, err error, words ...string) {
	t.Helper()
	for _, w := range words {
		if err == nil || !strings.Contains(err.Error(), w) {
			t.Errorf("error %v, want one with %q", err, w)
		}
	}
}

func TestLoadOwnFile(t *testing.T) {
	if !hasModes {
		t.Log("files have no modes here")
		return
	}
	for _, mode := range []fs.FileMode{0o600, 0o400, 0o700} {
		if err := load(keyFile(t, mode)); err != nil {
			t.Errorf("%04o: %v", mode, err)
		}
	}
	for _, mode := range []fs.FileMode{0o644, 0o604, 0o660, 0o602, 0o640, 0o440, 0o601} {
		file := keyFile(t, mode)
		if os.Getuid() == 0 { // else it is somebody's already
			if err := os.Chown(file, 65534, -1); err != nil {
				t.Fatal(err)
			}
		}
		refused(t, load(file), file+" is open to", "chmod 600 "+file)
	}
}

// rooted is a file of root's with a mode of our choice.
type rooted struct {
	fs.FileInfo
	mode fs.FileMode
}

func (r rooted) Mode() fs.FileMode { return r.mode }

func TestRootsFileMayBeReadByItsGroup(t *testing.T) {
	if !hasModes {
		t.Log("files have no modes here")
		return
	}
	info, err := os.Stat("/")
	if err != nil {
		t.Fatal(err)
	}
	if !ownedByRoot(info) {
		t.Fatal("/ isn't root's")
	}
	for mode, ok := range map[fs.FileMode]bool{
		0o440: true, 0o640: true, 0o600: true, 0o400: true,
		0o444: false, 0o644: false, 0o660: false, 0o604: false, 0o750: false, 0o642: false,
	} {
		if err := checkMode("key.pem", rooted{info, mode}); (err == nil) != ok {
			t.Errorf("%04o: %v", mode, err)
		}
	}
}

func TestLoadCredential(t *testing.T) {
	if !hasModes {
		t.Log("files have no modes here")
		return
	}
	file := keyFile(t, 0o444)
	refused(t, load(file), "everyone on this machine")
	t.Setenv("CREDENTIALS_DIRECTORY", filepath.Dir(file))
	if err := load(file); err != nil {
		t.Errorf("a credential: %v", err)
	}
	refused(t, load(keyFile(t, 0o444)), "chmod 600")
	// A folder whose name begins the same, and a way out of the folder.
	t.Setenv("CREDENTIALS_DIRECTORY", strings.TrimSuffix(filepath.Dir(file), "1"))
	refused(t, load(keyFile(t, 0o444)), "chmod 600")
	inside := t.TempDir()
	t.Setenv("CREDENTIALS_DIRECTORY", inside)
	if err := os.Symlink(file, filepath.Join(inside, "key")); err != nil {
		t.Fatal(err)
	}
	refused(t, load(filepath.Join(inside, "key")), "chmod 600")
	for _, dir := range []string{"", "/there/is/none"} {
		t.Setenv("CREDENTIALS_DIRECTORY", dir)
		refused(t, load(file), "chmod 600")
	}
}

func TestLoadFaults(t *testing.T) {
	dir := t.TempDir()
	refused(t, load(filepath.Join(dir, "none.pem")), "read DKIM key", "none.pem")
	refused(t, load(dir), "isn't a file")
	big := filepath.Join(dir, "big.pem")
	if err := os.WriteFile(big, bytes.Repeat([]byte("x"), safefile.MaxSecret+1), 0o600); err != nil {
		t.Fatal(err)
	}
	refused(t, load(big), "larger than 64 KB")
	wide := filepath.Join(dir, "wide.pem") // as PowerShell's > writes
	if err := os.WriteFile(wide, []byte("\xff\xfe-\x00-\x00"), 0o600); err != nil {
		t.Fatal(err)
	}
	refused(t, load(wide), "UTF-16")
	marked := filepath.Join(dir, "marked.pem")
	if err := os.WriteFile(marked, append([]byte("\ufeff"), made[RSA]()...), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := load(marked); err != nil {
		t.Errorf("a key with a mark before it: %v", err)
	}
	other := filepath.Join(dir, "other.pem")
	if err := os.WriteFile(other, []byte("no key"), 0o600); err != nil {
		t.Fatal(err)
	}
	refused(t, load(other), other, "BEGIN PRIVATE KEY")
}

func TestWriteKey(t *testing.T) {
	file := filepath.Join(t.TempDir(), "dkim.pem")
	if err := WriteKey(file, made[RSA]()); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	if hasModes && info.Mode().Perm() != 0o600 {
		t.Errorf("mode %04o", info.Mode().Perm())
	}
	if err := load(file); err != nil {
		t.Error(err)
	}
	refused(t, WriteKey(file, made[Ed25519]()), "never overwritten", file)
	if data, err := os.ReadFile(file); err != nil || !bytes.Equal(data, made[RSA]()) {
		t.Errorf("the first key is gone: %v", err)
	}
	refused(t, WriteKey(filepath.Join(t.TempDir(), "none", "dkim.pem"), nil), "write DKIM key")
}
