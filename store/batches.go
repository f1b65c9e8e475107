package store

import (
	"context"
	"database/sql"
)

// makeBatches gives new deliveries a place to wait that isn't a row for each: a
// batch lists the readers of those that were opened together. See ledger/doc.go.
func (db *DB) makeBatches(ctx context.Context, tx *sql.Tx) error {
	number := db.dialect("INTEGER", "BIGINT")
	steps := []string{
		`CREATE TABLE batches (
			first_id     ` + number + ` PRIMARY KEY,  -- the number of its first delivery
			last_id      BIGINT NOT NULL,
			edition      BIGINT NOT NULL,
			slot         BIGINT NOT NULL,  -- that its readers were in
			content      BIGINT NOT NULL,
			due_at       BIGINT NOT NULL,
			opened_at    BIGINT NOT NULL,
			expires_at   BIGINT NOT NULL,
			first_reader BIGINT NOT NULL,
			last_reader  BIGINT NOT NULL,
			readers      TEXT   NOT NULL)  -- the subscribers of its numbers, ascending, less the first: a JSON array`,
		`CREATE INDEX batches_readers ON batches (edition, first_reader)`,
		// What has a row and waits in a range becomes something that is sent later.
		`UPDATE deliveries SET next_at = CASE WHEN due_at < 1 THEN 1 ELSE due_at END
			WHERE state = 'pending' AND next_at = 0 AND claim = 0
				AND NOT EXISTS (SELECT 1 FROM claims c WHERE deliveries.id >= c.first_id AND deliveries.id <= c.begun)`,
		`UPDATE deliveries SET claim = (SELECT MIN(c.id) FROM claims c WHERE deliveries.id >= c.first_id AND deliveries.id <= c.begun)
			WHERE state = 'pending' AND next_at = 0 AND claim = 0`,
		`UPDATE claims SET first_id = 0, last_id = 0, begun = 0`,
		`DELETE FROM fresh`,
		// A delivery has its outcome when it gets its row: it needs no room to grow.
		db.dialect("", `ALTER TABLE deliveries RESET (fillfactor)`),
	}
	return runSteps(ctx, tx, "make batches", steps)
}
