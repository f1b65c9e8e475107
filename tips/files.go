package tips

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"strings"
	"syscall"
)

// errNoFile means that a name leads to a pipe, a device or the like.
var errNoFile = errors.New("it is no regular file")

// regular is what was opened, if that is a file and nothing else. What it is, is
// asked of what was opened, since the name may lead elsewhere a moment later.
func regular(file *os.File, err error) (*os.File, error) {
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = &fs.PathError{Op: "open", Path: file.Name(), Err: errNoFile}
	}
	if err != nil {
		_ = file.Close() // the error says enough
		return nil, err
	}
	return file, nil
}

// Folder is a library's folder as a file system, for tips and pictures alike.
// Only regular files in it can be opened: no link leads out of it, links inside
// are followed (as in a folder that Kubernetes mounts), and what lies in a hidden
// folder or has a hidden name isn't there.
type Folder struct {
	root  *os.Root
	files fs.FS
}

// OpenFolder opens a folder as it is now. Close it.
func OpenFolder(dir string) (*Folder, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return &Folder{root, root.FS()}, nil
}

// Close closes the folder.
func (f *Folder) Close() error { return f.root.Close() }

// Open opens a file; folders can only be listed, by ReadDir.
func (f *Folder) Open(name string) (fs.File, error) {
	if err := f.check("open", name); err != nil {
		return nil, err
	}
	file, err := regular(f.root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0))
	switch {
	case errors.Is(err, fs.ErrPermission):
		return nil, err
	case err != nil:
		return nil, &fs.PathError{Op: "open", Path: name, Err: absent{errors.Unwrap(err)}}
	}
	return file, nil
}

// absent is why a name has no file here: for whoever asks for it, it isn't there.
type absent struct{ error }

// Is makes it the same as a name that doesn't exist.
func (absent) Is(target error) bool { return target == fs.ErrNotExist }

// Stat describes what a name leads to.
func (f *Folder) Stat(name string) (fs.FileInfo, error) {
	if err := f.check("stat", name); err != nil {
		return nil, err
	}
	info, err := fs.Stat(f.files, name)
	var fault *fs.PathError
	if errors.As(err, &fault) {
		fault.Op = "stat" // not the name of a system call
	}
	return info, err
}

// ReadDir lists a folder, without what is hidden.
func (f *Folder) ReadDir(name string) ([]fs.DirEntry, error) {
	if err := f.check("readdir", name); err != nil {
		return nil, err
	}
	entries, err := fs.ReadDir(f.files, name)
	shown := entries[:0]
	for _, e := range entries {
		if !isHidden(e.Name()) {
			shown = append(shown, e)
		}
	}
	return shown, err
}

func (f *Folder) check(op, name string) error {
	if !fs.ValidPath(name) {
		return &fs.PathError{Op: op, Path: name, Err: fs.ErrInvalid}
	}
	for dir := name; dir != "."; dir = path.Dir(dir) {
		if isHidden(path.Base(dir)) {
			return &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist}
		}
	}
	return nil
}

func isHidden(name string) bool { return len(name) > 1 && strings.HasPrefix(name, ".") }
