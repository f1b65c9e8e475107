package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"dailytip/store"
)

// Place is a node's among those that send from one database.
type Place struct {
	Rank  int // from 0
	Nodes int // this one included, at least 1
}

// Beat says that a node is alive, which keeps its claims its own, and returns its
// place among those that weren't silent for longer than a time.
func (l *Ledger) Beat(ctx context.Context, now time.Time, node string, silent time.Duration) (p Place, err error) {
	err = l.write(ctx, func(tx *sql.Tx) error { return l.seen(ctx, tx, now, node) })
	if err == nil {
		// It asks after the commit, so that of several that begin together the last one sees the others.
		err = l.db.Read().QueryRowContext(ctx, "SELECT COUNT(*), COALESCE(SUM(CASE WHEN id < $1 THEN 1 ELSE 0 END), 0) FROM nodes WHERE seen_at >= $2",
			node, store.Millis(now.Add(-silent))).Scan(&p.Nodes, &p.Rank)
	}
	if err != nil {
		return Place{Nodes: 1}, fmt.Errorf("say that this node is alive: %w", err)
	}
	return p, nil
}

// seen notes that a node is alive. [Ledger.Recover] forgets it when it was silent
// for a lease.
func (l *Ledger) seen(ctx context.Context, tx *sql.Tx, now time.Time, node string) error {
	_, err := l.statements.Exec(ctx, tx, sqlSeen, node, store.Millis(now))
	if err != nil {
		return fmt.Errorf("note that node %s is alive: %w", node, err)
	}
	return nil
}

const sqlSeen = `
	INSERT INTO nodes (id, seen_at) VALUES ($1, $2)
	ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at WHERE nodes.seen_at < excluded.seen_at`

// Leave says that a node has ended. What it has still claimed is in doubt from now
// on, and any node's to recover.
func (l *Ledger) Leave(ctx context.Context, node string) error {
	err := l.db.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "UPDATE nodes SET seen_at = 0 WHERE id = $1", node)
		return err
	})
	if err != nil {
		return fmt.Errorf("say that node %s has ended: %w", node, err)
	}
	return nil
}

// Nodes counts the daemons that were seen sending since an instant.
func (l *Ledger) Nodes(ctx context.Context, since time.Time) (n int64, err error) {
	err = l.db.Read().QueryRowContext(ctx, "SELECT COUNT(*) FROM nodes WHERE seen_at >= $1", store.Millis(since)).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count nodes: %w", err)
	}
	return n, nil
}
