package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"dailytip/store"
)

// Place is a node's among those that send from one database. What they share is
// divided by it.
type Place struct {
	Rank  int // from 0
	Nodes int // this one included, at least 1
}

// Share divides n things: all nodes' shares add up to n.
func (p Place) Share(n int) int {
	if p.Nodes <= 1 {
		return n
	}
	share := n / p.Nodes
	if p.Rank < n%p.Nodes {
		share++
	}
	return share
}

// Beat says that a node is alive, forgets those that were silent for longer
// than a time, and returns the node's place.
func (l *Ledger) Beat(ctx context.Context, now time.Time, node string, silent time.Duration) (p Place, err error) {
	err = l.db.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `
			INSERT INTO nodes (id, seen_at) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at`,
			node, store.Millis(now))
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "DELETE FROM nodes WHERE id IN (SELECT id FROM nodes WHERE seen_at < $1"+l.db.SkipLocked()+")", store.Millis(now.Add(-silent))); err != nil {
			return err
		}
		return tx.QueryRowContext(ctx, "SELECT COUNT(*), COALESCE(SUM(CASE WHEN id < $1 THEN 1 ELSE 0 END), 0) FROM nodes", node).
			Scan(&p.Nodes, &p.Rank)
	})
	if err != nil {
		return Place{Nodes: 1}, fmt.Errorf("say that this node is alive: %w", err)
	}
	return p, nil
}

// Leave says that a node has ended.
func (l *Ledger) Leave(ctx context.Context, node string) error {
	return l.db.Write(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "DELETE FROM nodes WHERE id = $1", node); err != nil {
			return fmt.Errorf("say that this node has ended: %w", err)
		}
		return nil
	})
}

// Reserve takes up to want mails from what a relay may get on a day of UTC, and
// returns how many it got. What is reserved counts as used: a process that dies
// leaves less for the day, never more.
func (l *Ledger) Reserve(ctx context.Context, relay, day string, want, limit int) (granted int, err error) {
	err = l.db.Write(ctx, func(tx *sql.Tx) error {
		granted = 0
		_, err := tx.ExecContext(ctx, "INSERT INTO relay_days (relay, day, used) VALUES ($1, $2, 0) ON CONFLICT (relay, day) DO NOTHING", relay, day)
		if err != nil {
			return err
		}
		for done := false; !done; {
			var used int
			err := tx.QueryRowContext(ctx, "SELECT used FROM relay_days WHERE relay = $1 AND day = $2", relay, day).Scan(&used)
			if err != nil {
				return err
			}
			take := max(min(want, limit-used), 0)
			// Another node may have reserved since.
			n, err := affected(tx.ExecContext(ctx, "UPDATE relay_days SET used = used + $3 WHERE relay = $1 AND day = $2 AND used = $4", relay, day, take, used))
			if err != nil {
				return err
			}
			if done = n > 0; done {
				granted = take
			}
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("reserve for relay %s: %w", relay, err)
	}
	return granted, nil
}

// Return gives back what was reserved and not used.
func (l *Ledger) Return(ctx context.Context, relay, day string, n int) error {
	return l.db.Write(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "UPDATE relay_days SET used = used - $3 WHERE relay = $1 AND day = $2", relay, day, n); err != nil {
			return fmt.Errorf("return what relay %s didn't use: %w", relay, err)
		}
		return nil
	})
}

// Nodes counts the daemons that were seen sending since an instant.
func (l *Ledger) Nodes(ctx context.Context, since time.Time) (n int64, err error) {
	err = l.db.Read().QueryRowContext(ctx, "SELECT COUNT(*) FROM nodes WHERE seen_at >= $1", store.Millis(since)).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count nodes: %w", err)
	}
	return n, nil
}
