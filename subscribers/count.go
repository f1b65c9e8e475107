package subscribers

import (
	"context"
	"fmt"
)

// CountStates counts subscriptions by newsletter and state. It passes over all
// of them.
func (l *List) CountStates(ctx context.Context) (map[string]map[State]int64, error) {
	rows, err := l.db.Read().QueryContext(ctx, "SELECT newsletter, state, COUNT(*) FROM subscriptions GROUP BY newsletter, state")
	if err != nil {
		return nil, fmt.Errorf("count subscriptions: %w", err)
	}
	defer func() { _ = rows.Close() }()
	counts := map[string]map[State]int64{}
	for rows.Next() {
		var newsletter string
		var state State
		var n int64
		if err := rows.Scan(&newsletter, &state, &n); err != nil {
			return nil, fmt.Errorf("count subscriptions: %w", err)
		}
		if counts[newsletter] == nil {
			counts[newsletter] = map[State]int64{}
		}
		counts[newsletter][state] = n
	}
	return counts, rows.Err()
}

// CountActive counts a newsletter's active readers by slot, from an index alone.
func (l *List) CountActive(ctx context.Context, newsletter string) (map[int64]int64, error) {
	rows, err := l.db.Read().QueryContext(ctx, `
		SELECT slot, COUNT(*) FROM subscriptions WHERE state = 'active' AND slot IN (SELECT id FROM slots WHERE newsletter = $1) GROUP BY slot`, newsletter)
	if err != nil {
		return nil, fmt.Errorf("count readers: %w", err)
	}
	defer func() { _ = rows.Close() }()
	counts := map[int64]int64{}
	for rows.Next() {
		var slot, n int64
		if err := rows.Scan(&slot, &n); err != nil {
			return nil, fmt.Errorf("count readers: %w", err)
		}
		counts[slot] = n
	}
	return counts, rows.Err()
}
