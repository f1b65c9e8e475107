package ledger

import (
	"context"
	"database/sql"
	"sync"
)

// statements are those that run for each page or each mail: SQLite takes longer
// to compile them than to run them.
type statements struct {
	mu       sync.Mutex
	compiled map[string]*sql.Stmt // by their text; nil: none is compiled yet
}

// write is [store.DB.Write] for transactions that run them.
func (l *Ledger) write(ctx context.Context, f func(tx *sql.Tx) error) error {
	if err := l.compile(ctx); err != nil {
		return err
	}
	return l.db.Write(ctx, f)
}

// compile compiles them at first need: a transaction can't, since SQLite has one
// connection that writes.
func (l *Ledger) compile(ctx context.Context) error {
	s := &l.statements
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.compiled != nil {
		return nil
	}
	compiled := map[string]*sql.Stmt{}
	for _, text := range []string{sqlWork, sqlSeen, sqlReady(l.db), sqlMark(l.db), sqlOutcome, sqlCountMore} {
		stmt, err := l.db.Prepare(ctx, text) //nolint:sqlclosecheck // it lives as long as the database is open
		if err != nil {
			return err
		}
		compiled[text] = stmt
	}
	s.compiled = compiled
	return nil
}

// statement returns one of them for a transaction of [Ledger.write], with which it
// ends.
func (l *Ledger) statement(ctx context.Context, tx *sql.Tx, text string) *sql.Stmt {
	return tx.StmtContext(ctx, l.statements.compiled[text])
}
