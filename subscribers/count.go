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
