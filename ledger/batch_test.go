package ledger_test

import (
	"database/sql"
	"fmt"
	"slices"
	"testing"
	"time"

	"dailytip/internal/rig"
	"dailytip/ledger"
	"dailytip/store"
	"dailytip/store/storetest"
)

// change runs a statement for some readers.
func (c *crowd) change(statement string, readers ...int64) {
	c.Helper()
	err := c.db.Write(c.Context(), func(tx *sql.Tx) error {
		for _, r := range readers {
			if _, err := tx.ExecContext(c.Context(), statement, r); err != nil {
				return fmt.Errorf("%s: %w", statement, err)
			}
		}
		return nil
	})
	if err != nil {
		c.Fatal(err)
	}
}

// numbers reads a column.
func (c *crowd) numbers(query string) (all []int64) {
	c.Helper()
	rows, err := c.db.Read().QueryContext(c.Context(), query)
	if err != nil {
		c.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var n int64
		if err := rows.Scan(&n); err != nil {
			c.Fatal(err)
		}
		all = append(all, n)
	}
	if err := rows.Err(); err != nil {
		c.Fatal(err)
	}
	return all
}

func (c *crowd) agrees(when string) {
	c.Helper()
	if books, err := rig.ReadBooks(c.Context(), c.db); err != nil || !books.Agree() {
		c.Fatalf("%s: %+v, %v", when, books, err)
	}
}

// sendAll claims and sends until nothing is left, and returns who got the mail.
func (c *crowd) sendAll() (sent []int64) {
	c.Helper()
	var outcomes []ledger.Outcome
	for {
		jobs, err := c.ledger.Exchange(c.Context(), now, outcomes, ledger.Claiming{Owner: "node", Lease: time.Minute, Limit: 700})
		if err != nil {
			c.Fatal(err)
		}
		if len(jobs) == 0 {
			return sent
		}
		outcomes = outcomes[:0]
		for _, j := range jobs {
			if j.Subscription != j.Key.Subscriber+1 || j.Email == "" || j.Name != "A. Reader" || j.Language != "en" || !j.ExpiresAt.Equal(now.Add(12*time.Hour)) {
				c.Fatalf("%+v", j)
			}
			sent = append(sent, j.Key.Subscriber)
			outcomes = append(outcomes, ledger.Outcome{Job: j, State: ledger.Sent, Language: "en"})
		}
	}
}

const (
	toSlot2 = "UPDATE subscriptions SET slot = 2 WHERE subscriber = $1"
	slot2   = "INSERT INTO slots (id, newsletter, timezone, send_at, days, cadence, done_until) VALUES ($1, 'management', 'Asia/Tokyo', '', 0, 'daily', 0)"
)

// A large batch is claimed by way of the slot that its readers were in. Whoever
// has moved since gets the mail all the same, whoever has left gets none, and
// who has come between them isn't in it.
func TestReadersMoveAfterOpening(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c := newCrowd(t, db, 6000)
		all := c.numbers("SELECT id FROM subscribers ORDER BY id")
		strangers, movers, left, erased := all[2000:2050], all[1000:1200], all[3000:3010], all[5990:]
		c.change(slot2, 2)
		c.change(toSlot2, strangers...)
		if n := c.open(); n != 5950 {
			t.Fatalf("%d deliveries, want 5950", n)
		}
		c.change("UPDATE subscriptions SET slot = 1 WHERE subscriber = $1", strangers...)
		c.change(toSlot2, movers...)
		c.change("UPDATE subscriptions SET state = 'unsubscribed' WHERE subscriber = $1", left...)
		c.change("DELETE FROM subscriptions WHERE subscriber = $1", erased...)
		c.change("DELETE FROM subscribers WHERE id = $1", erased...)
		c.agrees("opened")
		want := slices.DeleteFunc(slices.Clone(all), func(r int64) bool {
			return slices.Contains(strangers, r) || slices.Contains(left, r) || slices.Contains(erased, r)
		})
		if got := c.sendAll(); !slices.Equal(got, want) {
			t.Errorf("%d mails were sent, want %d", len(got), len(want))
		}
		c.agrees("sent")
		if gone := c.numbers("SELECT subscriber FROM deliveries WHERE state = 'withdrawn' ORDER BY subscriber"); !slices.Equal(gone, slices.Concat(left, erased)) {
			t.Errorf("%d deliveries were withdrawn, want %d", len(gone), len(left)+len(erased))
		}
	})
}

// What has a row already isn't claimed by its batch, though all of a page has.
func TestWrittenIsNotClaimed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c := newCrowd(t, db, 6000)
		c.open()
		err := db.Write(t.Context(), func(tx *sql.Tx) error {
			_, err := tx.ExecContext(t.Context(), rig.WriteOut(db))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := c.sendAll(); len(got) != 0 {
			t.Errorf("%d were claimed", len(got))
		}
	})
}

// Whoever is in a batch of an edition, or was, isn't in another one of it,
// whatever slot they moved to.
func TestNobodyIsInTwoBatches(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c := newCrowd(t, db, 300)
		all := c.numbers("SELECT id FROM subscribers ORDER BY id")
		c.change(slot2, 2)
		c.change(toSlot2, all[200:]...)
		opening := func(slot int64) int64 {
			t.Helper()
			n, err := c.ledger.Open(t.Context(), now, ledger.Opening{
				Newsletter: "management", LocalDate: "2026-11-23", Slot: slot, DueAt: now, ExpiresAt: now.Add(12 * time.Hour), Everyone: true,
				Choice: ledger.Daily, Reason: "next", Items: []ledger.Item{{Tip: "tip", Body: []byte(`{"ID":"tip"}`)}},
			})
			if err != nil {
				t.Fatal(err)
			}
			c.agrees("opened")
			return n
		}
		if n := opening(1); n != 200 {
			t.Fatalf("%d deliveries, want 200", n)
		}
		c.change(toSlot2, all[50:60]...) // they wait in a batch
		if n := opening(2); n != 100 {
			t.Errorf("%d deliveries, want those of the 100 who had none", n)
		}
		if got := c.sendAll(); len(got) != 300 {
			t.Errorf("%d mails, want 300", len(got))
		}
		if _, err := c.ledger.Journal(t.Context(), now); err != nil {
			t.Fatal(err)
		}
		if n := c.numbers("SELECT COUNT(*) FROM batches"); n[0] != 0 {
			t.Errorf("%d batches are left of an edition that is out", n[0])
		}
		c.change("UPDATE subscriptions SET slot = 1 WHERE subscriber = $1", all[200:]...) // now they have rows
		if n := opening(1); n != 0 {
			t.Errorf("%d got a second delivery", n)
		}
	})
}

// Two nodes that open the same edition at the same time give everybody one
// delivery.
func TestTwoOpenAtOnce(t *testing.T) {
	db := storetest.Postgres(t)
	c := newCrowd(t, db, 2000)
	opened := make(chan int64, 8)
	for range cap(opened) {
		go func() {
			n, err := c.ledger.Open(t.Context(), now, ledger.Opening{
				Newsletter: "management", LocalDate: "2026-11-23", Slot: 1, DueAt: now, ExpiresAt: now.Add(12 * time.Hour),
				Choice: ledger.Daily, Reason: "next", Items: []ledger.Item{{Tip: "tip", Body: []byte(`{"ID":"tip"}`)}},
			})
			if err != nil {
				t.Error(err)
			}
			opened <- n
		}()
	}
	sum := int64(0)
	for range cap(opened) {
		sum += <-opened
	}
	c.agrees("opened")
	if sum != 2000 {
		t.Errorf("%d deliveries, want 2000", sum)
	}
	if got := c.sendAll(); len(got) != 2000 {
		t.Errorf("%d mails, want 2000", len(got))
	}
}

// A course reader whose tip is sent while the next edition is being opened isn't
// due at the place that they just left.
func TestCourseMovesOnMeanwhile(t *testing.T) {
	db := storetest.Postgres(t)
	c := newCrowd(t, db, 3)
	place := ""
	open := func(date string) (int64, error) {
		return c.ledger.Open(t.Context(), now, ledger.Opening{
			Newsletter: "management", LocalDate: date, Slot: 1, DueAt: now, ExpiresAt: now.Add(12 * time.Hour), CourseAfter: &place,
			Choice: ledger.Course("one"), Reason: "next", Items: []ledger.Item{{Tip: "one", Body: []byte(`{"ID":"one"}`)}},
		})
	}
	if n, err := open("2026-11-23"); n != 3 || err != nil {
		t.Fatal(n, err)
	}
	jobs, err := c.ledger.Exchange(t.Context(), now, nil, ledger.Claiming{Owner: "node", Lease: time.Minute, Limit: 3})
	if err != nil {
		t.Fatal(err)
	}
	var last int64
	for _, table := range []string{"batches", "subscriptions"} { // the opener is held up between its looks
		tx, err := db.Read().BeginTx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = tx.Rollback() }()
		if _, err := tx.ExecContext(t.Context(), "LOCK TABLE "+table+" IN ACCESS EXCLUSIVE MODE"); err != nil {
			t.Fatal(err)
		}
		done := make(chan int64)
		go func() {
			n, err := open("2026-11-24")
			if err != nil {
				t.Error(err)
			}
			done <- n
		}()
		time.Sleep(300 * time.Millisecond)
		if table == "subscriptions" { // a course's place is in it: this one is committed with the lock
			_ = tx.Rollback()
		}
		_, err = c.ledger.Exchange(t.Context(), now, []ledger.Outcome{{Job: jobs[last], State: ledger.Sent, Language: "en"}}, ledger.Claiming{Owner: "node"})
		if err != nil {
			t.Fatal(err)
		}
		_ = tx.Rollback()
		if n := <-done; n != 0 {
			t.Errorf("%s: %d were opened with the tip that they were just sent", table, n)
		}
		last++
	}
}

// What a node has claimed without knowing it goes back, a page as one mail.
func TestDisownMany(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c := newCrowd(t, db, 3000)
		c.open()
		jobs, err := c.ledger.Exchange(t.Context(), now, nil, ledger.Claiming{Owner: "node", Lease: time.Minute, Limit: 3000})
		if err != nil || len(jobs) != 3000 {
			t.Fatal(len(jobs), err)
		}
		known := func(k ledger.Key) bool { return k.Subscriber%3 == 0 }
		if err := c.ledger.Disown(t.Context(), now, "node", known); err != nil {
			t.Fatal(err)
		}
		c.agrees("disowned")
		if back := c.numbers("SELECT COUNT(*) FROM deliveries WHERE state = 'pending' AND next_at > 0 AND subscriber % 3 <> 0"); back[0] != 2000 {
			t.Errorf("%d were put back, want 2000", back[0])
		}
		if got := c.sendAll(); len(got) != 2000 {
			t.Errorf("%d were sent then, want 2000", len(got))
		}
	})
}

// A node that comes late with its outcomes, in any order, and one that takes its
// claims for lost wait for each other.
func TestLateAndLost(t *testing.T) {
	db := storetest.Postgres(t)
	c := newCrowd(t, db, 4000)
	c.open()
	jobs, err := c.ledger.Exchange(t.Context(), now, nil, ledger.Claiming{Owner: "late", Lease: time.Minute, Limit: 4000})
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(jobs)
	var outcomes []ledger.Outcome
	for _, j := range jobs {
		outcomes = append(outcomes, ledger.Outcome{Job: j, State: ledger.Sent, Language: "en"})
	}
	late := make(chan error)
	go func() {
		_, err := c.ledger.Exchange(t.Context(), now, outcomes, ledger.Claiming{Owner: "late"})
		late <- err
	}()
	time.Sleep(20 * time.Millisecond)
	if _, err := c.ledger.Recover(t.Context(), now.Add(time.Hour), nil, false); err != nil {
		t.Error(err)
	}
	if err := <-late; err != nil {
		t.Error(err)
	}
	c.agrees("both")
	if n := c.numbers("SELECT COUNT(*) FROM deliveries WHERE state = 'sent'"); n[0] != 4000 {
		t.Errorf("%d are sent, want 4000", n[0])
	}
}

// What a batch is told about before anything of it has a row.
func TestBatchIsSeen(t *testing.T) {
	each(t, 3, func(h *harness) {
		h.open("tip")
		jobs := h.exchange(now, claim) // in the middle of the list, at its end, at its beginning
		for _, i := range []int{1, 2, 0} {
			id := jobs[i].Key.Subscriber
			if has, err := h.ledger.HasDelivery(h.Context(), h.db.Read(), "management", "2026-11-23", id); !has || err != nil {
				h.Errorf("reader %d of the list has a delivery: %t, %v", i, has, err)
			}
		}
		reader := jobs[0].Key.Subscriber
		for id, want := range map[int64]bool{reader: true, reader / 10: false, reader + 1<<40: false} {
			if has, err := h.ledger.HasDelivery(h.Context(), h.db.Read(), "management", "2026-11-23", id); has != want || err != nil {
				h.Errorf("reader %d has a delivery: %t, %v", id, has, err)
			}
		}
		if has, err := h.ledger.HasDelivery(h.Context(), h.db.Read(), "management", "2026-11-22", reader); has || err != nil {
			h.Errorf("they have one of another date: %t, %v", has, err)
		}
		last, err := h.ledger.LastDeliveries(h.Context(), reader, 5)
		if err != nil || len(last) != 1 || last[0].State != ledger.Pending || last[0].Tip != "tip" || !last[0].DueAt.Equal(now) || !last[0].DoneAt.IsZero() {
			h.Errorf("%+v, %v", last, err)
		}
		held, err := h.ledger.HeldOn(h.Context(), reader)
		if err != nil || len(held.Deliveries) != 1 || held.Deliveries[0].State != ledger.Pending {
			h.Errorf("%+v, %v", held, err)
		}
		if _, c, err := h.ledger.VotedOn(h.Context(), h.db.Read(), jobs[0].Key.Edition, reader); err != nil || c.ID != jobs[0].Content {
			h.Errorf("%+v, %v", c, err)
		}
	})
}

// A page in which some outcomes come too late is recorded as far as it counts.
func TestSomeOfAPageAreRecorded(t *testing.T) {
	each(t, 100, func(h *harness) {
		h.open("tip")
		jobs := h.exchange(now, claim)
		sent := func(jobs []ledger.Job) (outcomes []ledger.Outcome) {
			for _, j := range jobs {
				outcomes = append(outcomes, ledger.Outcome{Job: j, State: ledger.Sent})
			}
			return outcomes
		}
		h.exchange(now, ledger.Claiming{Owner: "node-1"}, sent(jobs[30:50])...)
		h.exchange(now, ledger.Claiming{Owner: "node-1"}, ledger.Outcome{Job: jobs[60], State: ledger.Retry, NextAt: now.Add(time.Hour)})
		h.exchange(now, ledger.Claiming{Owner: "node-1"}, sent(jobs)...)
		h.wantExact("all were reported")
		if c := h.counts(); c.Sent != 100 {
			h.Errorf("%+v", c)
		}
	})
}
