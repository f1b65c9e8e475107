package ledger

import (
	"context"
	"database/sql"

	"dailytip/store"
)

// write is [store.DB.Write] for transactions that run the statements of each page and
// each mail. They are compiled at first need.
func (l *Ledger) write(ctx context.Context, f func(tx *sql.Tx) error) error {
	if err := l.statements.Compile(ctx, l.db, sqlWork, sqlSeen, sqlReady(l.db), sqlMark(l.db), sqlOutcome, sqlCountMore, sqlCountMinute, sqlCountReceiver); err != nil {
		return err
	}
	return l.db.Write(ctx, f)
}

// uninterrupted is the context for the short statements of a transaction that has begun.
// SQLite answers them at once, and to be able to interrupt one costs a goroutine each.
func uninterrupted(ctx context.Context, db *store.DB) context.Context {
	if db.Postgres() {
		return ctx
	}
	return context.WithoutCancel(ctx)
}

// inChunks runs f in transactions of its own until it changes nothing more.
func (l *Ledger) inChunks(ctx context.Context, f func(tx *sql.Tx) (int64, error)) error {
	for n := int64(1); n > 0; {
		err := l.write(ctx, func(tx *sql.Tx) (err error) {
			n, err = f(tx)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
