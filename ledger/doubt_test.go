package ledger_test

import (
	"database/sql"
	"slices"
	"strings"
	"testing"
	"time"

	"dailytip/editions"
	"dailytip/ledger"
)

// Whatever keeps a mail from being sent again that may have arrived: it isn't told as
// never sent, and its reader's course goes on, or they would get the tip twice. What
// was never handed over is told as such, and the course waits.
func TestWhatMayHaveArrivedEndsInDoubt(t *testing.T) {
	late := now.Add(13 * time.Hour)
	for name, test := range map[string]struct {
		end    func(h *harness, j ledger.Job)
		unsent ledger.State
	}{
		"cancelled": {func(h *harness, _ ledger.Job) {
			_, err := h.ledger.CancelEdition(h.Context(), now, h.edition(), operator)
			h.must(true, err)
		}, ledger.Withdrawn},
		"the reader has left": {func(h *harness, j ledger.Job) {
			h.write(func(tx *sql.Tx) error {
				_, err := h.list.Unsubscribe(h.Context(), tx, now, j.Subscription, "one click")
				return err
			})
			h.exchange(now, claim)
		}, ledger.Withdrawn},
		"the reader pauses": {func(h *harness, j ledger.Job) {
			h.write(func(tx *sql.Tx) error {
				_, err := h.list.Pause(h.Context(), tx, now, time.Time{}, j.Subscription, "")
				return err
			})
			h.exchange(now, claim)
		}, ledger.Withdrawn},
		"too late": {func(h *harness, _ ledger.Job) { h.expire(late, 1) }, ledger.Expired},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, 1, func(h *harness) {
				for i, date := range []string{"2026-11-22", "2026-11-23"} {
					doubt := i > 0
					place, tip := "", "tip of "+date
					o := h.opening(date, editions.Course(tip), tip)
					o.CourseAfter, o.Everyone = &place, true
					h.resume()
					h.mustOpen(o)
					job := h.exchange(now, claim)[0]
					h.exchange(now, ledger.Claiming{Owner: claim.Owner},
						ledger.Outcome{Job: job, State: ledger.Retry, NextAt: now, Reply: ledger.Reply{Code: 451, Text: "later"}, Doubt: doubt})
					test.end(h, job)
					want, wantPlace := test.unsent, ""
					if doubt {
						want, wantPlace = ledger.InDoubt, tip
					}
					last, err := h.ledger.LastDeliveries(h.Context(), job.Key.Subscriber, 10)
					if err != nil {
						h.Fatal(err)
					}
					i := slices.IndexFunc(last, func(d ledger.Delivery) bool { return d.LocalDate == date })
					if i < 0 || last[i].State != want || strings.Contains(last[i].Reply.Text, "never seen") != doubt {
						h.Errorf("doubt %t: the deliveries are %+v, want %s", doubt, last, want)
					}
					if got := h.place(); got != wantPlace {
						h.Errorf("doubt %t: the reader's place is %q, want %q", doubt, got, wantPlace)
					}
				}
			})
		})
	}
}

// What is refused for good after it was in doubt has failed; the course goes on all the
// same.
func TestWhatFailsAfterADoubtMovesOn(t *testing.T) {
	each(t, 1, func(h *harness) {
		h.mustOpen(h.opening("2026-11-23", editions.Course("one"), "one"))
		for _, o := range []ledger.Outcome{{State: ledger.Retry, NextAt: now, Doubt: true}, {State: ledger.Failed, Reply: ledger.Reply{Code: 554, Text: "seen already"}}} {
			if h.place() != "" {
				h.Error("the course went on too early")
			}
			o.Job = h.exchange(now, claim)[0]
			h.exchange(now, ledger.Claiming{Owner: claim.Owner}, o)
		}
		if c := h.counts(); c.Failed != 1 || h.place() != "one" {
			h.Errorf("%+v, the place is %q", c, h.place())
		}
	})
}

// A process that dies with the same mails each time doesn't send them for ever, and
// what was put off for other reasons doesn't count.
func TestTheFourthDoubtWaits(t *testing.T) {
	each(t, 1, func(h *harness) {
		h.open("tip")
		h.write(func(tx *sql.Tx) error {
			return h.ledger.Enqueue(h.Context(), tx, now, ledger.Notice{Kind: ledger.Welcome, Newsletter: "management", Email: "a@example.com"})
		})
		for range 3 {
			for _, j := range h.exchange(now, claim) {
				h.exchange(now, ledger.Claiming{Owner: claim.Owner}, ledger.Outcome{Job: j, State: ledger.Retry, NextAt: now, Reply: ledger.Reply{Code: 451}})
			}
		}
		for kill := range ledger.MostDoubts {
			if jobs := h.exchange(now, claim); len(jobs) != 2 || jobs[0].Doubts != kill || jobs[1].Doubts != kill {
				h.Fatalf("after %d kills: claimed %+v", kill, jobs)
			}
			if n, err := h.ledger.Recover(h.Context(), now, ledger.NoLease, nil); n != 2 || err != nil {
				h.Fatalf("%d in doubt, %v", n, err)
			}
		}
		if jobs := h.exchange(now, claim); len(jobs) != 0 {
			h.Errorf("claimed once more: %+v", jobs)
		}
		if c := h.counts(); c.InDoubt != 1 || c.Open() {
			h.Errorf("%+v, want it in doubt", c)
		}
		if n, err := h.ledger.NoticesWaiting(h.Context()); n != 0 || err != nil {
			h.Errorf("%d notices wait, %v", n, err)
		}
		h.wantExact("four kills")
	})
}

// place is the last tip of the course that the one reader is known to have.
func (h *harness) place() (tip string) {
	h.Helper()
	if err := h.db.Read().QueryRowContext(h.Context(), "SELECT course_tip FROM subscriptions").Scan(&tip); err != nil {
		h.Fatal(err)
	}
	return tip
}

// resume makes the one reader active again.
func (h *harness) resume() {
	h.Helper()
	h.write(func(tx *sql.Tx) error {
		_, err := tx.ExecContext(h.Context(), "UPDATE subscriptions SET state = 'active', paused_until = 0")
		return err
	})
}
