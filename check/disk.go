package check

import (
	"fmt"
	"os"
	"path/filepath"
)

// leastFree is how much room a database needs at least: for its log beside it, and for
// a copy of a small one.
const leastFree = 200 << 20

// Disk looks whether a database has room to grow, and to be copied.
func Disk(database string) []Finding {
	bytes, ok := free(filepath.Dir(database))
	if !ok {
		return nil
	}
	needed := uint64(leastFree)
	if info, err := os.Stat(database); err == nil && info.Size() > leastFree {
		needed = uint64(info.Size())
	}
	f := Finding{"disk", OK, fmt.Sprintf("%d MB are free at the database", bytes>>20)}
	if bytes < needed {
		f.Result, f.Detail = Warning, f.Detail+fmt.Sprintf(", less than %d MB: make room, or sending stops when it's full", needed>>20)
	}
	return []Finding{f}
}
