package ledger_test

import (
	"database/sql"
	"errors"
	"testing"
	"time"

	"dailytip/ledger"
)

// Each delivery comes once, however many pages they fill
// and whatever is done meanwhile.
func TestEachDeliveryComesOnce(t *testing.T) {
	const readers, failed = 510, 205
	each(t, readers, func(h *harness) {
		h.open("tip")
		edition := h.edition().ID
		outcomes := []ledger.Outcome{}
		for i, j := range h.exchange(now, ledger.Claiming{Owner: "node-1", Limit: readers - 100}) {
			if i%2 == 0 {
				outcomes = append(outcomes, ledger.Outcome{Job: j, State: ledger.Failed, Reply: ledger.Reply{Code: 554, Text: "no"}})
			}
		}
		h.exchange(now, ledger.Claiming{Owner: "node-1"}, outcomes...)
		var more []ledger.Job
		collect := func(states ...ledger.State) map[ledger.State]int {
			h.Helper()
			seen, had := map[ledger.State]int{}, map[int64]bool{}
			err := h.ledger.EachDelivery(h.Context(), edition, states, func(d ledger.Delivery) error {
				if had[d.Key.Subscriber] || d.Key.Edition != edition || d.Email == "" || d.Tip != "tip" || d.LocalDate != "2026-11-23" {
					h.Fatalf("%+v", d)
				}
				if had[d.Key.Subscriber] = true; d.State == ledger.Failed && d.Reply.String() != "554 no" {
					h.Fatalf("%+v", d)
				}
				if seen[d.State]++; seen[ledger.Pending] == 100 && more == nil { // who reads holds up nobody who writes
					more = h.exchange(now, ledger.Claiming{Owner: "node-1", Limit: 50})
					for _, j := range more { // these change while we look
						h.exchange(now, ledger.Claiming{Owner: "node-1"}, ledger.Outcome{Job: j, State: ledger.Sent})
					}
				}
				return nil
			})
			if err != nil {
				h.Fatal(err)
			}
			return seen
		}
		if seen := collect(); seen[ledger.Failed] != failed || seen[ledger.Sending] != readers-100-failed || seen[ledger.Pending] != 100 || len(seen) != 3 {
			h.Errorf("%v", seen)
		}
		if seen := collect(ledger.Failed, ledger.Expired); seen[ledger.Failed] != failed || len(seen) != 1 {
			h.Errorf("failed: %v", seen)
		}
		if seen := collect(ledger.Sent); seen[ledger.Sent] != 50 || len(seen) != 1 {
			h.Errorf("sent: %v", seen)
		}
		enough, n := errors.New("enough"), 0
		err := h.ledger.EachDelivery(h.Context(), edition, nil, func(ledger.Delivery) error {
			n++
			return enough
		})
		if !errors.Is(err, enough) || n != 1 {
			h.Errorf("%v after %d", err, n)
		}
	})
}

// What a pause holds doesn't count as waiting, until its try is due.
func TestWaitingKnowsPauses(t *testing.T) {
	later := now.Add(time.Hour)
	tests := map[string]struct {
		scope             string
		delivery, confirm bool // can be claimed while it holds
	}{
		"relay":             {ledger.Relay, false, false},
		"run":               {"management", false, true},
		"notices":           {ledger.NoticesOf("management"), true, false},
		"another's":         {"other", true, true},
		"another's notices": {ledger.NoticesOf("other"), true, true},
	}
	for _, kind := range []string{"delivery", "confirm"} {
		each(t, 1, func(h *harness) {
			if kind == "delivery" {
				h.open("tip")
			} else {
				h.write(func(tx *sql.Tx) error {
					return h.ledger.Enqueue(h.Context(), tx, now, ledger.Notice{Kind: ledger.Confirm, Newsletter: "management", Email: "a@example.com"})
				})
			}
			waits := func(at time.Time) bool {
				h.Helper()
				waits, err := h.ledger.Waiting(h.Context(), at)
				if err != nil {
					h.Fatal(err)
				}
				return waits
			}
			if !waits(now) {
				h.Errorf("%s: nothing waits without a pause", kind)
			}
			for name, test := range tests {
				want := kind == "delivery" && test.delivery || kind == "confirm" && test.confirm
				if err := h.ledger.Pause(h.Context(), now, ledger.PauseInfo{Newsletter: test.scope, Since: now, Reason: "r", ProbeAt: later}); err != nil {
					h.Fatal(err)
				}
				if got := waits(now); got != want {
					h.Errorf("%s, %s: waits %t while paused, want %t", kind, name, got, want)
				}
				if !waits(later) {
					h.Errorf("%s, %s: nothing waits although the try is due", kind, name)
				}
				if ended, err := h.ledger.Resume(h.Context(), now, test.scope); !ended || err != nil {
					h.Fatal(ended, err)
				}
			}
		})
	}
}
