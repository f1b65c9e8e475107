package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// Restored is what a restore did.
type Restored struct {
	Backup
	Old string // the database that was there has this name now; "": there was none
}

// Restore puts a copy of a backup where a database is or was to be. The copy is made
// and checked first; then the old database, with the files beside it, gets a name with
// this suffix. It refuses while a daemon sends from the old one.
func Restore(ctx context.Context, backup, database, suffix string) (r Restored, err error) {
	if r, err = restore(ctx, backup, database, suffix); err != nil {
		return Restored{}, fmt.Errorf("restore: %w", Explain(err))
	}
	return r, nil
}

func restore(ctx context.Context, backup, database, suffix string) (r Restored, err error) {
	switch same, err := sameFile(backup, database); {
	case err != nil:
		return r, err
	case same:
		return r, errors.New("the backup is the database itself")
	}
	if database, err = resolve(database); err != nil { // a link stays, and leads to what is restored
		return r, err
	}
	sender, err := lockFile(database)
	if err != nil {
		return r, err
	}
	defer func() { _ = sender.Release() }()
	fresh := database + suffix + ".new"
	if r.Backup, err = backUp(ctx, backup, fresh); err != nil {
		return r, err
	}
	defer func() { _ = os.Remove(fresh) }() // it has another name by then, or is of no use
	// The log beside a database belongs to it, and would damage another one.
	for _, beside := range []string{"-wal", "-shm", ""} {
		switch err := os.Rename(database+beside, database+suffix+beside); {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return r, err
		case beside == "":
			r.Old = database + suffix
		}
	}
	return r, giveName(fresh, database)
}

// sameFile tells whether two names mean one file. The second need not be there.
func sameFile(one, other string) (bool, error) {
	a, err := os.Stat(one)
	if err != nil {
		return false, err
	}
	b, err := os.Stat(other)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil && os.SameFile(a, b), err
}
