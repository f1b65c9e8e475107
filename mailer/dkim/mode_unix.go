//go:build unix

package dkim

import (
	"io/fs"
	"syscall"
)

// hasModes says that a file's mode tells who can read it.
const hasModes = true

func ownedByRoot(info fs.FileInfo) bool {
	s, ok := info.Sys().(*syscall.Stat_t)
	return ok && s.Uid == 0
}
