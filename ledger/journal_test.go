package ledger_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"dailytip/editions"
	"dailytip/ledger"
)

// journal tells what happened since the last look: "begin 5", "end 3 sent",
// "action pause".
func (h *harness) journal(at time.Time) (told []string) {
	h.Helper()
	entries, err := h.ledger.Journal(h.Context(), at)
	if err != nil {
		h.Fatal(err)
	}
	return tell(entries)
}

func tell(entries []ledger.Entry) (told []string) {
	for _, e := range entries {
		switch e.Kind {
		case ledger.EntryBegin:
			told = append(told, fmt.Sprintf("begin %d", e.Counts.Due))
		case ledger.EntryEnd:
			told = append(told, fmt.Sprintf("end %d sent in %s", e.Counts.Sent, e.Took))
		case ledger.EntryAction:
			told = append(told, "action "+e.Action.Kind)
		}
	}
	return told
}

func (h *harness) wantJournal(at time.Time, want ...string) {
	h.Helper()
	if got := h.journal(at); !slices.Equal(got, want) {
		h.Errorf("at %s the journal tells %q, want %q", at.Format(time.TimeOnly), got, want)
	}
}

func TestJournal(t *testing.T) {
	each(t, 3, func(h *harness) {
		h.wantJournal(now)
		h.open("tip")
		h.wantJournal(now, "begin 3")
		h.wantJournal(now)
		at := now.Add(time.Minute)
		jobs := h.exchange(at, claim)
		h.wantJournal(at) // it's on the wire
		h.exchange(at, ledger.Claiming{Owner: claim.Owner},
			ledger.Outcome{Job: jobs[0], State: ledger.Sent},
			ledger.Outcome{Job: jobs[1], State: ledger.Failed},
			ledger.Outcome{Job: jobs[2], State: ledger.Retry, NextAt: at.Add(time.Hour)})
		h.wantJournal(at) // one is to be tried again
		h.must(h.ledger.PauseEdition(h.Context(), at, h.edition(), operator))
		h.must(h.ledger.ResumeEdition(h.Context(), at, h.edition(), operator))
		h.wantJournal(at, "action pause", "action resume")
		h.wantJournal(at)
		at = at.Add(2 * time.Hour)
		h.sendAll(at)
		h.wantJournal(at, "end 2 sent in 2h1m0s")
		h.wantJournal(at.Add(time.Hour))
		// It begins again for a later zone, and by command.
		at = at.Add(3 * time.Hour)
		again, _, err := h.ledger.Requeue(h.Context(), at, h.edition(), ledger.Requeuing{
			Kind: ledger.ActionRetryFailed, States: []ledger.State{ledger.Failed}, ExpiresAt: at.Add(time.Hour), Who: operator,
		})
		if again != 1 || err != nil {
			h.Fatal(again, err)
		}
		h.wantJournal(at, "begin 3", "action retry-failed")
		h.sendAll(at)
		h.wantJournal(at.Add(time.Second), "end 3 sent in 1s")
	})
}

// What goes out between two looks is told all the same, also when it is the
// second zone; what is paused or for nobody isn't.
func TestJournalOfTheQuick(t *testing.T) {
	each(t, 2, func(h *harness) {
		h.open("tip")
		h.sendAll(now)
		h.wantJournal(now.Add(time.Second), "begin 2", "end 2 sent in 1s")
		h.wantJournal(now.Add(2 * time.Second))

		o := h.opening("2026-11-22", editions.Daily, "nobody's")
		if _, err := h.editions.WriteDown(h.Context(), now, o.Newsletter, o.LocalDate, "next", o.Items); err != nil {
			h.Fatal(err)
		}
		h.wantJournal(now.Add(3 * time.Second))

		h.mustOpen(h.opening("2026-11-24", editions.Daily, "later"))
		e, err := h.editions.Edition(h.Context(), h.db.Read(), "management", "2026-11-24")
		if err != nil {
			h.Fatal(err)
		}
		h.must(h.ledger.PauseEdition(h.Context(), now, e, operator))
		h.wantJournal(now.Add(4*time.Second), "action pause")
		if _, err := h.ledger.CancelEdition(h.Context(), now, e, operator); err != nil {
			h.Fatal(err)
		}
		h.wantJournal(now.Add(5*time.Second), "action cancel")
	})
}

// However many nodes look, each entry is told by one of them.
func TestJournalIsToldOnce(t *testing.T) {
	each(t, 4, func(h *harness) {
		var mu sync.Mutex
		told := map[string]int{}
		look := func(at time.Time) {
			var nodes sync.WaitGroup
			for range 4 {
				nodes.Go(func() {
					entries, err := h.ledger.Journal(h.Context(), at)
					if err != nil {
						h.Error(err)
					}
					mu.Lock()
					defer mu.Unlock()
					for _, text := range tell(entries) {
						told[text]++
					}
				})
			}
			nodes.Wait()
		}
		h.open("tip")
		look(now)
		h.must(h.ledger.PauseEdition(h.Context(), now, h.edition(), operator))
		look(now)
		h.must(h.ledger.ResumeEdition(h.Context(), now, h.edition(), operator))
		h.sendAll(now)
		look(now.Add(time.Minute))
		want := map[string]int{"begin 4": 1, "action pause": 1, "action resume": 1, "end 4 sent in 1m0s": 1}
		if fmt.Sprint(told) != fmt.Sprint(want) {
			h.Errorf("told %v, want %v", told, want)
		}
	})
}

// A cancelled edition has its end in the journal when what was on the wire is over, too.
func TestJournalOfTheCancelled(t *testing.T) {
	each(t, 3, func(h *harness) {
		h.open("tip")
		jobs := h.exchange(now, claim)
		h.wantJournal(now, "begin 3")
		if _, err := h.ledger.CancelEdition(h.Context(), now, h.edition(), operator); err != nil {
			h.Fatal(err)
		}
		h.wantJournal(now, "action cancel")
		h.exchange(now, ledger.Claiming{Owner: claim.Owner},
			ledger.Outcome{Job: jobs[0], State: ledger.Sent},
			ledger.Outcome{Job: jobs[1], State: ledger.Retry, NextAt: now.Add(time.Minute)},
			ledger.Outcome{Job: jobs[2], State: ledger.Pending, NextAt: now})
		h.wantJournal(now)
		if n, err := h.ledger.FinishCancelled(h.Context(), now); n != 2 || err != nil {
			h.Errorf("%d withdrawn, %v; want 2", n, err)
		}
		h.wantJournal(now.Add(time.Second), "end 1 sent in 1s")
		if c := h.counts(); c.Withdrawn != 2 || c.Open() {
			h.Errorf("%+v", c)
		}
	})
}
