package ledger_test

import (
	"sync"
	"testing"
	"time"

	"dailytip/ledger"
	"dailytip/store/storetest"
	"dailytip/subscribers"
)

// Two nodes that were both silent for long, as after an outage of the database,
// say at the same time that they are alive.
func TestBeatAfterAnOutage(t *testing.T) {
	db := storetest.Postgres(t)
	list, err := subscribers.Open(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	l := ledger.New(db, list)
	now := time.Now()
	for range 200 {
		var both sync.WaitGroup
		for _, node := range []string{"a", "b", "c"} {
			both.Go(func() {
				if _, err := l.Beat(t.Context(), now, node, 15*time.Second); err != nil {
					t.Error(err)
				}
			})
		}
		both.Wait()
		if t.Failed() {
			return
		}
		now = now.Add(time.Minute)
	}
}
