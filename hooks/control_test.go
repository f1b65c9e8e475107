package hooks_test

import (
	"database/sql"
	"errors"
	"testing"
	"time"

	"dailytip/hooks"
	"dailytip/store"
	"dailytip/store/storetest"
)

// What was given up is no part of what an endpoint took, and comes again only for whoever
// asks for that event.
func TestReplay(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		outbox, queue := hooks.NewOutbox([]hooks.Endpoint{{Name: "crm"}}), hooks.NewQueue(db)
		write(t, db, func(tx *sql.Tx) error {
			alert := func(subject string) error { return outbox.Alert(t.Context(), tx, now, hooks.Alert{Subject: subject}) }
			return errors.Join(alert("taken"), alert("given up"), alert("waits"))
		})
		all := events(t, db, "crm")
		write(t, db, func(tx *sql.Tx) error {
			_, err := queue.Fail(t.Context(), tx, hooks.Attempt{Endpoint: "crm", Event: all[1].ID, At: now, Status: 500}, hooks.Failure{})
			return errors.Join(err, queue.Accept(t.Context(), tx, hooks.Attempt{Endpoint: "crm", Event: all[0].ID, At: now, Status: 204}))
		})
		for _, want := range []bool{true, false} { // the second time it doesn't wait any more
			if skipped, err := queue.Skip(t.Context(), "crm", all[1].ID, now); skipped != want || err != nil {
				t.Errorf("skipped: %t, %v", skipped, err)
			}
		}
		for _, step := range []struct {
			event int64
			since time.Time
			want  int64
		}{{since: now.Add(time.Millisecond)}, {since: now, want: 1}, {event: all[1].ID, want: 1}, {event: all[2].ID}} {
			if n, err := queue.Replay(t.Context(), "crm", step.event, step.since); n != step.want || err != nil {
				t.Errorf("%+v: %d are posted again, %v", step, n, err)
			}
		}
	})
}

// A number that is read is the one that is shown.
func FuzzParseID(f *testing.F) {
	for _, s := range []string{"evt_1234", "1234", "evt_", "evt_-1", "evt_0x7", "evt_99999999999999999999", "first"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		id, err := hooks.ParseID(s)
		if err != nil {
			return
		}
		shown := hooks.Event{ID: id}.MessageID()
		if again, err := hooks.ParseID(shown); err != nil || again != id || id <= 0 {
			t.Errorf("%q is %d, shown as %s: %d, %v", s, id, shown, again, err)
		}
	})
}
