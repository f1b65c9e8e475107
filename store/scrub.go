package store

import (
	"context"
	"fmt"
)

// mostVacuumed is the size, in bytes, up to which [DB.Scrub] writes a database
// anew: that takes less than a second, in which others have to wait.
const mostVacuumed = 64 << 20

// Scrub has nothing that was deleted stay readable in the files. SQLite
// overwrites what it deletes (secure_delete), but keeps older pages in the log
// beside the database until that is emptied, and shreds in pages that it has
// rearranged until it writes the database anew. Of a large one that isn't done:
// a backup is written anew, too. Scrub reports false when somebody was still
// reading from the log: try again later. On PostgreSQL the server sees to all of
// that when it vacuums.
func (db *DB) Scrub(ctx context.Context) (clean bool, err error) {
	if db.Postgres() {
		return true, nil
	}
	if clean, err = db.emptyLog(ctx); err != nil || !clean {
		return false, err
	}
	var size int64
	if err := db.write.QueryRowContext(ctx, "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size").Scan(&size); err != nil {
		return false, fmt.Errorf("look how large the database is: %w", Explain(err))
	}
	if size > mostVacuumed {
		return true, nil
	}
	if _, err := db.write.ExecContext(ctx, "VACUUM"); err != nil {
		return false, fmt.Errorf("write the database anew: %w", Explain(err))
	}
	return db.emptyLog(ctx)
}

func (db *DB) emptyLog(ctx context.Context) (done bool, err error) {
	var busy, pages, moved int
	if err := db.write.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &pages, &moved); err != nil {
		return false, fmt.Errorf("empty the database's log: %w", Explain(err))
	}
	return busy == 0, nil
}
