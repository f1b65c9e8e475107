package ledger

import (
	"context"
	"database/sql"
	"sync"
)

// statements are those that run for each page or each mail: SQLite takes longer
// to compile them than to run them.
type statements struct {
	mu                   sync.Mutex
	ready, mark, outcome *sql.Stmt
}

// prepare compiles them at first need.
func (l *Ledger) prepare(ctx context.Context) (err error) {
	s := &l.statements
	s.mu.Lock()
	defer s.mu.Unlock()
	for text, stmt := range map[string]**sql.Stmt{sqlReady(l.db): &s.ready, sqlMark(l.db): &s.mark, sqlOutcome: &s.outcome} {
		if *stmt != nil {
			continue
		}
		if *stmt, err = l.db.Prepare(ctx, text); err != nil { //nolint:sqlclosecheck // it lives as long as the database is open
			return err
		}
	}
	return nil
}
