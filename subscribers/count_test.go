package subscribers_test

import (
	"database/sql"
	"maps"
	"slices"
	"testing"

	"dailytip/subscribers"
)

func TestCounts(t *testing.T) {
	each(t, func(t *testing.T, h *harness) {
		h.add("ana@example.com", subscribers.Vouched, subscribers.Preferences{})
		h.add("bo@example.com", subscribers.Vouched, subscribers.Preferences{Timezone: "Asia/Tokyo"})
		h.add("cy@example.com", subscribers.Vouched, subscribers.Preferences{Timezone: "Asia/Tokyo"})
		h.add("di@example.com", subscribers.ByReader, subscribers.Preferences{})
		gone := h.add("ed@example.com", subscribers.Vouched, subscribers.Preferences{Timezone: "Asia/Tokyo"})
		h.write(func(tx *sql.Tx) error {
			_, err := h.list.Unsubscribe(t.Context(), tx, now, gone.Subscription, "")
			return err
		})
		states, err := h.list.CountStates(t.Context())
		want := map[subscribers.State]int64{subscribers.Active: 3, subscribers.Pending: 1, subscribers.Unsubscribed: 1}
		if err != nil || len(states) != 1 || !maps.Equal(states["management"], want) {
			t.Errorf("%v, %v", states, err)
		}
		active, err := h.list.CountActive(t.Context(), "management")
		if got := slices.Sorted(maps.Values(active)); err != nil || !slices.Equal(got, []int64{1, 2}) {
			t.Errorf("%v, %v", active, err)
		}
		if none, err := h.list.CountActive(t.Context(), "other"); len(none) != 0 || err != nil {
			t.Errorf("%v, %v", none, err)
		}
	})
}
