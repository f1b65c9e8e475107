//go:build unix

package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// handOver gives what root has made in a folder to whom the folder belongs to: the
// daemon's user, for whom a package has made it. Only what the patterns name is given,
// and nothing outside, whatever links its owner puts there meanwhile.
func handOver(folder string, patterns ...string) error {
	owner, ok := ownerOf(folder)
	if os.Geteuid() != 0 || !ok || owner.Uid == 0 {
		return nil
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return fmt.Errorf("hand over: %w", err)
	}
	defer func() { _ = root.Close() }()
	for _, pattern := range patterns {
		names, err := fs.Glob(root.FS(), pattern)
		if err != nil {
			return fmt.Errorf("hand over: %w", err)
		}
		for _, name := range names {
			err := fs.WalkDir(root.FS(), name, func(path string, _ fs.DirEntry, err error) error {
				if err != nil {
					return err
				}
				info, err := root.Lstat(path)
				if err != nil {
					return err
				}
				if s, ok := info.Sys().(*syscall.Stat_t); !ok || s.Uid != 0 {
					return nil
				}
				return root.Lchown(path, int(owner.Uid), int(owner.Gid))
			})
			if err != nil {
				return fmt.Errorf("hand over %s: %w", filepath.Join(folder, name), err)
			}
		}
	}
	return nil
}

// handOverFile gives a file of root's to whom a folder belongs to.
func handOverFile(file, folder string) error {
	owner, ok := ownerOf(folder)
	if os.Geteuid() != 0 || !ok || owner.Uid == 0 {
		return nil
	}
	if err := os.Lchown(file, int(owner.Uid), int(owner.Gid)); err != nil {
		return fmt.Errorf("let the daemon read %s: %w", file, err)
	}
	return nil
}

// shareWithGroup lets a folder's group read a file of root's in it: the daemon's group,
// when a package has made the folder.
func shareWithGroup(file string) error {
	folder, ok := ownerOf(filepath.Dir(file))
	if os.Geteuid() != 0 || !ok || folder.Gid == 0 {
		return nil
	}
	if err := os.Lchown(file, -1, int(folder.Gid)); err != nil {
		return fmt.Errorf("let the daemon read %s: %w", file, err)
	}
	return os.Chmod(file, 0o640) //nolint:gosec // the daemon's group, which nobody else is in
}

func ownerOf(path string) (*syscall.Stat_t, bool) {
	info, err := os.Lstat(path)
	if err != nil {
		return nil, false
	}
	s, ok := info.Sys().(*syscall.Stat_t)
	return s, ok
}
