package store

import (
	"context"
	"database/sql"
	"sync"
)

// Statements are texts of SQL that are compiled once, for transactions that run them
// thousands of times: SQLite takes longer to compile most statements than to run them.
// The zero value has none, and runs each text as it comes.
type Statements struct {
	mu       sync.RWMutex
	compiled map[string]*sql.Stmt
}

// Compile compiles texts that aren't yet. It must not be called inside of a
// transaction: on SQLite there's one connection for writing. It holds no lock while it
// waits for that connection, which a transaction may have that runs statements of s.
func (s *Statements) Compile(ctx context.Context, db *DB, texts ...string) error {
	for _, text := range texts {
		if s.of(text) != nil {
			continue
		}
		stmt, err := db.Prepare(ctx, text)
		if err != nil {
			return err
		}
		if !s.keep(text, stmt) { // somebody else was faster
			if err := stmt.Close(); err != nil { //nolint:sqlclosecheck // the one that is kept lives as long as the database is open
				return err
			}
		}
	}
	return nil
}

func (s *Statements) of(text string) *sql.Stmt {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.compiled[text]
}

// keep keeps a compiled statement, unless there is one.
func (s *Statements) keep(text string, stmt *sql.Stmt) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.compiled[text] != nil {
		return false
	}
	if s.compiled == nil {
		s.compiled = map[string]*sql.Stmt{}
	}
	s.compiled[text] = stmt
	return true
}

// In returns one of them for a transaction, with which it ends; nil when it isn't
// compiled.
func (s *Statements) In(ctx context.Context, tx *sql.Tx, text string) *sql.Stmt {
	stmt := s.of(text)
	if stmt == nil {
		return nil
	}
	return tx.StmtContext(ctx, stmt)
}

// Exec is [sql.Tx.ExecContext].
func (s *Statements) Exec(ctx context.Context, tx *sql.Tx, text string, args ...any) (sql.Result, error) {
	if stmt := s.In(ctx, tx, text); stmt != nil { //nolint:sqlclosecheck // it ends with the transaction
		return stmt.ExecContext(ctx, args...)
	}
	return tx.ExecContext(ctx, text, args...)
}

// Query is [sql.Tx.QueryContext].
func (s *Statements) Query(ctx context.Context, tx *sql.Tx, text string, args ...any) (*sql.Rows, error) {
	if stmt := s.In(ctx, tx, text); stmt != nil { //nolint:sqlclosecheck // it ends with the transaction
		return stmt.QueryContext(ctx, args...)
	}
	return tx.QueryContext(ctx, text, args...)
}

// QueryRow is [sql.Tx.QueryRowContext].
func (s *Statements) QueryRow(ctx context.Context, tx *sql.Tx, text string, args ...any) *sql.Row {
	if stmt := s.In(ctx, tx, text); stmt != nil { //nolint:sqlclosecheck // it ends with the transaction
		return stmt.QueryRowContext(ctx, args...)
	}
	return tx.QueryRowContext(ctx, text, args...)
}
