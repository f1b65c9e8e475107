//go:build unix

package safefile

import (
	"io/fs"
	"os"
	"os/user"
	"strconv"
	"syscall"
)

// hasModes says that a file's mode tells who can read it.
const hasModes = true

func ownedByRoot(info fs.FileInfo) bool {
	s, ok := info.Sys().(*syscall.Stat_t)
	return ok && s.Uid == 0
}

// privateGroup tells whether a file's group is its owner's own, which has nobody
// else in it: distributions make one for each user, and let it write what the user
// makes. Root's group is its own in the same way.
func privateGroup(info fs.FileInfo) bool {
	s, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return false
	}
	if s.Uid == 0 && s.Gid == 0 {
		return true
	}
	group, err := user.LookupGroupId(strconv.Itoa(int(s.Gid)))
	if err != nil {
		return false
	}
	owner, err := user.LookupId(strconv.Itoa(int(s.Uid)))
	return err == nil && owner.Username == group.Name
}

// strangeOwner names a file's owner when that is neither we nor root.
func strangeOwner(info fs.FileInfo) (name string, other bool) {
	if ownedByRoot(info) {
		return "", false
	}
	return anotherOwner(info)
}

// anotherOwner names a file's owner when that isn't who we act as.
func anotherOwner(info fs.FileInfo) (name string, other bool) {
	s, ok := info.Sys().(*syscall.Stat_t)
	if !ok || int(s.Uid) == os.Geteuid() {
		return "", false
	}
	id := strconv.Itoa(int(s.Uid))
	if u, err := user.LookupId(id); err == nil {
		return u.Username, true
	}
	return "number " + id, true
}
