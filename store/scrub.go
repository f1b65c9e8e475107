package store

import (
	"context"
	"fmt"
)

// Scrub has nothing that was deleted stay readable in the files: SQLite
// overwrites it in the database itself (secure_delete), but the log beside it
// keeps older pages until it is emptied. Scrub empties it, and reports false when
// somebody was still reading from it: try again later. On PostgreSQL the server
// sees to that when it vacuums.
func (db *DB) Scrub(ctx context.Context) (clean bool, err error) {
	if db.Postgres() {
		return true, nil
	}
	var busy, pages, moved int
	if err := db.write.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &pages, &moved); err != nil {
		return false, fmt.Errorf("empty the database's log: %w", Explain(err))
	}
	return busy == 0, nil
}
