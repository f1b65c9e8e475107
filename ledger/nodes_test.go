package ledger_test

import (
	"sync"
	"testing"
	"time"

	"dailytip/ledger"
)

// Each node knows its place among those that are alive, whoever comes and goes.
func TestPlacesAmongNodes(t *testing.T) {
	each(t, 0, func(h *harness) {
		beat := func(at time.Time, node string) ledger.Place {
			h.Helper()
			p, err := h.ledger.Beat(h.Context(), at, node, time.Minute)
			if err != nil {
				h.Fatal(err)
			}
			return p
		}
		if p := beat(now, "b"); p != (ledger.Place{Rank: 0, Nodes: 1}) {
			t.Errorf("alone: %+v", p)
		}
		beat(now, "a")
		c := beat(now.Add(time.Second), "c")
		a, b := beat(now.Add(2*time.Second), "a"), beat(now.Add(2*time.Second), "b")
		if a.Rank != 0 || b.Rank != 1 || c.Rank != 2 || a.Nodes != 3 || b.Nodes != 3 {
			t.Errorf("%+v %+v %+v", a, b, c)
		}
		if p := beat(now.Add(time.Minute+1500*time.Millisecond), "b"); p.Nodes != 2 { // c is silent for longer than a minute
			t.Errorf("%+v", p)
		}
		if err := h.ledger.Leave(h.Context(), "a"); err != nil {
			t.Fatal(err)
		}
		if p := beat(now.Add(time.Minute+2*time.Second), "b"); p != (ledger.Place{Rank: 0, Nodes: 1}) {
			t.Errorf("%+v", p)
		}
	})
}

// Nodes that reserve at once never get more than a day has.
func TestReserveKeepsTheDaysTotal(t *testing.T) {
	each(t, 0, func(h *harness) {
		const relay, day, limit = "mail.example.com:25", "2026-11-23", 100
		var got [8]int
		var group sync.WaitGroup
		for i := range got {
			group.Go(func() {
				for {
					n, err := h.ledger.Reserve(h.Context(), relay, day, 7, limit)
					if err != nil {
						h.Error(err)
						return
					}
					if got[i] += n; n == 0 {
						return
					}
				}
			})
		}
		group.Wait()
		sum := 0
		for _, n := range got {
			sum += n
		}
		if sum != limit {
			t.Errorf("%d of %d were given: %v", sum, limit, got)
		}
		if err := h.ledger.Return(h.Context(), relay, day, 5); err != nil {
			t.Fatal(err)
		}
		if n, err := h.ledger.Reserve(h.Context(), relay, day, 7, limit); n != 5 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
		if n, err := h.ledger.Reserve(h.Context(), relay, "2026-11-24", 7, limit); n != 7 || err != nil {
			t.Errorf("another day: %d, %v", n, err)
		}
	})
}
