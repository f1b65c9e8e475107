package membership_test

import (
	"database/sql"
	"errors"
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

// Who is erased is who they are when it's done, and not who they were when it was asked
// for: an address that changed meanwhile is the one that no import brings back.
func TestErasingWaitsForAChangeThatIsUnderWay(t *testing.T) {
	h := open(t, storetest.Postgres(t))
	added := h.active(now, "ana@example.com", "management")
	var seen subscribers.Address
	erased := make(chan error, 1)
	h.write(func(tx *sql.Tx) error {
		person, err := h.list.Lock(h.Context(), tx, added.Subscriber)
		if err != nil {
			return err
		}
		go func() {
			erased <- h.service.Erase(h.Context(), now, added.Subscriber, func(s *subscribers.Subscriber) error {
				seen = s.Email
				return nil
			})
		}()
		if !h.waits(erased) {
			h.Error("they were erased although somebody else held them")
		}
		return h.list.ChangeAddress(h.Context(), tx, now, person, "new@example.com", "by phone")
	})
	if err := <-erased; err != nil || seen != "new@example.com" {
		t.Errorf("%s was erased, %v", seen, err)
	}
	if got := h.request(now, subscribers.Request{Address: "new@example.com", Newsletter: "management"}).Result; got != subscribers.Left {
		t.Errorf("an import of the new address is %s", got)
	}
}

// A person who isn't what somebody has seen any more stays as they are.
func TestARefusedChangeChangesNothing(t *testing.T) {
	each(t, func(h *harness) {
		ana := h.active(now, "ana@example.com", "management").Subscriber
		changed := errors.New("they have changed")
		refuse := func(*subscribers.Subscriber) error { return changed }
		if err := h.service.Erase(h.Context(), now, ana, refuse); !errors.Is(err, changed) {
			h.Errorf("erasing: %v", err)
		}
		if _, err := h.service.ChangeAddress(h.Context(), now, ana, "new@example.com", true, "x", refuse); !errors.Is(err, changed) {
			h.Errorf("another address: %v", err)
		}
		h.find("ana@example.com")
	})
}
