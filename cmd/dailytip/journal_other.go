//go:build !unix

package main

import "os"

func deviceAndInode(*os.File) (device, inode uint64, ok bool) { return 0, 0, false }
