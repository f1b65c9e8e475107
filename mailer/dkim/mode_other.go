//go:build !unix

package dkim

import "io/fs"

// hasModes says that a file's mode tells who can read it.
const hasModes = false

func ownedByRoot(fs.FileInfo) bool { return false }
