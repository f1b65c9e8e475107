package ledger_test

import (
	"database/sql"
	"strings"
	"testing"

	"dailytip/editions"
	"dailytip/ledger"
)

func TestPersonalData(t *testing.T) {
	each(t, 1, func(h *harness) {
		h.open("own-the-mistake")
		job := h.exchange(now, claim)[0]
		h.exchange(now, claim, ledger.Outcome{Job: job, State: ledger.Sent, Reply: ledger.Reply{Code: 250, Text: "taken"}})
		h.write(func(tx *sql.Tx) error {
			err := h.ledger.Enqueue(h.Context(), tx, now, ledger.Notice{
				Kind: ledger.Welcome, Newsletter: "management", Subscriber: job.Key.Subscriber, Email: "r0@example.com",
			})
			if err != nil {
				return err
			}
			_, err = h.editions.Vote(h.Context(), tx, now, editions.Vote{
				Edition: job.Key.Edition, Tip: "own-the-mistake", Subscriber: job.Key.Subscriber, Useful: true,
			})
			return err
		})
		data, err := h.ledger.PersonalData(h.Context(), job.Key.Subscriber)
		if err != nil {
			h.Fatal(err)
		}
		if len(data.Deliveries) != 1 || data.Deliveries[0].Tip != "own-the-mistake" || !strings.Contains(data.Deliveries[0].Reply, "taken") {
			h.Errorf("deliveries %+v", data.Deliveries)
		}
		if len(data.Notices) != 1 || data.Notices[0].Kind != ledger.Welcome || data.Notices[0].Email != "r0@example.com" {
			h.Errorf("notices %+v", data.Notices)
		}
		if len(data.Votes) != 1 || !data.Votes[0].Useful || data.Votes[0].Date != "2026-11-23" {
			h.Errorf("votes %+v", data.Votes)
		}
		nobody, err := h.ledger.PersonalData(h.Context(), 1)
		if err != nil || len(nobody.Deliveries)+len(nobody.Notices)+len(nobody.Votes) != 0 {
			h.Errorf("of somebody else: %+v, %v", nobody, err)
		}
	})
}
