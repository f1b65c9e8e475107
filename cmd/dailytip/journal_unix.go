//go:build unix

package main

import (
	"os"
	"syscall"
)

func deviceAndInode(f *os.File) (device, inode uint64, ok bool) {
	info, err := f.Stat()
	if err != nil {
		return 0, 0, false
	}
	s, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, 0, false
	}
	return uint64(s.Dev), uint64(s.Ino), true //nolint:unconvert,gosec // other systems have other types
}
