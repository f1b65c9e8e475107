package intake_test

import (
	"errors"
	"strings"
	"testing"
	"time"
)

// A door that fails is known at once, told of once when it has lasted, and once when
// it's over; one that fails for a moment is nobody's business.
func TestFailingDoors(t *testing.T) {
	each(t, func(h *harness) {
		h.taker.Newsletter = "management"
		const mailbox = "the mailbox ana@imap.example.com:993/INBOX"
		fails := func(after time.Duration, fault string) {
			h.Helper()
			if err := h.taker.Fails(h.Context(), now.Add(after), mailbox, errors.New(fault)); err != nil {
				h.Fatal(err)
			}
			h.look(now.Add(after))
		}
		works := func(after time.Duration) {
			h.Helper()
			if err := h.taker.Works(h.Context(), now.Add(after), mailbox); err != nil {
				h.Fatal(err)
			}
			h.look(now.Add(after))
		}
		alerts := func(want ...string) {
			h.Helper()
			got := h.alerts()
			if len(got) != len(want) {
				h.Fatalf("alerts: %q, want %q", got, want)
			}
			for i := range got {
				if !strings.Contains(got[i], want[i]) {
					h.Errorf("alert %q, want %q", got[i], want[i])
				}
			}
		}
		works(0)
		fails(0, "timed out")
		works(14 * time.Minute)
		alerts()
		fails(20*time.Minute, "timed out")
		fails(34*time.Minute, "wrong password\x00\xff")
		all, err := h.taker.FailingDoors(h.Context())
		if err != nil || len(all) != 1 || all[0].Name != mailbox || !all[0].Since.Equal(now.Add(20*time.Minute)) || !strings.HasPrefix(all[0].Fault, "wrong password") {
			h.Fatalf("%+v, %v", all, err)
		}
		alerts()
		h.look(now.Add(35 * time.Minute))
		fails(time.Hour, "wrong password")
		alerts("can't be taken: " + mailbox)
		if err := h.taker.OnlyDoors(h.Context(), "the listener", mailbox); err != nil { // a restart
			h.Fatal(err)
		}
		works(2 * time.Hour)
		works(3 * time.Hour)
		alerts("can't be taken: "+mailbox, "taken again: "+mailbox)
		fails(4*time.Hour, "wrong password")
		if err := h.taker.OnlyDoors(h.Context(), "another"); err != nil {
			h.Fatal(err)
		}
		if all, err := h.taker.FailingDoors(h.Context()); err != nil || len(all) != 0 {
			h.Errorf("%+v, %v", all, err)
		}
	})
}
