package store

import (
	"context"
	"fmt"
	"time"
)

// Clock is the time that all daemons of one database agree on: PostgreSQL's own.
// An SQLite file is one machine's, and its clock is the one that now was read from.
func (db *DB) Clock(ctx context.Context, now time.Time) (time.Time, error) {
	if !db.Postgres() {
		return now, nil
	}
	var ms int64
	err := db.read.QueryRowContext(ctx, "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)").Scan(&ms)
	if err != nil {
		return now, fmt.Errorf("ask the database for the time: %w", Explain(err))
	}
	return Time(ms), nil
}

// Millis is a time as the database holds it; the zero time is 0.
func Millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// Time is the reverse of [Millis].
func Time(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
