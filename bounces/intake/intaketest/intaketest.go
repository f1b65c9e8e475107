// Package intaketest makes, for the tests of the ways in, what takes returned mail,
// and readers of whom mail can come back.
package intaketest

import (
	"database/sql"
	"fmt"
	"testing"
	"time"

	"dailytip/bounces/intake"
	"dailytip/ledger"
	"dailytip/store"
	"dailytip/subscribers"
)

// Domain is that of return paths and addresses to unsubscribe.
const Domain = "bounces.example.com"

// House is a list of readers and what takes their mail.
type House struct {
	Taker *intake.Taker
	// Leave are addresses, one for each reader: any mail to it ends their
	// subscription, which shows that it was taken.
	Leave []string

	list *subscribers.List
	db   *store.DB
}

// New makes a house with some readers.
func New(t testing.TB, db *store.DB, readers int) *House {
	t.Helper()
	list, err := subscribers.Open(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	h := &House{list: list, db: db}
	h.Taker = intake.New(intake.Options{DB: db, List: list, Ledger: ledger.New(db, list), Tags: list.Tags(), Domain: Domain, Keep: time.Hour})
	joined := time.Now().Add(-24 * time.Hour) //nolint:forbidigo // the readers of a test have joined before it began
	err = db.Write(t.Context(), func(tx *sql.Tx) error {
		for n := range readers {
			added, err := list.Add(t.Context(), tx, joined, subscribers.Request{
				Address: subscribers.Address(fmt.Sprintf("reader%d@example.net", n)), Newsletter: "management", Consent: subscribers.Vouched,
			})
			if err != nil {
				return err
			}
			h.Leave = append(h.Leave, list.Tags().UnsubscribeAddress(added.Subscription, Domain))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// Left counts the readers who have left.
func (h *House) Left(t testing.TB) (n int) {
	t.Helper()
	if err := h.db.Read().QueryRowContext(t.Context(), "SELECT COUNT(*) FROM subscriptions WHERE state = 'unsubscribed'").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
