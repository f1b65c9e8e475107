package ledger_test

import (
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"dailytip/editions"
	"dailytip/ledger"
	"dailytip/store"
	"dailytip/store/storetest"
	"dailytip/subscribers"
)

var (
	now   = time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC)
	claim = ledger.Claiming{Owner: "node-1", Limit: 100}
)

type harness struct {
	*testing.T
	db       *store.DB
	list     *subscribers.List
	editions *editions.Editions
	ledger   *ledger.Ledger
}

// each gives f a ledger with some active readers of one slot, on both engines.
func each(t *testing.T, readers int, f func(h *harness)) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		list, err := subscribers.Open(t.Context(), db)
		if err != nil {
			t.Fatal(err)
		}
		h := &harness{t, db, list, editions.New(db), ledger.New(db, list)}
		h.write(func(tx *sql.Tx) error {
			for i := range readers {
				_, err := list.Add(t.Context(), tx, now.Add(-time.Hour), subscribers.Request{
					Address:    subscribers.Address(fmt.Sprintf("r%d@example.com", i)),
					Newsletter: "management", Consent: subscribers.Vouched,
				})
				if err != nil {
					return err
				}
			}
			return nil
		})
		f(h)
	})
}

func (h *harness) write(f func(tx *sql.Tx) error) {
	h.Helper()
	if err := h.db.Write(h.Context(), f); err != nil {
		h.Fatal(err)
	}
}

func (h *harness) slot() int64 {
	h.Helper()
	slots, err := h.list.Slots(h.Context(), "management")
	if err != nil || len(slots) != 1 {
		h.Fatalf("%d slots, %v", len(slots), err)
	}
	return slots[0].ID
}

func (h *harness) open(tip string) int64 {
	h.Helper()
	n, err := h.ledger.Open(h.Context(), now, ledger.Opening{
		Newsletter: "management", LocalDate: "2026-11-23", Slot: h.slot(), DueAt: now, ExpiresAt: now.Add(12 * time.Hour),
		Choice: editions.Daily, Reason: "next", Items: []editions.Item{{Tip: tip, Body: []byte(`{"ID":"` + tip + `"}`)}},
	})
	if err != nil {
		h.Fatal(err)
	}
	return n
}

func (h *harness) exchange(at time.Time, c ledger.Claiming, outcomes ...ledger.Outcome) []ledger.Job {
	h.Helper()
	jobs, err := h.ledger.Exchange(h.Context(), at, outcomes, c)
	if err != nil {
		h.Fatal(err)
	}
	return jobs
}

func (h *harness) counts() ledger.Counts {
	h.Helper()
	all, err := h.ledger.Recent(h.Context(), 1)
	if err != nil || len(all) != 1 {
		h.Fatalf("%d editions, %v", len(all), err)
	}
	return all[0]
}

func TestOpeningTwiceAddsNothing(t *testing.T) {
	each(t, 3, func(h *harness) {
		if n := h.open("first"); n != 3 {
			h.Errorf("%d deliveries, want 3", n)
		}
		if n := h.open("second"); n != 0 {
			h.Errorf("the second time %d deliveries, want 0", n)
		}
		if c := h.counts(); c.Tip != "first" || c.Due != 3 {
			h.Errorf("%+v; the first choice must stand", c)
		}
	})
}

func TestNobodyDueOpensNothing(t *testing.T) {
	each(t, 2, func(h *harness) {
		n, err := h.ledger.Open(h.Context(), now, ledger.Opening{
			Newsletter: "management", LocalDate: "2026-11-22", Slot: h.slot(), Choice: editions.Daily,
			DueAt: now.Add(-2 * time.Hour), ExpiresAt: now, Items: []editions.Item{{Tip: "t"}}, // before they confirmed
		})
		if n != 0 || err != nil {
			h.Errorf("%d, %v", n, err)
		}
		if _, err := h.editions.Edition(h.Context(), h.db.Read(), "management", "2026-11-22"); !errors.Is(err, editions.ErrNoEdition) {
			h.Errorf("an edition was opened for nobody: %v", err)
		}
	})
}

func TestOutcomes(t *testing.T) {
	each(t, 6, func(h *harness) {
		h.open("tip")
		jobs := h.exchange(now, claim)
		if len(jobs) != 6 {
			h.Fatalf("claimed %d, want 6", len(jobs))
		}
		if again := h.exchange(now, claim); len(again) != 0 {
			h.Fatalf("claimed %d of them twice", len(again))
		}
		refused := ledger.Reply{Code: 550, Enhanced: "5.1.1", Text: "no such user"}
		h.exchange(now, ledger.Claiming{Owner: "node-1"},
			ledger.Outcome{Job: jobs[0], State: ledger.Sent, Reply: ledger.Reply{Code: 250, Text: "queued as 1"}, Language: "es"},
			ledger.Outcome{Job: jobs[1], State: ledger.Retry, NextAt: now.Add(time.Minute), Reply: ledger.Reply{Code: 451, Text: "later"}},
			ledger.Outcome{Job: jobs[2], State: ledger.Failed, Reply: refused, Dead: true},
			ledger.Outcome{Job: jobs[3], State: ledger.InDoubt, Doubt: true},
			ledger.Outcome{Job: jobs[4], State: ledger.Pending, NextAt: now.Add(5 * time.Minute)},
			ledger.Outcome{Job: jobs[5], State: ledger.Retry, NextAt: now.Add(100 * time.Hour), Reply: ledger.Reply{Code: 451}},
		)
		if c := h.counts(); c.Sent != 1 || c.Retry != 2 || c.Failed != 1 || c.InDoubt != 1 || c.Pending != 1 || c.Due != 6 {
			h.Errorf("%+v", c)
		}
		dead, err := h.list.Get(h.Context(), h.db.Read(), jobs[2].Key.Subscriber)
		if err != nil || dead.SuppressedReason != "550 5.1.1 no such user" {
			h.Errorf("the dead address: %+v, %v", dead, err)
		}
		if early := h.exchange(now.Add(59*time.Second), claim); len(early) != 0 {
			h.Errorf("claimed %d before their time", len(early))
		}
		if later := h.exchange(now.Add(6*time.Minute), claim); len(later) != 2 {
			h.Errorf("claimed %d later, want the retry and the one given back", len(later))
		} else if later[0].Attempts+later[1].Attempts != 3 { // giving back doesn't count as an attempt
			h.Errorf("attempts %d and %d, want 2 and 1", later[0].Attempts, later[1].Attempts)
		}
		if n, err := h.ledger.Expire(h.Context(), now.Add(12*time.Hour)); n != 1 || err != nil {
			h.Errorf("%d expired, %v; want the one whose retry came too late", n, err)
		}
	})
}

// P5: who unsubscribed before a delivery is claimed doesn't get it.
func TestUnsubscribedIsWithdrawn(t *testing.T) {
	each(t, 2, func(h *harness) {
		h.open("tip")
		s, err := h.list.Find(h.Context(), h.db.Read(), "r0@example.com")
		if err != nil {
			h.Fatal(err)
		}
		h.write(func(tx *sql.Tx) error {
			_, err := h.list.Unsubscribe(h.Context(), tx, now, s.Subscriptions[0].ID, "one click")
			return err
		})
		gone, err := h.list.Find(h.Context(), h.db.Read(), "r1@example.com")
		if err != nil {
			h.Fatal(err)
		}
		h.write(func(tx *sql.Tx) error { return h.list.Erase(h.Context(), tx, now, gone) })
		if jobs := h.exchange(now, claim); len(jobs) != 0 {
			h.Errorf("claimed %+v", jobs)
		}
		if c := h.counts(); c.Withdrawn != 2 {
			h.Errorf("%+v", c)
		}
	})
}

// P7: nothing goes out at or after its end.
func TestExpiredIsNotClaimed(t *testing.T) {
	each(t, 1, func(h *harness) {
		h.open("tip")
		if jobs := h.exchange(now.Add(12*time.Hour), claim); len(jobs) != 0 {
			h.Errorf("claimed %+v", jobs)
		}
		if n, err := h.ledger.Expire(h.Context(), now.Add(12*time.Hour)); n != 1 || err != nil {
			h.Errorf("%d, %v", n, err)
		}
		if c := h.counts(); c.Expired != 1 || c.Open() {
			h.Errorf("%+v", c)
		}
	})
}

func TestRecover(t *testing.T) {
	for _, hold := range []bool{false, true} {
		t.Run(fmt.Sprintf("hold=%v", hold), func(t *testing.T) {
			each(t, 4, func(h *harness) {
				h.open("tip")
				first := claim
				first.Limit = 3
				lost := h.exchange(now, first)
				var held []string
				if hold {
					held = []string{"management"}
				}
				if n, err := h.ledger.Recover(h.Context(), now.Add(time.Second), time.Minute, held); n != 0 || err != nil {
					h.Errorf("%d of a living node's claims taken, %v", n, err)
				}
				if n, err := h.ledger.Recover(h.Context(), now.Add(time.Second), ledger.NoLease, held); n != 3 || err != nil {
					h.Errorf("%d in doubt, %v; want 3", n, err)
				}
				again := h.exchange(now.Add(time.Second), claim)
				want := map[bool]int{false: 4, true: 1}[hold]
				if len(again) != want {
					h.Errorf("claimed %d, want %d", len(again), want)
				}
				// The node wasn't dead after all: what it delivered is delivered.
				h.exchange(now.Add(2*time.Second), ledger.Claiming{Owner: "node-1"}, ledger.Outcome{Job: lost[0], State: ledger.Sent})
				if c := h.counts(); c.Sent != 1 {
					h.Errorf("%+v", c)
				}
			})
		})
	}
}

func TestRenewedClaimsAreKept(t *testing.T) {
	each(t, 1, func(h *harness) {
		h.open("tip")
		h.exchange(now, claim)
		if _, err := h.ledger.Beat(h.Context(), now.Add(50*time.Second), claim.Owner, time.Minute); err != nil {
			h.Fatal(err)
		}
		if n, _ := h.ledger.Recover(h.Context(), now.Add(70*time.Second), time.Minute, nil); n != 0 {
			h.Errorf("%d renewed claims were taken for lost", n)
		}
		if n, _ := h.ledger.Recover(h.Context(), now.Add(111*time.Second), time.Minute, nil); n != 1 {
			h.Errorf("%d claims taken for lost after the lease, want 1", n)
		}
	})
}

func TestPausedYieldsOnlyProbes(t *testing.T) {
	for _, scope := range []string{ledger.Relay, "management"} {
		t.Run("scope="+scope, func(t *testing.T) {
			each(t, 3, func(h *harness) {
				h.open("tip")
				err := h.ledger.Pause(h.Context(), now, ledger.PauseInfo{Newsletter: scope, Since: now, Reason: "refused", ProbeAt: now.Add(time.Minute)})
				if err != nil {
					h.Fatal(err)
				}
				if jobs := h.exchange(now, claim); len(jobs) != 0 {
					h.Errorf("claimed %d while paused", len(jobs))
				}
				if jobs := h.exchange(now.Add(time.Minute), claim); len(jobs) != 1 || !jobs[0].Probe {
					h.Errorf("probe: %+v", jobs)
				}
				if jobs := h.exchange(now.Add(time.Minute), claim); len(jobs) != 0 {
					h.Errorf("%d more probes at once", len(jobs))
				}
				if ended, err := h.ledger.Resume(h.Context(), now, scope); !ended || err != nil {
					h.Errorf("resume: %v, %v", ended, err)
				}
				if jobs := h.exchange(now.Add(time.Minute), claim); len(jobs) != 2 || jobs[0].Probe {
					h.Errorf("after the pause: %+v", jobs)
				}
			})
		})
	}
}

// Eight nodes claim at once: each delivery belongs to one of them.
func TestClaimsDontOverlap(t *testing.T) {
	const readers = 2000
	each(t, readers, func(h *harness) {
		h.open("tip")
		var mu sync.Mutex
		claimed := map[int64]int{}
		var wait sync.WaitGroup
		for node := range 8 {
			wait.Go(func() {
				c := ledger.Claiming{Owner: fmt.Sprintf("node-%d", node), Limit: 17}
				for empty := 0; empty < 3; {
					jobs, err := h.ledger.Exchange(h.Context(), now, nil, c)
					if err != nil {
						h.Error(err)
						return
					}
					if len(jobs) == 0 {
						empty++
					}
					mu.Lock()
					for _, j := range jobs {
						claimed[j.Key.Subscriber]++
					}
					mu.Unlock()
				}
			})
		}
		wait.Wait()
		if len(claimed) != readers {
			h.Errorf("%d readers claimed, want %d", len(claimed), readers)
		}
		for reader, n := range claimed {
			if n != 1 {
				h.Errorf("reader %d was claimed %d times", reader, n)
			}
		}
	})
}

func TestPins(t *testing.T) {
	each(t, 1, func(h *harness) {
		if err := h.editions.Pin(h.Context(), now, "management", "2026-12-24", "gift", nil); err != nil {
			h.Fatal(err)
		}
		if err := h.editions.Pin(h.Context(), now, "management", "2026-12-25", "", nil); err != nil {
			h.Fatal(err)
		}
		pins, err := h.editions.Pins(h.Context(), "management")
		if err != nil || len(pins) != 2 || pins[0] != (editions.Choice{LocalDate: "2026-12-24", Tip: "gift", Reason: "pin"}) || pins[1].Reason != "skip" {
			h.Errorf("%+v, %v", pins, err)
		}
		h.open("tip")
		if err := h.editions.Pin(h.Context(), now, "management", "2026-11-23", "other", nil); !errors.Is(err, editions.ErrOpened) {
			h.Errorf("pinning an open edition: %v", err)
		}
		history, err := h.editions.History(h.Context(), "management")
		if err != nil || len(history) != 1 || history[0].Tip != "tip" {
			h.Errorf("%+v, %v", history, err)
		}
	})
}

// A transaction that was committed although its node heard otherwise: what it
// claimed goes back, what the node knows of stays.
func TestDisownPutsBackWhatIsntKnown(t *testing.T) {
	each(t, 5, func(h *harness) {
		h.open("tip")
		h.write(func(tx *sql.Tx) error {
			return h.ledger.Enqueue(h.Context(), tx, now, ledger.Notice{Kind: ledger.Alert, Newsletter: "management", Subscriber: 7, Email: "a@example.com"})
		})
		jobs := h.exchange(now, claim) // one notice and five deliveries
		other := ledger.Claiming{Owner: "node-2", Limit: 1}
		if len(jobs) != 6 || len(h.exchange(now, other)) != 0 {
			h.Fatalf("claimed %d", len(jobs))
		}
		known := func(k ledger.Key) bool { return k == jobs[0].Key || k == jobs[2].Key }
		for range 2 {
			if err := h.ledger.Disown(h.Context(), now, "node-1", known); err != nil {
				h.Fatal(err)
			}
		}
		again := h.exchange(now, claim)
		if len(again) != 4 {
			h.Errorf("%d went back, want 4", len(again))
		}
		for _, j := range again {
			if known(j.Key) || j.Attempts != 1 {
				h.Errorf("%+v", j)
			}
		}
	})
}

// What is recorded twice, or by who lost the claim, changes nothing; what was
// accepted is sent whatever else was written meanwhile.
func TestLateOutcomes(t *testing.T) {
	each(t, 2, func(h *harness) {
		h.open("tip")
		jobs := h.exchange(now, claim)
		gone := ledger.Outcome{Job: jobs[0], State: ledger.Failed, Dead: true, Reply: ledger.Reply{Code: 550, Text: "no\x00 such \xff user"}}
		stranger := gone
		stranger.Job.Owner = "node-2"
		h.exchange(now, ledger.Claiming{Owner: "node-2"}, stranger)
		if s, err := h.list.Get(h.Context(), h.db.Read(), jobs[0].Key.Subscriber); err != nil || s.Subscriptions[0].State != subscribers.Active {
			h.Errorf("suppressed by a node that had no claim: %+v, %v", s, err)
		}
		late := now.Add(13 * time.Hour)
		h.exchange(now, ledger.Claiming{Owner: "node-1"}, gone, ledger.Outcome{Job: jobs[1], State: ledger.Pending, NextAt: now})
		if n, err := h.ledger.Expire(h.Context(), late); n != 1 || err != nil {
			h.Errorf("%d expired, %v", n, err)
		}
		h.exchange(late, ledger.Claiming{Owner: "node-1"}, ledger.Outcome{Job: jobs[1], State: ledger.Sent})
		if c := h.counts(); c.Sent != 1 || c.Failed != 1 {
			h.Errorf("%+v", c)
		}
	})
}

func TestNoticesArePausedApart(t *testing.T) {
	each(t, 3, func(h *harness) {
		h.open("tip")
		h.write(func(tx *sql.Tx) error {
			for _, newsletter := range []string{"management", "management", "other"} {
				err := h.ledger.Enqueue(h.Context(), tx, now, ledger.Notice{Kind: ledger.Welcome, Newsletter: newsletter, Email: "a@example.com"})
				if err != nil {
					return err
				}
			}
			return nil
		})
		pause := ledger.PauseInfo{Newsletter: ledger.NoticesOf("management"), Since: now, Reason: "refused", ProbeAt: now.Add(time.Hour)}
		if err := h.ledger.Pause(h.Context(), now, pause); err != nil {
			h.Fatal(err)
		}
		jobs := h.exchange(now, claim)
		if len(jobs) != 4 || jobs[0].Newsletter != "other" || jobs[1].Kind != "" {
			h.Errorf("%+v; want one notice of the other newsletter and three deliveries", jobs)
		}
		if err := h.ledger.ProbeNow(h.Context(), now); err != nil {
			h.Fatal(err)
		}
		if jobs := h.exchange(now, claim); len(jobs) != 1 || !jobs[0].Probe || jobs[0].Kind != ledger.Welcome {
			h.Errorf("probe: %+v", jobs)
		}
	})
}
