package intake_test

import (
	"testing"
	"time"

	"dailytip/ledger"
	"dailytip/subscribers"
)

// The mail that is tried after a rest ends it only when it was accepted and nothing
// came back: one that failed for a reason which isn't the mailbox's says nothing.
func TestATryThatSaysNothing(t *testing.T) {
	for name, try := range map[string]func(h *harness, at time.Time){
		"refused for a policy": func(h *harness, at time.Time) {
			h.send(at, replies{"ana@example.org": "550 5.7.1 policy"})
		},
		"came back for a fault of ours": func(h *harness, at time.Time) {
			h.comesBack(at, h.send(at, nil)["ana@example.org"], policy)
		},
		"expired": func(h *harness, at time.Time) {
			h.open(at)
			if n, err := h.ledger.Expire(h.Context(), at.Add(13*time.Hour)); err != nil || n != 1 {
				h.Fatalf("%d expired, %v", n, err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(h *harness) {
				h.join(now.Add(-day), "ana@example.org")
				for i := range 8 {
					at := now.Add(time.Duration(i) * day)
					h.comesBack(at, h.send(at, nil)["ana@example.org"], full)
				}
				try(h, now.Add(38*day))
				sentTo := func(days int) bool {
					_, ok := h.send(now.Add(time.Duration(days)*day), nil)["ana@example.org"]
					return ok
				}
				if !sentTo(42) || sentTo(43) {
					h.Error("the next one isn't the try")
				}
				if !sentTo(46) || !sentTo(47) {
					h.Error("that one was taken, and nothing more goes out")
				}
			})
		})
	}
}

// What a server says of a whole domain while it takes nothing counts for nothing when
// the mails are taken after all, and is written down once.
func TestHeldBackAndTakenAfterAll(t *testing.T) {
	each(t, func(h *harness) {
		h.join(now.Add(-day), "ana@example.org")
		h.open(now)
		for i := range 3 {
			jobs, err := h.ledger.Exchange(h.Context(), now, nil, ledger.Claiming{Owner: "node", Limit: 1})
			if err != nil || len(jobs) != 1 {
				h.Fatal(len(jobs), err)
			}
			o := outcome(jobs[0], unknown)
			o.State, o.Dead, o.HeldBack = ledger.Pending, false, true
			if i == 2 {
				o = outcome(jobs[0], "")
			}
			if _, err := h.ledger.Exchange(h.Context(), now, []ledger.Outcome{o}, ledger.Claiming{Owner: "node"}); err != nil {
				h.Fatal(err)
			}
		}
		if held := h.bounces("ana@example.org"); len(held) != 1 || held[0].Decision != subscribers.HeldBack || held[0].Class != subscribers.HardBounce {
			h.Errorf("%+v", held)
		}
		good, err := h.ledger.LastGood(h.Context(), h.db.Read(), now.Add(4*day), h.find("ana@example.org").ID)
		if err != nil || good.IsZero() {
			h.Errorf("the mail that was taken isn't known as good: %v, %v", good, err)
		}
		h.want("ana@example.org", subscribers.Active)
		if err := h.ledger.TellRates(h.Context(), now, 5, 0.1); err != nil || len(h.alerts()) != 0 {
			h.Errorf("%q, %v", h.alerts(), err)
		}
	})
}
