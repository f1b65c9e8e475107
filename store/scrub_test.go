package store_test

import (
	"database/sql"
	"os"
	"testing"

	"dailytip/store/storetest"
)

// What is deleted is overwritten, and the log is emptied as soon as nobody reads
// from it.
func TestScrub(t *testing.T) {
	db := storetest.SQLite(t)
	ctx := t.Context()
	var secure int
	err := db.Write(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "INSERT INTO erased (email_hash, at) VALUES ('x', 1)"); err != nil {
			return err
		}
		return tx.QueryRowContext(ctx, "PRAGMA secure_delete").Scan(&secure)
	})
	if err != nil || secure != 1 {
		t.Errorf("secure_delete is %d, %v", secure, err)
	}
	reading, err := db.Read().BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	var n int
	if err := reading.QueryRowContext(ctx, "SELECT COUNT(*) FROM erased").Scan(&n); err != nil {
		t.Fatal(err)
	}
	if clean, err := db.Scrub(ctx); clean || err != nil {
		t.Errorf("while somebody reads: %t, %v", clean, err)
	}
	if err := reading.Rollback(); err != nil {
		t.Fatal(err)
	}
	if clean, err := db.Scrub(ctx); !clean || err != nil {
		t.Errorf("%t, %v", clean, err)
	}
	if info, err := os.Stat(db.Path() + "-wal"); err != nil || info.Size() != 0 {
		t.Errorf("the log: %v, %v", info, err)
	}
	if err := db.Read().QueryRowContext(ctx, "SELECT COUNT(*) FROM erased").Scan(&n); err != nil || n != 1 {
		t.Errorf("%d rows, %v", n, err)
	}
	other := storetest.Postgres(t)
	if clean, err := other.Scrub(ctx); !clean || err != nil {
		t.Errorf("PostgreSQL: %t, %v", clean, err)
	}
}
