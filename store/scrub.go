package store

import (
	"context"
	"fmt"
)

// mostVacuumed is the size, in bytes, up to which [DB.Scrub] writes a database
// anew: that takes less than a second, in which others have to wait.
const mostVacuumed = 64 << 20

// Scrub removes from the files what was deleted from the database. SQLite overwrites
// what it deletes (secure_delete), but older pages stay in the log beside the database
// until the log is emptied, and fragments stay in rearranged pages until the database
// is written anew. A large database isn't written anew; its backups are. Scrub reports
// false when somebody was still reading from the log: try again later. PostgreSQL does
// all of that itself when it vacuums.
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
	err = untilFree(ctx, func() error {
		_, err := db.write.ExecContext(ctx, "VACUUM")
		return err
	})
	if err != nil {
		return false, fmt.Errorf("write the database anew: %w", Explain(err))
	}
	return db.emptyLog(ctx)
}

// emptyLog doesn't wait for who reads, since nobody could write meanwhile.
func (db *DB) emptyLog(ctx context.Context) (done bool, err error) {
	var busy, pages, moved int
	if err := db.write.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &pages, &moved); err != nil {
		return false, fmt.Errorf("empty the database's log: %w", Explain(err))
	}
	return busy == 0, nil
}
