package store

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// Explain adds to an error of a database's what it means and what to do. Other
// errors, and nil, are returned as they are.
func Explain(err error) error {
	if err == nil || errors.As(err, new(explained)) {
		return err
	}
	advice := adviceSQLite(err)
	if advice == "" {
		advice = advicePostgres(err)
	}
	if advice == "" {
		return err
	}
	return explained{err: err, advice: advice}
}

func adviceSQLite(err error) string {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return ""
	}
	const primary = 0xff // the low byte is the primary result code
	return map[int]string{
		sqlite3.SQLITE_BUSY:     "another process holds the database's write lock; stop it or try again",
		sqlite3.SQLITE_LOCKED:   "another process holds the database's write lock; stop it or try again",
		sqlite3.SQLITE_READONLY: "the database file or its folder can't be written; check owner and mode",
		sqlite3.SQLITE_FULL:     "the disk is full; free some space",
		sqlite3.SQLITE_IOERR:    "the disk failed to read or write; check space and hardware",
		sqlite3.SQLITE_CANTOPEN: "the database file can't be opened; check that its folder exists and can be written",
		sqlite3.SQLITE_NOTADB:   "this file is no SQLite database; check the path in database:",
		sqlite3.SQLITE_CORRUPT:  "the database file is damaged; restore it from a backup",
	}[e.Code()&primary]
}

const postgresGone = "PostgreSQL has ended or can't be reached; see that it runs at the address in database:, its log says more"

const adviceTLS = "off this machine the connection must be encrypted, and the server's certificate be for the host's name, unless database: says otherwise; " +
	"give the server such a certificate, name its authority with ?sslrootcert=FILE at the end of the URL, " +
	"or write ?sslmode=require (whose server it is isn't looked at) or ?sslmode=disable (who listens on the way reads everything, the password too)"

func advicePostgres(err error) string {
	var e *pgconn.PgError
	var c *pgconn.ConnectError
	if !errors.As(err, &e) {
		network := errors.As(err, new(*net.OpError)) || errors.As(err, new(*net.DNSError))
		ended := errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
		if errors.As(err, &c) && verifies(c.Config) && !network && !ended {
			return adviceTLS
		}
		if errors.As(err, new(*pgconn.ConnectError)) || errors.As(err, new(*net.OpError)) {
			return postgresGone
		}
		return ""
	}
	switch e.Code { // PostgreSQL's manual, appendix A
	case "53100":
		return "the disk of the database's server is full; free some space there"
	case "53300":
		return "PostgreSQL has no connection left; raise its max_connections, or close some"
	case "25006":
		return "the database can only be read; is it a standby?"
	}
	switch {
	case strings.HasPrefix(e.Code, "08"), strings.HasPrefix(e.Code, "57P"):
		return postgresGone
	case strings.HasPrefix(e.Code, "28"), strings.HasPrefix(e.Code, "3D"):
		return "see user, password and name of the database in database:"
	}
	return ""
}

type explained struct {
	err    error
	advice string
}

func (e explained) Error() string { return fmt.Sprintf("%v (%s)", e.err, e.advice) }
func (e explained) Unwrap() error { return e.err }
