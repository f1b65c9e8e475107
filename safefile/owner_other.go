//go:build !unix

package safefile

import "io/fs"

// hasModes says that a file's mode tells who can read it.
const hasModes = false

func ownedByRoot(fs.FileInfo) bool { return false }

func privateGroup(fs.FileInfo) bool { return false }

func anotherOwner(fs.FileInfo) (name string, other bool) { return "", false }

func strangeOwner(fs.FileInfo) (name string, other bool) { return "", false }
