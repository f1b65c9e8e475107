//go:build long

package membership_test

import "testing"

func TestACopyByManyEventsIsTheList(t *testing.T) {
	copyByEventsIsTheList(t, 1000)
}
