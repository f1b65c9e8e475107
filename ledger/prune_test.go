package ledger_test

import (
	"database/sql"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"testing"
	"time"

	"dailytip/editions"
	"dailytip/ledger"
	"dailytip/subscribers"
)

const keep = 400 * 24 * time.Hour

// prune forgets all that is older than keep, and returns how much.
func (h *harness) prune(at time.Time) (n int64) {
	h.Helper()
	for {
		some, err := h.ledger.Prune(h.Context(), at, keep)
		if err != nil {
			h.Fatal(err)
		}
		if n += some; some == 0 {
			return n
		}
	}
}

func (h *harness) ofNovember() editions.Edition {
	h.Helper()
	e, err := h.editions.Edition(h.Context(), h.db.Read(), "management", "2026-11-23")
	if err != nil {
		h.Fatal(err)
	}
	return e
}

func (h *harness) sound() {
	h.Helper()
	if faults, err := ledger.Check(h.Context(), h.db); err != nil || len(faults) > 0 {
		h.Errorf("%q, %v", faults, err)
	}
}

// What an edition came to is the same after its deliveries were forgotten, and none of
// it is ever opened or sent again (P1).
func TestPrunedDeliveriesStayCounted(t *testing.T) {
	each(t, 5, func(h *harness) {
		h.open("tip")
		jobs := h.exchange(now, claim)
		reply := ledger.Reply{Code: 550, Enhanced: "5.7.1", Text: "no"}
		h.exchange(now, ledger.Claiming{Owner: claim.Owner},
			ledger.Outcome{Job: jobs[0], State: ledger.Failed, Reply: reply}, ledger.Outcome{Job: jobs[1], State: ledger.Failed, Reply: reply},
			ledger.Outcome{Job: jobs[2], State: ledger.InDoubt, Doubt: true})
		for _, j := range jobs[3:] {
			h.exchange(now, ledger.Claiming{Owner: claim.Owner}, ledger.Outcome{Job: j, State: ledger.Sent})
		}
		want := h.counts()
		if n := h.prune(now.Add(keep)); n != 0 {
			h.Fatalf("%d were forgotten although none is older than that", n)
		}
		later := now.Add(keep + time.Second)
		if n := h.prune(later); n != 5 {
			h.Fatalf("%d were forgotten, want 5", n)
		}
		got := h.counts()
		if want.Edition.PrunedAt = got.Edition.PrunedAt; !want.Edition.PrunedAt.Equal(later) || !reflect.DeepEqual(got, want) {
			h.Errorf("the counts are\n%+v, want\n%+v", got, want)
		}
		h.sound()

		o := h.opening("2026-11-23", editions.Daily, "tip")
		o.Everyone = true
		if n, err := h.ledger.Open(h.Context(), later, o); n != 0 || !errors.Is(err, editions.ErrPruned) {
			h.Errorf("it was opened again: %d, %v", n, err)
		}
		o.Choice = editions.Weekly // readers of another kind: they may have had it as daily ones
		if n, err := h.ledger.Open(h.Context(), later, o); n != 0 || !errors.Is(err, editions.ErrPruned) {
			h.Errorf("it was opened again: %d, %v", n, err)
		}
		again := ledger.Requeuing{Kind: ledger.ActionRetryFailed, States: []ledger.State{ledger.Failed}, ExpiresAt: later.Add(time.Hour)}
		if n, _, err := h.ledger.Requeue(h.Context(), later, h.ofNovember(), again); n != 0 || !errors.Is(err, editions.ErrPruned) {
			h.Errorf("it was sent again: %d, %v", n, err)
		}
		if _, err := h.ledger.SettleInDoubt(h.Context(), later, h.ofNovember(), ledger.Sent, nil, "me"); !errors.Is(err, editions.ErrPruned) {
			h.Errorf("it was settled: %v", err)
		}
		if date, err := h.editions.LastPruned(h.Context(), h.db.Read()); date != "2026-11-23" || err != nil {
			h.Errorf("%q, %v", date, err)
		}
	})
}

// While an edition's mails in doubt are settled in several steps, each step makes sure
// that it isn't forgotten meanwhile.
func TestPruneAgainstSettling(t *testing.T) {
	for _, as := range []ledger.State{ledger.Sent, ledger.Failed} {
		t.Run(string(as), func(t *testing.T) {
			each(t, 2, func(h *harness) {
				h.open("tip")
				for _, j := range h.exchange(now, claim) {
					h.exchange(now, ledger.Claiming{Owner: claim.Owner}, ledger.Outcome{Job: j, State: ledger.InDoubt, Doubt: true})
				}
				e := h.ofNovember()
				h.db.ObserveWrites(func(time.Duration, error) { // after the first step
					h.db.ObserveWrites(nil)
					h.write(func(tx *sql.Tx) error { return editions.Prune(h.Context(), tx, e.ID, now) })
				})
				if n, err := h.ledger.SettleInDoubt(h.Context(), now, e, as, nil, "me"); n != 2 || !errors.Is(err, editions.ErrPruned) {
					h.Errorf("%d were settled, %v", n, err)
				}
			})
		})
	}
}

// An old edition of which something waits, was sent or done of late stays whole.
func TestPruneLeavesWhatIsUnderWay(t *testing.T) {
	each(t, 2, func(h *harness) {
		h.open("tip")
		later := now.Add(keep + time.Hour)
		if n := h.prune(later); n != 0 {
			h.Fatalf("%d were forgotten although they wait", n)
		}
		jobs := h.exchange(now, claim)
		h.exchange(now, ledger.Claiming{Owner: claim.Owner}, ledger.Outcome{Job: jobs[0], State: ledger.Sent},
			ledger.Outcome{Job: jobs[1], State: ledger.Failed, Reply: ledger.Reply{Code: 550}})
		lately := later.Add(-time.Minute)
		again := ledger.Requeuing{Kind: ledger.ActionRetryFailed, States: []ledger.State{ledger.Failed}, ExpiresAt: lately}
		if n, _, err := h.ledger.Requeue(h.Context(), lately, h.ofNovember(), again); n != 1 || err != nil {
			h.Fatal(n, err)
		}
		if _, err := h.ledger.Expire(h.Context(), later); err != nil {
			h.Fatal(err)
		}
		if n := h.prune(later); n != 0 {
			h.Errorf("%d were forgotten although one was tried a minute ago", n)
		}
		if n := h.prune(later.Add(keep)); n != 2 {
			h.Errorf("%d were forgotten later, want 2", n)
		}
		h.sound()
	})
}

// Notices that have ended are forgotten, those that wait aren't.
func TestOldNoticesArePruned(t *testing.T) {
	each(t, 1, func(h *harness) {
		h.write(func(tx *sql.Tx) error {
			for _, email := range []subscribers.Address{"a@example.com", "b@example.com"} {
				n := ledger.Notice{Kind: ledger.Alert, Newsletter: "management", Email: email, ExpiresAt: now.Add(2 * keep)}
				if err := h.ledger.Enqueue(h.Context(), tx, now, n); err != nil {
					return err
				}
			}
			return nil
		})
		jobs := h.exchange(now, ledger.Claiming{Owner: claim.Owner, Limit: 1})
		h.exchange(now, ledger.Claiming{Owner: claim.Owner}, ledger.Outcome{Job: jobs[0], State: ledger.Sent})
		if n := h.prune(now.Add(keep + time.Second)); n != 1 {
			h.Errorf("%d were forgotten, want 1", n)
		}
		if n, err := h.ledger.NoticesWaiting(h.Context()); n != 1 || err != nil {
			h.Errorf("%d wait, want 1; %v", n, err)
		}
	})
}

// While an edition is forgotten in several steps, whoever opens it, on any node, opens
// nothing: nobody gets a second one.
func TestPruneAgainstOpening(t *testing.T) {
	const others = 6_000
	each(t, 20, func(h *harness) {
		o := h.opening("2026-11-23", editions.Daily, "tip")
		o.Everyone = true
		h.mustOpen(o)
		h.write(func(tx *sql.Tx) error { // many more readers, who have all got theirs
			for _, text := range []string{
				fmt.Sprintf(`INSERT INTO deliveries (edition, subscriber, content, due_at, opened_at, expires_at, state, next_at)
					WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)
					SELECT c.edition, n.i, c.id, 1, 1, 1, 'pending', 1 FROM n, contents c`, others),
				"UPDATE deliveries SET state = 'sent', done_at = 1",
				fmt.Sprintf("UPDATE counters SET opened = opened + %d", others),
				"UPDATE counters SET sent = opened",
			} {
				if _, err := tx.ExecContext(h.Context(), text); err != nil {
					return err
				}
			}
			return nil
		})
		later := now.Add(keep + time.Second)
		var work sync.WaitGroup
		for range 2 {
			work.Go(func() {
				for n := int64(1); n > 0; {
					var err error
					if n, err = h.ledger.Prune(h.Context(), later, keep); err != nil {
						h.Error(err)
					}
				}
			})
			work.Go(func() {
				for range 20 {
					if n, err := h.ledger.Open(h.Context(), later, o); n != 0 || err != nil && !errors.Is(err, editions.ErrPruned) {
						h.Errorf("%d were opened, %v", n, err)
					}
				}
			})
		}
		work.Wait()
		h.prune(later)
		if c := h.counts(); c.Sent != others+20 || c.Due != others+20 {
			h.Errorf("%+v", c)
		}
		var left int
		if err := h.db.Read().QueryRowContext(h.Context(), "SELECT COUNT(*) FROM deliveries").Scan(&left); left != 0 || err != nil {
			h.Errorf("%d are left, %v", left, err)
		}
		h.sound()
	})
}
