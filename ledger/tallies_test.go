package ledger_test

import (
	"database/sql"
	"fmt"
	"testing"
	"time"

	"dailytip/ledger"
	"dailytip/subscribers"
)

// tallied are, of an edition, the mails that were sent in each minute and to each
// receiver's mailboxes: as they are kept, and as counting the rows gives them.
func (h *harness) tallied(edition int64) (kept, exact string) {
	h.Helper()
	all := map[string]string{}
	for name, text := range map[string]string{
		"kept minutes":   `SELECT CAST(minute AS TEXT), CAST(SUM(sent) AS BIGINT) FROM sent_minutes WHERE edition = $1 GROUP BY minute ORDER BY minute`,
		"exact minutes":  `SELECT CAST(done_at - done_at % 60000 AS TEXT), COUNT(*) FROM deliveries WHERE edition = $1 AND state = 'sent' GROUP BY done_at - done_at % 60000 ORDER BY done_at - done_at % 60000`,
		"kept receivers": `SELECT receiver, CAST(SUM(sent) AS BIGINT) FROM receiver_counts WHERE edition = $1 GROUP BY receiver HAVING SUM(sent) > 0 ORDER BY receiver`,
		"exact receivers": `SELECT receiver, COUNT(*) FROM (SELECT CASE WHEN p.email LIKE '%@gmail.com' THEN 'google' ELSE '' END AS receiver
			FROM deliveries d LEFT JOIN subscribers p ON p.id = d.subscriber WHERE d.edition = $1 AND d.state = 'sent') AS each_one GROUP BY receiver ORDER BY receiver`,
	} {
		all[name] = h.tally(text, edition)
	}
	return all["kept minutes"] + all["kept receivers"], all["exact minutes"] + all["exact receivers"]
}

// tally writes out what a statement gives of an edition: names with their numbers.
func (h *harness) tally(text string, edition int64) (all string) {
	h.Helper()
	rows, err := h.db.Read().QueryContext(h.Context(), text, edition)
	if err != nil {
		h.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var of string
		var n int64
		if err := rows.Scan(&of, &n); err != nil {
			h.Fatal(err)
		}
		all += fmt.Sprintf(" %s:%d", of, n)
	}
	if err := rows.Err(); err != nil {
		h.Fatal(err)
	}
	return all
}

// What was said is counted once for each mail, by whose mailboxes it went to.
func TestWhatIsSaidIsCountedByReceiver(t *testing.T) {
	each(t, 1, func(h *harness) {
		for _, address := range []subscribers.Address{"ana@gmail.com", "ben@googlemail.com", "cy@hotmail.fr"} {
			h.write(func(tx *sql.Tx) error {
				_, err := h.list.Add(h.Context(), tx, now.Add(-time.Hour), subscribers.Request{Address: address, Newsletter: "management", Consent: subscribers.Vouched})
				return err
			})
		}
		h.open("tip")
		busy := ledger.Reply{Code: 451, Text: "come later"}
		states := map[subscribers.Address]ledger.State{"ben@googlemail.com": ledger.Retry, "cy@hotmail.fr": ledger.Failed}
		answer := func(jobs []ledger.Job, at time.Time) (outcomes []ledger.Outcome) {
			for _, j := range jobs {
				o := ledger.Outcome{Job: j, State: ledger.Sent}
				if s := states[j.Email]; s != "" {
					o.State, o.Reply, o.NextAt = s, busy, at.Add(time.Minute)
				}
				outcomes = append(outcomes, o)
			}
			return outcomes
		}
		at := now
		for range 3 { // ben's is put off three times
			jobs := h.exchange(at, claim)
			h.exchange(at, ledger.Claiming{Owner: claim.Owner}, answer(jobs, at)...)
			at = at.Add(time.Minute)
		}
		states = nil
		jobs := h.exchange(at, ledger.Claiming{Owner: "node-2", Limit: 10})
		h.exchange(at, ledger.Claiming{Owner: "node-2"}, answer(jobs, at)...)

		got, err := h.ledger.CountReceivers(h.Context(), "management", now.Add(-time.Hour))
		want := []ledger.ReceiverCounts{{Receiver: "google", Sent: 2, Deferred: 1}, {Sent: 1}, {Receiver: "microsoft", Failed: 1}}
		if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
			h.Errorf("%+v, %v; want %+v", got, err, want)
		}
		for newsletter, since := range map[string]time.Time{"management": now.Add(time.Hour), "other": now.Add(-time.Hour)} {
			if got, err := h.ledger.CountReceivers(h.Context(), newsletter, since); err != nil || len(got) != 0 {
				h.Errorf("%s since %s: %+v, %v", newsletter, since, got, err)
			}
		}
		minutes, err := h.ledger.SentByMinute(h.Context(), h.counts().Edition)
		if err != nil || fmt.Sprint(minutes) != fmt.Sprint([]ledger.SentIn{{Minute: now.UTC(), Sent: 2}, {Minute: at.UTC(), Sent: 1}}) {
			h.Errorf("%+v, %v", minutes, err)
		}
	})
}
