package scheduler

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"dailytip/editions"
	"dailytip/ledger"
	"dailytip/store"
	"dailytip/store/storetest"
	"dailytip/subscribers"
	"dailytip/tips"
)

// harness is a scheduler with a real list and ledger.
type harness struct {
	testing.TB
	db       *store.DB
	list     *subscribers.List
	editions *editions.Editions
	ledger   *ledger.Ledger
	s        *Scheduler
	log      *strings.Builder
	people   int
}

// begin is when the readers of these tests signed up: a Sunday.
var begin = time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)

// each runs f on both engines. What n leaves out is as in config.yaml.
func each(t *testing.T, n Newsletter, lib *tips.Library, f func(h *harness)) {
	storetest.Each(t, func(t *testing.T, db *store.DB) { f(newHarness(t, db, n, lib)) })
}

func newHarness(t testing.TB, db *store.DB, n Newsletter, lib *tips.Library) *harness {
	t.Helper()
	list, err := subscribers.Open(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	n.ID, n.Library, n.GiveUpAfter = "management", lib, 12*time.Hour
	if n.Rule.spec == nil {
		n.Rule = rule(t, "0 7 * * MON-FRI")
	}
	if n.Grace == 0 {
		n.Grace = 6 * time.Hour
	}
	h := &harness{TB: t, db: db, list: list, editions: editions.New(db), ledger: ledger.New(db, list), log: &strings.Builder{}}
	h.s = h.another(n)
	return h
}

// another makes a scheduler as another node, or the next start, has it.
func (h *harness) another(n Newsletter) *Scheduler {
	return New(Options{
		List: h.list, Editions: h.editions, Ledger: h.ledger, Newsletters: []Newsletter{n},
		Log: slog.New(slog.NewTextHandler(h.log, nil)),
	})
}

func (h *harness) n() *Newsletter { return &h.s.Newsletters[0] }

func (h *harness) restart() { h.s = h.another(*h.n()) }

// reader adds an active reader at an instant: prefs are "zone send_at days
// cadence", each may be left out or "-".
func (h *harness) reader(at time.Time, prefs string) string {
	h.Helper()
	part := append(strings.Fields(prefs), "-", "-", "-", "-")
	for i := range part {
		part[i] = strings.TrimPrefix(part[i], "-")
	}
	days, err := subscribers.ParseDays(part[2])
	if err != nil {
		h.Fatal(err)
	}
	h.people++
	name := fmt.Sprintf("r%d", h.people)
	h.write(func(tx *sql.Tx) error {
		_, err := h.list.Add(h.Context(), tx, at, subscribers.Request{
			Address: subscribers.Address(name + "@example.com"), Newsletter: "management", Consent: subscribers.Vouched,
			Preferences: subscribers.Preferences{Timezone: part[0], SendAt: part[1], Days: days, Cadence: subscribers.Cadence(part[3])},
		})
		return err
	})
	return name
}

func (h *harness) write(f func(tx *sql.Tx) error) {
	h.Helper()
	if err := h.db.Write(h.Context(), f); err != nil {
		h.Fatal(err)
	}
}

func (h *harness) tick(at time.Time) {
	h.Helper()
	if err := h.s.Tick(h.Context(), at); err != nil {
		h.Fatal(err)
	}
}

// ticks ticks from one instant to another.
func (h *harness) ticks(from, to time.Time, step time.Duration) {
	h.Helper()
	for ; !from.After(to); from = from.Add(step) {
		h.tick(from)
	}
}

// row is a delivery as the ledger has it.
type row struct {
	date, reader, tips string
	due, opened        time.Time
}

func (h *harness) deliveries() []row {
	h.Helper()
	rows, err := h.db.Read().QueryContext(h.Context(), `
		SELECT e.local_date, p.email, deliveries.content, deliveries.due_at, deliveries.opened_at FROM deliveries
		JOIN editions e ON e.id = deliveries.edition JOIN subscribers p ON p.id = deliveries.subscriber
		ORDER BY deliveries.due_at, e.local_date, p.id`)
	if err != nil {
		h.Fatal(err)
	}
	defer rows.Close()
	var all []row
	var contents []int64
	for rows.Next() {
		var r row
		var content, due, opened int64
		if err := rows.Scan(&r.date, &r.reader, &content, &due, &opened); err != nil {
			h.Fatal(err)
		}
		r.reader, _, _ = strings.Cut(r.reader, "@")
		r.due, r.opened = store.Time(due), store.Time(opened)
		all, contents = append(all, r), append(contents, content)
	}
	if err := rows.Err(); err != nil {
		h.Fatal(err)
	}
	text := map[int64]string{}
	for i, id := range contents {
		if _, ok := text[id]; !ok {
			content, err := h.editions.ReadContent(h.Context(), id)
			if err != nil {
				h.Fatal(err)
			}
			var ids []string
			for _, item := range content.Items {
				var copied tips.Tip
				if err := json.Unmarshal(item.Body, &copied); err != nil || copied.ID != item.Tip || copied.Body == "" {
					h.Fatalf("the copy of %s is %q, %v", item.Tip, item.Body, err)
				}
				ids = append(ids, item.Tip)
			}
			text[id] = strings.Join(ids, "+")
		}
		all[i].tips = text[id]
	}
	return all
}

// expect compares the deliveries, each as "date reader tips", in the order in
// which they were due.
func (h *harness) expect(want ...string) {
	h.Helper()
	var got []string
	for _, r := range h.deliveries() {
		got = append(got, r.date+" "+r.reader+" "+r.tips)
	}
	if !slices.Equal(got, want) {
		h.Errorf("delivered\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

// skipped returns what is recorded as missed, as "date readers reason".
func (h *harness) skipped() []string {
	h.Helper()
	runs, err := h.ledger.Skipped(h.Context(), 100)
	if err != nil {
		h.Fatal(err)
	}
	var got []string
	for _, r := range runs {
		got = append(got, fmt.Sprintf("%s %d %s", r.LocalDate, r.Deliveries, r.Reason))
	}
	return got
}

// sendAll plays the mailer: what waits is claimed and sent.
func (h *harness) sendAll(at time.Time) {
	h.Helper()
	claim := ledger.Claiming{Owner: "test", Limit: 1000}
	jobs, err := h.ledger.Exchange(h.Context(), at, nil, claim)
	if err != nil {
		h.Fatal(err)
	}
	var outcomes []ledger.Outcome
	for _, j := range jobs {
		outcomes = append(outcomes, ledger.Outcome{Job: j, State: ledger.Sent})
	}
	claim.Limit = 0
	if _, err := h.ledger.Exchange(h.Context(), at, outcomes, claim); err != nil {
		h.Fatal(err)
	}
}

func utc(t testing.TB, s string) time.Time {
	t.Helper()
	instant, err := time.Parse("2006-01-02 15:04", s)
	if err != nil {
		t.Fatal(err)
	}
	return instant
}
