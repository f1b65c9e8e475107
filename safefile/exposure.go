package safefile

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Exposure is a way in which other users of the machine get at a file.
type Exposure struct {
	Path    string // of the file, or of a folder above it
	Problem string // what they can do, such as "can be read by everyone on this machine (mode 0644)"
	Remedy  string // the command that ends it
}

func (e Exposure) String() string { return e.Path + " " + e.Problem + "; type: " + e.Remedy }

// Exposures tells how others could change a file, or read it when it's secret:
// by its own mode and owner, and by those of the folders above, in which it could
// be replaced. What systemd shows to our service alone ($CREDENTIALS_DIRECTORY)
// isn't looked at, nor is anything where files have no modes. A file that isn't
// there has none.
func Exposures(path string, secret bool) []Exposure {
	path, err := filepath.Abs(path)
	if err != nil || !hasModes || IsCredential(path) {
		return nil
	}
	found := exposures(path, secret)
	if resolved, err := filepath.EvalSymlinks(path); err == nil && resolved != path {
		for _, e := range exposures(resolved, secret) {
			if !slices.Contains(found, e) {
				found = append(found, e)
			}
		}
	}
	return found
}

func exposures(path string, secret bool) []Exposure {
	var found []Exposure
	for _, folder := range foldersAbove(path) {
		info, err := os.Stat(folder)
		if err != nil {
			return nil
		}
		if e, open := folderExposure(folder, info); open {
			found = append(found, e)
		}
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil
	}
	return append(found, fileExposures(path, info, secret)...)
}

// foldersAbove lists them from the root down.
func foldersAbove(path string) []string {
	var folders []string
	for dir := filepath.Dir(path); ; dir = filepath.Dir(dir) {
		folders = append(folders, dir)
		if dir == filepath.Dir(dir) {
			slices.Reverse(folders)
			return folders
		}
	}
}

func folderExposure(folder string, info fs.FileInfo) (Exposure, bool) {
	mode := info.Mode()
	if mode&fs.ModeSticky != 0 { // only its owner can replace a file in it
		return Exposure{}, false
	}
	who, open := writers(info)
	return Exposure{
		Path:    folder,
		Problem: fmt.Sprintf("can be written by %s (mode %04o), who could replace the file in it", who, mode.Perm()),
		Remedy:  "chmod go-w " + ShellWord(folder),
	}, open
}

func fileExposures(path string, info fs.FileInfo, secret bool) []Exposure {
	mode := info.Mode().Perm()
	var found []Exposure
	if name, other := strangeOwner(info); other {
		found = append(found, Exposure{path, "belongs to another user, " + name + ", who can change it", "chown \"$(id -u)\" " + ShellWord(path)})
	}
	if who, open := writers(info); open {
		remedy := "chmod go-w " + ShellWord(path)
		if secret {
			remedy = "chmod 600 " + ShellWord(path)
		}
		return append(found, Exposure{path, fmt.Sprintf("can be changed by %s (mode %04o)", who, mode), remedy})
	}
	if !secret {
		return found
	}
	switch {
	case mode&0o004 != 0:
		return append(found, Exposure{path, fmt.Sprintf("can be read by everyone on this machine (mode %04o)", mode), "chmod 600 " + ShellWord(path)})
	// A file of root's that a group may read is how packages hand a secret to a
	// service.
	case mode&0o040 != 0 && !privateGroup(info) && !ownedByRoot(info):
		return append(found, Exposure{path, fmt.Sprintf("can be read by its group (mode %04o)", mode), "chmod 600 " + ShellWord(path)})
	}
	return found
}

// writers are those beside its owner who may write something.
func writers(info fs.FileInfo) (who string, open bool) {
	switch mode := info.Mode(); {
	case mode&0o002 != 0:
		return "everyone on this machine", true
	case mode&0o020 != 0 && !privateGroup(info):
		return "its group", true
	}
	return "", false
}

// AnotherOwner names the user that a file belongs to, when that isn't the one who runs
// this. Of a file that isn't there it tells the folder's.
func AnotherOwner(path string) (name string, other bool) {
	info, err := os.Stat(path)
	if err != nil {
		info, err = os.Stat(filepath.Dir(path))
	}
	if err != nil {
		return "", false
	}
	return anotherOwner(info)
}

// ShellWord quotes a path for a shell when it needs that.
func ShellWord(s string) string {
	if strings.ContainsAny(s, " \t\n'\"\\$`&|;<>()*?[]#~!{}") {
		return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
	}
	return s
}

// IsCredential tells whether a file is one that systemd's LoadCredential made.
func IsCredential(file string) bool {
	dir := os.Getenv("CREDENTIALS_DIRECTORY")
	if dir == "" {
		return false
	}
	dir, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return false
	}
	path, err := filepath.EvalSymlinks(file)
	if err != nil {
		return false
	}
	if path, err = filepath.Abs(path); err != nil {
		return false
	}
	inside, err := filepath.Rel(dir, path)
	return err == nil && inside != ".." && !strings.HasPrefix(inside, ".."+string(filepath.Separator))
}
