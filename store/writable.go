package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// Writable says why nothing can be written, though reading works: the file or its
// folder belongs to another user, or PostgreSQL is a standby or was told to be read
// from only.
func (db *DB) Writable(ctx context.Context) error {
	err := db.Write(ctx, func(tx *sql.Tx) error { // on SQLite the beginning takes the right to write
		if !db.Postgres() {
			return nil
		}
		var readOnly string
		if err := tx.QueryRowContext(ctx, "SELECT current_setting('transaction_read_only')").Scan(&readOnly); err != nil {
			return Explain(err)
		}
		if readOnly == "on" {
			return errors.New("the database can only be read; is it a standby, or is default_transaction_read_only on?")
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("write to the database: %w", err)
	}
	return nil
}
