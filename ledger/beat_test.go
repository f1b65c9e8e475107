package ledger_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"dailytip/ledger"
	"dailytip/store/storetest"
	"dailytip/subscribers"
)

// Nodes that begin together, or were all silent for long, as after an outage of the
// database, say at the same time that they are alive. Not all of them may think that
// they are alone, and take all that a relay allows: who comes last sees everybody.
func TestBeatAfterAnOutage(t *testing.T) {
	db := storetest.Postgres(t)
	list, err := subscribers.Open(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	l := ledger.New(db, list)
	now := time.Now()
	for range 200 {
		var all sync.WaitGroup
		nodes := []string{"a", "b", "c"}
		places := make([]ledger.Place, len(nodes))
		for i, node := range nodes {
			all.Go(func() {
				var err error
				if places[i], err = l.Beat(t.Context(), now, node, 15*time.Second); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if !slices.ContainsFunc(places, func(p ledger.Place) bool { return p.Nodes == len(nodes) }) {
			t.Errorf("none of them sees all: %+v", places)
		}
		if t.Failed() {
			return
		}
		now = now.Add(time.Minute)
	}
}
