//go:build linux || darwin

package check

import "syscall"

// free returns how many bytes a user may still write in a folder; ok false: nobody can
// tell.
func free(folder string) (bytes uint64, ok bool) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(folder, &s); err != nil {
		return 0, false
	}
	return s.Bavail * uint64(s.Bsize), true //nolint:gosec,unconvert,nolintlint // its type differs between systems
}
