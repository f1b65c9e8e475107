package ledger_test

import (
	"database/sql"
	"flag"
	"fmt"
	"sync"
	"syscall"
	"testing"
	"time"

	"dailytip/editions"
	"dailytip/ledger"
	"dailytip/store"
	"dailytip/store/storetest"
	"dailytip/subscribers"
)

// many is how many readers the benchmarks have that are about many:
//
//	go test -run '^$' -bench OpenMany ./ledger -args -readers 1000000
var many = flag.Int("readers", 100_000, "readers of the large benchmarks")

// onBoth runs a benchmark on both engines, with so many active readers of one
// slot.
func onBoth(b *testing.B, readers int, f func(b *testing.B, h *crowd)) {
	for _, engine := range []struct {
		name string
		open func(testing.TB) *store.DB
	}{{"sqlite", storetest.SQLite}, {"postgres", storetest.Postgres}} {
		b.Run(engine.name, func(b *testing.B) { f(b, newCrowd(b, engine.open(b), readers)) })
	}
}

// crowd is a ledger with many readers, written by one statement for each table:
// signing a million of them up one by one would take the benchmark's time.
type crowd struct {
	testing.TB
	db       *store.DB
	editions *editions.Editions
	ledger   *ledger.Ledger
	dates    int
}

func newCrowd(b testing.TB, db *store.DB, readers int) *crowd {
	b.Helper()
	list, err := subscribers.Open(b.Context(), db)
	if err != nil {
		b.Fatal(err)
	}
	c := &crowd{TB: b, db: db, editions: editions.New(db), ledger: ledger.New(db, list)}
	for _, statement := range []string{
		`INSERT INTO slots (id, newsletter, timezone, send_at, days, cadence, done_until) SELECT 1, 'management', '', '', 0, 'daily', 0 WHERE $1 > 0`,
		`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)
			INSERT INTO subscribers (id, email, email_key, name, language, timezone, created_at)
			SELECT CAST(4194304 AS BIGINT) * (400000000 + i / 16) + i, 'reader' || i || '@example.com', 'reader' || i || '@example.com', 'A. Reader', 'en', 'Europe/Berlin', 0 FROM n`,
		`INSERT INTO subscriptions (id, subscriber, newsletter, state, slot, due_after, created_at)
			SELECT id + 1, id, 'management', 'active', 1, 0, 0 FROM subscribers WHERE $1 > 0`,
	} {
		err := db.Write(b.Context(), func(tx *sql.Tx) error {
			_, err := tx.ExecContext(b.Context(), statement, readers)
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	if db.Postgres() {
		if _, err := db.Read().ExecContext(b.Context(), "ANALYZE"); err != nil {
			b.Fatal(err)
		}
	}
	return c
}

// cpu is the processor time that the program has taken so far. Unlike the time
// on the clock it's the same on a busy machine.
func cpu(t testing.TB) time.Duration {
	t.Helper()
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		t.Fatal(err)
	}
	return time.Duration(use.Utime.Nano() + use.Stime.Nano())
}

// open opens an edition for all readers.
func (c *crowd) open() int64 {
	c.Helper()
	c.dates++
	n, err := c.ledger.Open(c.Context(), now, ledger.Opening{
		Newsletter: "management", LocalDate: now.AddDate(0, 0, c.dates).Format(time.DateOnly), Slot: 1, DueAt: now, ExpiresAt: now.Add(12 * time.Hour),
		Choice: editions.Daily, Reason: "next", Items: []editions.Item{{Tip: "tip", Body: []byte(`{"ID":"tip"}`)}},
	})
	if err != nil {
		c.Fatal(err)
	}
	return n
}

// BenchmarkOpenSmall opens an edition for ten readers.
func BenchmarkOpenSmall(b *testing.B) {
	onBoth(b, 10, func(b *testing.B, c *crowd) {
		b.ReportAllocs()
		began := cpu(b)
		for b.Loop() {
			c.open()
		}
		b.ReportMetric(float64((cpu(b)-began).Microseconds())/float64(b.N), "cpu-µs/op")
	})
}

// BenchmarkOpenMany opens an edition for all readers of one slot, and tells how
// long another writer had to wait at most.
func BenchmarkOpenMany(b *testing.B) {
	onBoth(b, *many, func(b *testing.B, c *crowd) {
		longest := time.Duration(0)
		began, readers := cpu(b), int64(0)
		for b.Loop() {
			done := make(chan struct{})
			var wait sync.WaitGroup
			wait.Go(func() { longest = max(longest, c.longestWait(done)) })
			readers += c.open()
			close(done)
			wait.Wait()
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(readers), "ns/reader")
		b.ReportMetric(float64((cpu(b)-began).Nanoseconds())/float64(readers), "cpu-ns/reader")
		b.ReportMetric(float64(longest.Milliseconds()), "longest-wait-ms")
	})
}

// BenchmarkCancelMany cancels an edition of which nothing has been sent, and tells
// how long another writer had to wait at most.
func BenchmarkCancelMany(b *testing.B) {
	onBoth(b, *many, func(b *testing.B, c *crowd) {
		longest, readers := time.Duration(0), int64(0)
		for b.Loop() {
			b.StopTimer()
			c.open()
			edition, err := c.editions.Edition(b.Context(), c.db.Read(), "management", now.AddDate(0, 0, c.dates).Format(time.DateOnly))
			if err != nil {
				b.Fatal(err)
			}
			done := make(chan struct{})
			var wait sync.WaitGroup
			wait.Go(func() { longest = max(longest, c.longestWait(done)) })
			b.StartTimer()
			n, err := c.ledger.CancelEdition(b.Context(), now, edition, "operator")
			if err != nil {
				b.Fatal(err)
			}
			readers += n
			close(done)
			wait.Wait()
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(readers), "ns/reader")
		b.ReportMetric(float64(longest.Milliseconds()), "longest-wait-ms")
	})
}

// longestWait asks for the right to write every few milliseconds.
func (c *crowd) longestWait(done chan struct{}) (longest time.Duration) {
	for {
		select {
		case <-done:
			return longest
		case <-time.After(5 * time.Millisecond):
		}
		asked := time.Now()
		if err := c.db.Write(c.Context(), func(*sql.Tx) error { return nil }); err != nil {
			c.Error(err)
			return longest
		}
		longest = max(longest, time.Since(asked))
	}
}

// BenchmarkExchange records a page of outcomes and claims the next, as the
// mailer does all the time. In "retry" all of an edition is to be tried again
// and again.
func BenchmarkExchange(b *testing.B) {
	sent := ledger.Outcome{State: ledger.Sent, Language: "en", Reply: ledger.Reply{Code: 250, Enhanced: "2.0.0", Text: "Ok: queued as 4cZx1Q2tPzz9vNq"}}
	retry := ledger.Outcome{State: ledger.Retry, NextAt: now, Reply: ledger.Reply{Code: 451, Enhanced: "4.7.1", Text: "try again later"}}
	for _, page := range []int{32, 128, 512} {
		b.Run(fmt.Sprintf("page=%d", page), func(b *testing.B) {
			onBoth(b, 100_000, func(b *testing.B, c *crowd) { c.exchange(b, page, sent) })
		})
	}
	b.Run("retry/page=128", func(b *testing.B) {
		onBoth(b, 100_000, func(b *testing.B, c *crowd) { c.exchange(b, 128, retry) })
	})
}

func (c *crowd) exchange(b *testing.B, page int, each ledger.Outcome) {
	b.Helper()
	claim := ledger.Claiming{Owner: "node", Limit: page}
	var outcomes []ledger.Outcome
	messages := 0
	began := cpu(b)
	b.ReportAllocs()
	for b.Loop() {
		jobs, err := c.ledger.Exchange(b.Context(), now, outcomes, claim)
		if err != nil {
			b.Fatal(err)
		}
		if len(jobs) == 0 {
			b.StopTimer()
			opening := cpu(b)
			c.open()
			began += cpu(b) - opening
			b.StartTimer()
		}
		messages += len(jobs)
		outcomes = outcomes[:0]
		for _, j := range jobs {
			each.Job = j
			outcomes = append(outcomes, each)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(messages), "µs/message")
	b.ReportMetric(float64((cpu(b)-began).Microseconds())/float64(messages), "cpu-µs/message")
}

// BenchmarkEdition opens an edition for all readers and takes it through to its
// end, page by page: what a message costs mustn't grow with how many there are.
func BenchmarkEdition(b *testing.B) {
	onBoth(b, *many, func(b *testing.B, c *crowd) {
		began, sent := cpu(b), 0
		for b.Loop() {
			c.open()
			claim := ledger.Claiming{Owner: "node", Limit: 128}
			var outcomes []ledger.Outcome
			for more := true; more; {
				jobs, err := c.ledger.Exchange(b.Context(), now, outcomes, claim)
				if err != nil {
					b.Fatal(err)
				}
				outcomes = outcomes[:0]
				for _, j := range jobs {
					outcomes = append(outcomes, ledger.Outcome{Job: j, State: ledger.Sent, Language: "en", Reply: ledger.Reply{Code: 250, Text: "Ok: queued as 4cZx1Q2tPzz9vNq"}})
				}
				sent += len(jobs)
				more = len(jobs) > 0
			}
		}
		b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(sent), "µs/message")
		b.ReportMetric(float64((cpu(b)-began).Microseconds())/float64(sent), "cpu-µs/message")
	})
}

// BenchmarkIdle: what a poll and a look for what expires cost when everything
// has been sent.
func BenchmarkIdle(b *testing.B) {
	onBoth(b, *many, func(b *testing.B, c *crowd) {
		c.open()
		err := c.db.Write(b.Context(), func(tx *sql.Tx) error {
			for _, s := range []string{
				"UPDATE deliveries SET state = 'sent', attempts = 1, code = 250, reply = 'queued', done_at = 1",
			} {
				if _, err := tx.ExecContext(b.Context(), s); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
		b.Run("waiting", func(b *testing.B) {
			for b.Loop() {
				if work, err := c.ledger.Waiting(b.Context(), now); work || err != nil {
					b.Fatal(work, err)
				}
			}
		})
		b.Run("expire", func(b *testing.B) {
			for b.Loop() {
				if n, err := c.ledger.Expire(b.Context(), now.Add(24*time.Hour)); n != 0 || err != nil {
					b.Fatal(n, err)
				}
			}
		})
	})
}
