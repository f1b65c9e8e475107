package subscribers_test

import (
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"dailytip/lately"
	"dailytip/subscribers"
)

// grown are the weeks of two newsletters in which something happened, as the list counts
// them at an instant. A list that is opened anew remembers nothing.
func (h *harness) grown(at time.Time) map[string]subscribers.Growth {
	h.t.Helper()
	list, err := subscribers.Open(h.t.Context(), h.db)
	if err != nil {
		h.t.Fatal(err)
	}
	all := map[string]subscribers.Growth{}
	for _, newsletter := range []string{"management", "other"} {
		weeks, err := list.Growth(h.t.Context(), newsletter, at, 30)
		if err != nil || len(weeks) != 30 {
			h.t.Fatalf("%d weeks, %v", len(weeks), err)
		}
		for _, g := range weeks {
			if g.Week.Weekday() != time.Monday || !g.Week.Equal(g.Week.Truncate(24*time.Hour)) {
				h.t.Errorf("a week begins at %s", g.Week)
			}
			if g != (subscribers.Growth{Week: g.Week}) {
				all[newsletter+g.Week.Format(" 2006-01-02")] = g
			}
		}
	}
	return all
}

// witness has seen all that was ever written into histories, also of people who are gone.
type witness struct {
	events  map[int64]seenEvent
	bounces map[int64]seenEvent
}

type seenEvent struct {
	subscriber       int64
	newsletter, kind string
	at               time.Time
}

// look reads what there is now. What was suppressed and isn't any more was undone, unless
// its person is gone.
func (w *witness) look(h *harness) {
	h.t.Helper()
	people := map[int64]bool{}
	read := func(text string, f func(id int64, e seenEvent)) {
		rows, err := h.db.Read().QueryContext(h.t.Context(), text)
		if err != nil {
			h.t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			var id, at int64
			var e seenEvent
			if err := rows.Scan(&id, &e.subscriber, &e.newsletter, &e.kind, &at); err != nil {
				h.t.Fatal(err)
			}
			e.at = time.UnixMilli(at).UTC()
			f(id, e)
		}
		if err := rows.Err(); err != nil {
			h.t.Fatal(err)
		}
	}
	read("SELECT id, id, '', '', 0 FROM subscribers", func(id int64, _ seenEvent) { people[id] = true })
	read("SELECT id, subscriber, newsletter, kind, at FROM subscription_events", func(id int64, e seenEvent) { w.events[id] = e })
	now := map[int64]bool{}
	read("SELECT id, subscriber, newsletter, class, at FROM bounces WHERE decision = 'suppressed'", func(id int64, e seenEvent) {
		w.bounces[id], now[id] = e, true
	})
	for id, e := range w.bounces {
		if people[e.subscriber] && !now[id] {
			delete(w.bounces, id)
		}
	}
}

// count counts what was seen, one by one.
func (w *witness) count() map[string]subscribers.Growth {
	all := map[string]subscribers.Growth{}
	add := func(e seenEvent, field func(g *subscribers.Growth) *int64) {
		monday := e.at.Truncate(24 * time.Hour)
		for monday.Weekday() != time.Monday {
			monday = monday.AddDate(0, 0, -1)
		}
		key := e.newsletter + monday.Format(" 2006-01-02")
		g := all[key]
		g.Week = monday
		*field(&g)++
		all[key] = g
	}
	for _, e := range w.events {
		switch e.kind {
		case "signed up", "signed up again":
			add(e, func(g *subscribers.Growth) *int64 { return &g.SignedUp })
		case "confirmed", "added with consent":
			add(e, func(g *subscribers.Growth) *int64 { return &g.Confirmed })
		case "unsubscribed":
			add(e, func(g *subscribers.Growth) *int64 { return &g.Left })
		}
	}
	for _, e := range w.bounces {
		if e.kind == "complaint" {
			add(e, func(g *subscribers.Growth) *int64 { return &g.Complained })
		} else {
			add(e, func(g *subscribers.Growth) *int64 { return &g.Bounced })
		}
	}
	return all
}

// Whatever happens to people, in whatever order, and whoever is forgotten: the weeks have
// what counting all histories gives.
func TestGrowthIsWhatHistoriesSay(t *testing.T) {
	each(t, func(t *testing.T, h *harness) {
		random := rand.New(rand.NewPCG(4, 1))
		w := &witness{map[int64]seenEvent{}, map[int64]seenEvent{}}
		at := now.AddDate(0, 0, -150)
		happened := map[string]int{}
		for range 250 {
			at = at.Add(time.Duration(random.IntN(28)) * time.Hour)
			happened[h.somethingHappens(random, at)]++
			w.look(h)
		}
		for _, what := range []string{"add", "confirm", "leave", "complaint", "bounce", "restore", "erase", "prune"} {
			if happened[what] == 0 {
				t.Errorf("%s never happened", what)
			}
		}
		want, got := w.count(), h.grown(at)
		for key := range want {
			if got[key] != want[key] {
				t.Errorf("%s: %+v, want %+v", key, got[key], want[key])
			}
		}
		if len(got) != len(want) {
			t.Errorf("%d weeks, want %d", len(got), len(want))
		}
	})
}

// somethingHappens to one of some people, and says what.
func (h *harness) somethingHappens(random *rand.Rand, at time.Time) (what string) {
	h.t.Helper()
	ctx := h.t.Context()
	address := subscribers.Address(fmt.Sprintf("r%d@example%d.com", random.IntN(25), random.IntN(3)))
	h.write(func(tx *sql.Tx) error {
		person, err := h.list.Find(ctx, tx, address)
		if errors.Is(err, subscribers.ErrUnknown) || random.IntN(5) == 0 {
			what = "add"
			_, err := h.list.Add(ctx, tx, at, subscribers.Request{
				Address: address, Newsletter: []string{"management", "other"}[random.IntN(2)], Consent: subscribers.Consent(random.IntN(3)), Detail: "test",
			})
			return err
		}
		if what = "nothing"; err != nil || len(person.Subscriptions) == 0 {
			return err
		}
		place := person.Subscriptions[random.IntN(len(person.Subscriptions))]
		b := subscribers.Bounce{Subscriber: person.ID, Subscription: place.ID, Newsletter: place.Newsletter, Edition: random.Int64N(1e9) + 1, Door: "imap"}
		switch random.IntN(8) {
		case 0, 1:
			what = "confirm"
			_, err = h.list.Confirm(ctx, tx, at, place.ID, "test")
		case 2:
			what = "leave"
			_, err = h.list.Unsubscribe(ctx, tx, at, place.ID, "test")
		case 3:
			what, b.Class = "complaint", subscribers.Complaint
			_, err = h.list.Bounced(ctx, tx, at, b, time.Time{})
		case 4:
			what, b.Class = "bounce", subscribers.HardBounce
			_, err = h.list.Bounced(ctx, tx, at, b, time.Time{})
		case 5:
			what = "restore"
			_, err = h.list.Restore(ctx, tx, at, person.ID, "test")
		case 6:
			what = "erase"
			err = h.list.Erase(ctx, tx, at, person)
		default:
			what = "prune"
			_, err = h.list.Prune(ctx, tx, at)
		}
		return err
	})
	return what
}

// A week that is over is counted once an hour, a small one that isn't each time.
func TestWeeksAreRemembered(t *testing.T) {
	each(t, func(t *testing.T, h *harness) {
		count := func(at time.Time) (last, this int64) {
			weeks, err := h.list.Growth(t.Context(), "management", at, 2)
			if err != nil {
				t.Fatal(err)
			}
			return weeks[0].Confirmed, weeks[1].Confirmed
		}
		add := func(at time.Time, address subscribers.Address) {
			h.write(func(tx *sql.Tx) error {
				_, err := h.list.Add(t.Context(), tx, at, subscribers.Request{Address: address, Newsletter: "management", Consent: subscribers.Vouched, Detail: "test"})
				return err
			})
		}
		monday := time.Date(2026, 11, 16, 0, 0, 0, 0, time.UTC)
		add(monday.Add(-time.Millisecond), "ana@example.com")
		add(monday, "ben@example.com")
		if last, this := count(monday.Add(time.Hour)); last != 1 || this != 1 {
			t.Errorf("at first: %d, %d", last, this)
		}
		add(monday.Add(-time.Hour), "late@example.com")
		add(monday.Add(time.Minute), "cy@example.com")
		if last, this := count(monday.Add(2*time.Hour - time.Second)); last != 1 || this != 2 {
			t.Errorf("within the hour: %d, %d", last, this)
		}
		if last, this := count(monday.Add(2 * time.Hour)); last != 2 || this != 2 {
			t.Errorf("after an hour: %d, %d", last, this)
		}
	})
}

func TestReturnedByReceiver(t *testing.T) {
	each(t, func(t *testing.T, h *harness) {
		for _, address := range []string{"ana@gmail.com", "ben@googlemail.com", "cy@hotmail.fr", "di@example.com"} {
			h.add(address, subscribers.Vouched, subscribers.Preferences{})
		}
		soft := subscribers.Bounce{Edition: 7, Door: "imap", Class: subscribers.SoftBounce, Reason: "full"}
		h.bounced(now, "ana@gmail.com", soft)
		h.bounced(now, "ben@googlemail.com", subscribers.Bounce{Edition: 7, Door: "imap", Class: subscribers.Complaint, Reason: "abuse"})
		h.bounced(now, "cy@hotmail.fr", subscribers.Bounce{Edition: 7, Door: "imap", Class: subscribers.OursBounce, Reason: "policy"})
		h.bounced(now, "di@example.com", soft)
		h.bounced(now, "di@example.com", subscribers.Bounce{Edition: 8, Door: subscribers.WhileSending, Class: subscribers.SoftBounce, Reason: "full"}) // counted as deferred
		h.bounced(now, "ana@gmail.com", subscribers.Bounce{Notice: 9, Door: "imap", Class: subscribers.SoftBounce, Reason: "full"})                     // of no edition
		h.bounced(now.AddDate(0, 0, -31), "ana@gmail.com", soft)                                                                                        // long ago
		h.bounced(now, "di@example.com", subscribers.Bounce{Edition: 8, Door: "imap", Class: subscribers.Complaint, Reason: subscribers.Unsubscribing}) // no complaint
		got, err := h.list.CountReturned(t.Context(), "management", now.AddDate(0, 0, -30), now)
		want := map[string]subscribers.Returned{"google": {Bounced: 1, Complained: 1}, "microsoft": {Bounced: 1}, "": {Bounced: 1}}
		if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%v, %v; want %v", got, err, want)
		}
		if got, err := h.list.CountReturned(t.Context(), "other", now.AddDate(0, 0, -30), now); err != nil || len(got) != 0 {
			t.Errorf("of another newsletter: %v, %v", got, err)
		}
	})
}

// Many are counted once a minute for each period, however many look.
func TestManyReturnedAreRemembered(t *testing.T) {
	each(t, func(t *testing.T, h *harness) {
		h.add("ana@gmail.com", subscribers.Vouched, subscribers.Preferences{})
		h.bounced(now.Add(-2*time.Hour), "ana@gmail.com", subscribers.Bounce{Edition: 7, Door: "imap", Class: subscribers.SoftBounce, Reason: "full"})
		h.write(func(tx *sql.Tx) error {
			_, err := tx.ExecContext(t.Context(), `
				INSERT INTO bounces (id, at, subscriber, domain, provider, newsletter, edition, notice, door, class, status, reason, reply, decision, decided_at)
				WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < CAST($1 AS BIGINT))
				SELECT b.id - i, at, subscriber, domain, provider, newsletter, edition, notice, door, class, status, reason, reply, decision, decided_at
				FROM bounces b, n`, lately.Large)
			return err
		})
		for _, step := range []struct {
			at   time.Time
			back time.Duration
			want int64
		}{{now, 30 * 24 * time.Hour, lately.Large + 1}, {now, time.Hour, 0}, {now.Add(lately.For - 1), 30 * 24 * time.Hour, lately.Large + 1}, {now.Add(lately.For), 30 * 24 * time.Hour, lately.Large + 2}} {
			got, err := h.list.CountReturned(t.Context(), "management", step.at.Add(-step.back), step.at)
			if err != nil || got["google"].Bounced != step.want {
				t.Errorf("at %s of the last %s: %v, %v, want %d", step.at, step.back, got, err, step.want)
			}
			if step.back == time.Hour {
				h.bounced(now.Add(-90*time.Minute), "ana@gmail.com", subscribers.Bounce{Edition: 8, Door: "imap", Class: subscribers.SoftBounce, Reason: "full"})
			}
		}
	})
}
