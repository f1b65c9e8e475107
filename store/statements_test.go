package store_test

import (
	"context"
	"database/sql"
	"testing"

	"dailytip/store"
	"dailytip/store/storetest"
)

// Whoever compiles statements waits for a transaction that is open, and the transaction
// doesn't wait for them.
func TestCompilingBesideATransaction(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		const text = "SELECT COUNT(*) FROM subscribers WHERE id = $1"
		var s store.Statements
		compiled := make(chan error, 1)
		err := db.Write(t.Context(), func(tx *sql.Tx) error {
			begun := make(chan struct{})
			go func() {
				close(begun)
				compiled <- s.Compile(context.WithoutCancel(t.Context()), db, text)
			}()
			<-begun
			for range 1000 { // some of them while the other one waits
				var n int
				if err := s.QueryRow(t.Context(), tx, text, 1).Scan(&n); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := <-compiled; err != nil {
			t.Fatal(err)
		}
	})
}
