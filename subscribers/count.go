package subscribers

import (
	"context"
	"database/sql"
	"fmt"

	"dailytip/store"
)

// CountStates counts subscriptions by newsletter and state. It passes over all
// of them.
func (l *List) CountStates(ctx context.Context) (map[string]map[State]int64, error) {
	rows, err := l.db.Read().QueryContext(ctx, "SELECT newsletter, state, COUNT(*) FROM subscriptions GROUP BY newsletter, state")
	type group struct {
		newsletter string
		state      State
	}
	groups, err := store.CollectMap(rows, err, func(rows *sql.Rows) (g group, n int64, err error) {
		err = rows.Scan(&g.newsletter, &g.state, &n)
		return g, n, err
	})
	if err != nil {
		return nil, fmt.Errorf("count subscriptions: %w", err)
	}
	counts := map[string]map[State]int64{}
	for g, n := range groups {
		if counts[g.newsletter] == nil {
			counts[g.newsletter] = map[State]int64{}
		}
		counts[g.newsletter][g.state] = n
	}
	return counts, nil
}

// CountActive counts a newsletter's active readers by slot, from an index alone.
func (l *List) CountActive(ctx context.Context, newsletter string) (map[int64]int64, error) {
	rows, err := l.db.Read().QueryContext(ctx, `
		SELECT slot, COUNT(*) FROM subscriptions WHERE state = 'active' AND slot IN (SELECT id FROM slots WHERE newsletter = $1) GROUP BY slot`, newsletter)
	counts, err := store.CollectMap(rows, err, func(rows *sql.Rows) (slot, n int64, err error) {
		err = rows.Scan(&slot, &n)
		return slot, n, err
	})
	if err != nil {
		return nil, fmt.Errorf("count readers: %w", err)
	}
	return counts, nil
}
