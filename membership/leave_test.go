package membership_test

import (
	"database/sql"
	"runtime"
	"testing"
	"time"

	"dailytip/store"
	"dailytip/store/storetest"
	"dailytip/subscribers"
)

// Who leaves while somebody else changes them waits for the other, and has left
// afterwards: nothing that the other had read before revives them.
func TestLeavingOutlastsAChangeThatIsUnderWay(t *testing.T) {
	h := open(t, storetest.Postgres(t))
	added := h.active(now, "ana@example.com", "management")
	h.write(func(tx *sql.Tx) error {
		_, err := h.list.Pause(h.Context(), tx, now, time.Time{}, added.Subscription, "page")
		return err
	})
	left := make(chan error, 1)
	h.write(func(tx *sql.Tx) error {
		if _, err := h.list.Lock(h.Context(), tx, added.Subscriber); err != nil {
			return err
		}
		go func() {
			_, err := h.service.Leave(h.Context(), now, "one click", added.Subscription)
			left <- err
		}()
		if !h.waits(left) {
			h.Error("they left although somebody else held them")
		}
		_, err := h.list.Resume(h.Context(), tx, now, added.Subscription, "API")
		return err
	})
	if err := <-left; err != nil {
		t.Fatal(err)
	}
	if state := h.find("ana@example.com").Subscriptions[0].State; state != subscribers.Unsubscribed {
		t.Errorf("they are %s", state)
	}
}

// waits tells whether what ends with done comes to wait for a lock before it ends.
func (h *harness) waits(done chan error) bool {
	h.Helper()
	for h.Context().Err() == nil {
		if len(done) > 0 {
			return false
		}
		if waiting(h.T, h.db) {
			return true
		}
		runtime.Gosched()
	}
	return false
}

func waiting(t *testing.T, db *store.DB) (yes bool) {
	t.Helper()
	err := db.Read().QueryRowContext(t.Context(), `
		SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')`).Scan(&yes)
	if err != nil {
		t.Fatal(err)
	}
	return yes
}
