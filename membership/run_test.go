package membership_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"dailytip/subscribers"
)

// The daemon forgets old sign-ups by itself, and ends when it's told to.
func TestRunForgetsOldSignUps(t *testing.T) {
	each(t, func(h *harness) {
		old := time.Now().Add(-subscribers.UnconfirmedLife - time.Hour)
		h.signUp(old, "ana@example.com", "management")
		h.signUp(time.Now(), "bo@example.com", "management")
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- h.service.Run(ctx) }()
		defer stop()
		for {
			_, err := h.list.Find(h.Context(), h.db.Read(), "ana@example.com")
			if errors.Is(err, subscribers.ErrUnknown) {
				break
			}
			if err != nil {
				h.Fatal(err)
			}
			select { // the test's own limit ends the wait
			case err := <-ended:
				h.Fatalf("it ended before its time: %v", err)
			case <-time.After(5 * time.Millisecond):
			}
		}
		if got := h.state("bo@example.com", "management"); got != subscribers.Pending {
			h.Errorf("a new sign-up is %q", got)
		}
		stop()
		if err := <-ended; err != nil {
			h.Errorf("it ended with %v", err)
		}
	})
}
