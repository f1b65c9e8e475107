package hooks_test

import (
	"testing"

	"dailytip/hooks"
)

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
