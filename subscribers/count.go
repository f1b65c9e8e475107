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
	counts := map[string]map[State]int64{}
	err = store.Each(rows, err, func(rows *sql.Rows) error {
		var n int64
		var newsletter string
		var state State
		err := rows.Scan(&newsletter, &state, &n)
		if counts[newsletter] == nil {
			counts[newsletter] = map[State]int64{}
		}
		counts[newsletter][state] = n
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("count subscriptions: %w", err)
	}
	return counts, nil
}

// CountActive counts a newsletter's active readers by slot, from an index alone.
func (l *List) CountActive(ctx context.Context, newsletter string) (map[int64]int64, error) {
	rows, err := l.db.Read().QueryContext(ctx, `
		SELECT slot, COUNT(*) FROM subscriptions WHERE state = 'active' AND slot IN (SELECT id FROM slots WHERE newsletter = $1) GROUP BY slot`, newsletter)
	counts := map[int64]int64{}
	err = store.Each(rows, err, func(rows *sql.Rows) error {
		var n int64
		var slot int64
		err := rows.Scan(&slot, &n)
		counts[slot] = n
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("count readers: %w", err)
	}
	return counts, nil
}
