package store

import (
	"errors"
	"fmt"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// Explain adds to an error of SQLite's what it means and what to do. Other
// errors, and nil, are returned as they are.
func Explain(err error) error {
	var e *sqlite.Error
	if err == nil || !errors.As(err, &e) || errors.As(err, new(explained)) {
		return err
	}
	const primary = 0xff // the low byte is the primary result code
	advice := map[int]string{
		sqlite3.SQLITE_BUSY:     "another process holds the database's write lock; stop it or try again",
		sqlite3.SQLITE_LOCKED:   "another process holds the database's write lock; stop it or try again",
		sqlite3.SQLITE_READONLY: "the database file or its folder can't be written; check owner and mode",
		sqlite3.SQLITE_FULL:     "the disk is full; free some space",
		sqlite3.SQLITE_IOERR:    "the disk failed to read or write; check space and hardware",
		sqlite3.SQLITE_CANTOPEN: "the database file can't be opened; check that its folder exists and can be written",
		sqlite3.SQLITE_NOTADB:   "this file is no SQLite database; check the path in database:",
		sqlite3.SQLITE_CORRUPT:  "the database file is damaged; restore it from a backup",
	}[e.Code()&primary]
	if advice == "" {
		return err
	}
	return explained{err: err, advice: advice}
}

type explained struct {
	err    error
	advice string
}

func (e explained) Error() string { return fmt.Sprintf("%v (%s)", e.err, e.advice) }
func (e explained) Unwrap() error { return e.err }
