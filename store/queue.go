package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
)

// makeQueue gives deliveries numbers in the order in which they are opened, so
// that those that belong together are ranges, and keeps what waits and what is
// claimed in small tables of their own. See ledger/doc.go.
func (db *DB) makeQueue(ctx context.Context, tx *sql.Tx) error {
	// Only under this name does SQLite make it the rowid, which saves an index.
	number := db.dialect("INTEGER", "BIGINT")
	steps := []string{
		// No foreign keys: an edition and its contents are written in the same
		// transaction and never deleted, and looking both up doubles the work.
		`CREATE TABLE queue (
			id          ` + number + ` PRIMARY KEY,
			edition     BIGINT NOT NULL,
			subscriber  BIGINT NOT NULL,  -- no reference: a row outlives an erased reader
			content     BIGINT NOT NULL,
			due_at      BIGINT NOT NULL,
			opened_at   BIGINT NOT NULL,  -- the Date: of the mail
			expires_at  BIGINT NOT NULL,
			state       TEXT   NOT NULL,  -- see ledger/doc.go
			next_at     BIGINT NOT NULL DEFAULT 0,  -- not before; 0: see fresh and claims
			claim       BIGINT NOT NULL DEFAULT 0,  -- that took it when next_at had come
			attempts    BIGINT NOT NULL DEFAULT 0,  -- whose outcome is known
			doubts      BIGINT NOT NULL DEFAULT 0,  -- attempts whose answer was never seen
			language    TEXT   NOT NULL DEFAULT '', -- of the text sent
			code        BIGINT NOT NULL DEFAULT 0,  -- the relay's last answer
			enhanced    TEXT   NOT NULL DEFAULT '',
			answer      TEXT   NOT NULL DEFAULT '',
			done_at     BIGINT NOT NULL DEFAULT 0,
			UNIQUE (edition, subscriber))`,
		// The deliveries that wait since they were opened: those in state pending,
		// with next_at 0, whose numbers are in a range.
		`CREATE TABLE fresh (
			edition    BIGINT NOT NULL,
			next_id    BIGINT NOT NULL,
			last_id    BIGINT NOT NULL,
			expires_at BIGINT NOT NULL,
			PRIMARY KEY (edition, last_id))`,
		// What nodes have taken: such a range, or the deliveries whose claim it is.
		`CREATE TABLE claims (
			id          BIGINT PRIMARY KEY,
			owner       TEXT   NOT NULL,
			lease_until BIGINT NOT NULL,
			edition     BIGINT NOT NULL,
			first_id    BIGINT NOT NULL,  -- 0: none
			last_id     BIGINT NOT NULL)`,
		// What was on its way is in doubt; what waited has its time.
		`INSERT INTO claims (id, owner, lease_until, edition, first_id, last_id)
			SELECT DISTINCT edition, 'before', 0, edition, 0, 0 FROM deliveries WHERE state = 'sending'`,
		`INSERT INTO queue (` + db.dialect("", "id, ") + `edition, subscriber, content, due_at, opened_at, expires_at, state, next_at, claim,
				attempts, doubts, language, code, enhanced, answer, done_at)
			SELECT ` + db.dialect("", "row_number() OVER (ORDER BY edition, subscriber), ") + `edition, subscriber, content, due_at, opened_at, expires_at,
				CASE WHEN state = 'sending' THEN 'retry' ELSE state END,
				CASE WHEN state = 'pending' OR state = 'retry' THEN CASE WHEN next_at < 1 THEN 1 ELSE next_at END ELSE 0 END,
				CASE WHEN state = 'sending' THEN edition ELSE 0 END,
				CASE WHEN state = 'sending' THEN attempts - 1 ELSE attempts END,
				doubts, language, code, enhanced, answer, done_at
			FROM deliveries ORDER BY edition, subscriber`,
		`DROP TABLE deliveries`,
		`ALTER TABLE queue RENAME TO deliveries`,
		`CREATE INDEX deliveries_later ON deliveries (edition, next_at, id) WHERE next_at > 0`,
		`CREATE INDEX deliveries_end ON deliveries (expires_at) WHERE next_at > 0`,
		`CREATE INDEX deliveries_claimed ON deliveries (claim) WHERE claim > 0`,
		// With due_after, so that opening an edition reads this index alone.
		`DROP INDEX subscriptions_due`,
		`CREATE INDEX subscriptions_due ON subscriptions (slot, subscriber, due_after) WHERE state = 'active'`,
		db.dialect("", `CREATE SEQUENCE delivery_blocks`),
	}
	return runSteps(ctx, tx, "make queue", steps)
}

// runSteps runs the statements of a migration; "" is none.
func runSteps(ctx context.Context, tx *sql.Tx, what string, steps []string) error {
	for _, step := range steps {
		if step == "" {
			continue
		}
		if _, err := tx.ExecContext(ctx, step); err != nil {
			return fmt.Errorf("%s: %s: %w", what, strings.TrimSpace(strings.SplitN(step, "(", 2)[0]), err)
		}
	}
	return nil
}

// leaveRoom has PostgreSQL fill two fifths of a page with new deliveries. What
// becomes of one then finds room on the same page.
func (db *DB) leaveRoom(ctx context.Context, tx *sql.Tx) error {
	if !db.Postgres() {
		return nil
	}
	if _, err := tx.ExecContext(ctx, "ALTER TABLE deliveries SET (fillfactor = 40)"); err != nil {
		return fmt.Errorf("leave room: %w", err)
	}
	return nil
}
