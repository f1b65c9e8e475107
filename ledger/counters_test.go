package ledger_test

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"dailytip/editions"
	"dailytip/ledger"
	"dailytip/store"
	"dailytip/subscribers"
)

// exact counts an edition's deliveries one by one.
func (h *harness) exact(edition int64) (c ledger.Counts) {
	h.Helper()
	rows, err := h.db.Read().QueryContext(h.Context(), `
		SELECT state, COUNT(*), SUM(CASE WHEN doubts > 0 THEN 1 ELSE 0 END) FROM deliveries WHERE edition = $1 GROUP BY state`, edition)
	if err != nil {
		h.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var state ledger.State
		var n, doubts int64
		if err := rows.Scan(&state, &n, &doubts); err != nil {
			h.Fatal(err)
		}
		c.Due += n
		*map[ledger.State]*int64{
			ledger.Pending: &c.Pending, ledger.Sending: &c.Pending, ledger.Sent: &c.Sent, ledger.Retry: &c.Retry, ledger.Failed: &c.Failed,
			ledger.InDoubt: &c.InDoubt, ledger.Expired: &c.Expired, ledger.Withdrawn: &c.Withdrawn,
		}[state] += n
		if state != ledger.InDoubt {
			c.ResentInDoubt += doubts
		}
	}
	if err := rows.Err(); err != nil {
		h.Fatal(err)
	}
	return c
}

// wantExact checks that the quick counts are the true ones.
func (h *harness) wantExact(when string) {
	h.Helper()
	got := h.counts()
	want := h.exact(got.Edition.ID)
	reasons := int64(0)
	for _, r := range got.Reasons {
		reasons += r.Count
	}
	if others := got.Retry + got.Failed + got.InDoubt + got.Expired + got.Withdrawn; reasons != others {
		h.Errorf("%s: the reasons are those of %d deliveries, want %d", when, reasons, others)
	}
	want.Edition, want.Tip = got.Edition, got.Tip
	got.Reasons = nil
	if fmt.Sprint(got) != fmt.Sprint(want) {
		h.Fatalf("%s:\n got %+v\nwant %+v", when, got, want)
	}
	if faults, err := ledger.Check(h.Context(), h.db); err != nil || len(faults) > 0 {
		h.Fatalf("%s: %+v, %v", when, faults, err)
	}
}

// Whatever happens to an edition, in whatever order, the counts that are kept
// are those that counting the rows gives.
func TestCountsStayExact(t *testing.T) {
	each(t, 60, func(h *harness) {
		random := rand.New(rand.NewPCG(7, 7))
		h.open("tip")
		at := now
		jobs := map[string][]ledger.Job{}
		for step := range 150 {
			at = at.Add(time.Duration(random.IntN(90)) * time.Second)
			owner := []string{"a", "b"}[random.IntN(2)]
			what := h.randomStep(random, at, owner, jobs)
			h.wantExact(fmt.Sprintf("step %d, %s", step, what))
			if kept, exact := h.tallied(h.counts().Edition.ID); kept != exact {
				h.Fatalf("step %d, %s: sent by minute and by receiver:\n got %s\nwant %s", step, what, kept, exact)
			}
		}
	})
}

// randomStep does one thing that changes deliveries, and says what.
func (h *harness) randomStep(random *rand.Rand, at time.Time, owner string, jobs map[string][]ledger.Job) string {
	h.Helper()
	must := func(err error) {
		h.Helper()
		if err != nil {
			h.Fatal(err)
		}
	}
	switch kind := random.IntN(12); kind {
	case 0:
		_, err := h.ledger.Recover(h.Context(), at, []time.Duration{time.Minute, time.Minute, time.Minute, ledger.NoLease}[random.IntN(4)], []string{"management"}[:random.IntN(2)])
		must(err)
		return "recover"
	case 1:
		_, err := h.ledger.Expire(h.Context(), at)
		must(err)
		return "expire"
	case 2:
		must(h.ledger.Disown(h.Context(), at, owner, func(ledger.Key) bool { return false }))
		return "disown"
	case 3:
		h.write(func(tx *sql.Tx) error {
			added, err := h.list.Add(h.Context(), tx, at, subscribers.Request{
				Address: subscribers.Address(fmt.Sprintf("new%d@%s.com", random.Int(), []string{"example", "gmail"}[random.IntN(2)])), Newsletter: "management", Consent: subscribers.Vouched,
			})
			if err != nil || random.IntN(2) == 0 {
				return err
			}
			_, err = h.list.Unsubscribe(h.Context(), tx, at, added.Subscription, "")
			return err
		})
		_, err := h.ledger.Open(h.Context(), at, ledger.Opening{
			Newsletter: "management", LocalDate: "2026-11-23", Slot: h.slot(), DueAt: at, ExpiresAt: at.Add(time.Hour), Choice: editions.Daily, Everyone: true,
		})
		must(err)
		return "open"
	default:
		var outcomes []ledger.Outcome
		for _, job := range jobs[owner] {
			o := ledger.Outcome{Job: job, NextAt: at.Add(time.Minute), Doubt: random.IntN(5) == 0, Dead: random.IntN(20) == 0}
			o.State = []ledger.State{ledger.Sent, ledger.Sent, ledger.Retry, ledger.Failed, ledger.InDoubt, ledger.Pending}[random.IntN(6)]
			if o.State != ledger.Sent {
				o.Reply = ledger.Reply{Code: 450 + random.IntN(3)}
			}
			outcomes = append(outcomes, o)
			if random.IntN(9) == 0 { // reported twice
				outcomes = append(outcomes, o)
			}
		}
		jobs[owner] = h.exchange(at, ledger.Claiming{Owner: owner, Limit: random.IntN(20)}, outcomes...)
		return "exchange"
	}
}

// fillEdition writes an edition of n deliveries to readers who don't exist, of
// which one in a hundred failed and half are sent.
func fillEdition(tb testing.TB, db *store.DB, n int) editions.Edition {
	tb.Helper()
	e := editions.Edition{ID: 1, Newsletter: "management", LocalDate: "2026-11-23"}
	err := db.Write(tb.Context(), func(tx *sql.Tx) error {
		for _, statement := range []string{
			`INSERT INTO editions (id, newsletter, local_date, opened_at, state) VALUES (1, 'management', '2026-11-23', 0, 'open')`,
			`INSERT INTO contents (id, edition, choice, reason) VALUES (1, 1, 'daily', 'next')`,
			`INSERT INTO expiries (at, edition) VALUES (9000000000000, 1)`,
			// Every other one waits.
			fmt.Sprintf(`INSERT INTO deliveries (edition, subscriber, content, due_at, opened_at, expires_at, state, next_at, code, enhanced, done_at)
				WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)
				SELECT 1, i, 1, 0, 0, 9000000000000, CASE WHEN i %% 2 = 1 THEN 'pending' WHEN i %% 100 = 0 THEN 'failed' ELSE 'sent' END, 0,
					CASE WHEN i %% 2 = 1 THEN 0 WHEN i %% 100 = 0 THEN 550 ELSE 250 END, CASE WHEN i %% 100 = 0 THEN '5.1.1' ELSE '' END,
					CASE WHEN i %% 2 = 1 THEN 0 ELSE 1 END FROM n`, n),
			fmt.Sprintf(`INSERT INTO counters (edition, node, opened, sent, at, mark_at, mark_sent, earlier_at, earlier_sent)
				SELECT 1, '', %d, COUNT(*), 0, 0, 0, 0, 0 FROM deliveries WHERE state = 'sent'`, n),
		} {
			if _, err := tx.ExecContext(tb.Context(), statement); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
	return e
}
