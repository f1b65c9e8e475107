package ledger_test

import (
	"testing"
	"time"

	"dailytip/ledger"
)

// What is to be posted only when a pause lasts isn't when it doesn't; and what goes by
// no mail isn't mailed.
func TestAlertOfAShortPauseIsTakenBack(t *testing.T) {
	each(t, 1, func(h *harness) {
		h.ledger.PostAlerts()
		pause := func(at time.Time) {
			h.Helper()
			p := ledger.PauseInfo{Newsletter: ledger.Relay, Since: at, Reason: "no relay", ProbeAt: at.Add(time.Minute)}
			alert := ledger.Notice{Kind: ledger.Alert, Newsletter: "management", Start: at.Add(15 * time.Minute), Detail: "[dailytip] all: sending is paused\nNo relay.\n"}
			if err := h.ledger.Pause(h.Context(), at, p, alert); err != nil {
				h.Fatal(err)
			}
		}
		next := func(at time.Time, want bool) {
			h.Helper()
			p, last, ok, err := h.ledger.NextAlertPost(h.Context(), at)
			if ok != want || last || err != nil || ok && (p.Subject != "sending is paused" || p.About != "" || p.Text != "No relay.\n" || p.Attempts != 1) {
				h.Errorf("%+v, %t, %t, %v; want %t", p, last, ok, err, want)
			}
		}
		pause(now)
		next(now.Add(14*time.Minute), false)
		if _, err := h.ledger.Resume(h.Context(), now.Add(10*time.Minute), ledger.Relay); err != nil {
			h.Fatal(err)
		}
		next(now.Add(time.Hour), false)

		pause(now.Add(2 * time.Hour))
		next(now.Add(2*time.Hour+16*time.Minute), true)
		if _, err := h.ledger.Resume(h.Context(), now.Add(3*time.Hour), ledger.Relay); err != nil {
			h.Fatal(err)
		}
		if n, err := h.ledger.NoticesWaiting(h.Context()); n != 0 || err != nil {
			h.Errorf("%d mails wait, %v", n, err)
		}
	})
}
