package mailer

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"os/exec"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"dailytip/editions"
	"dailytip/ledger"
	"dailytip/mailer/relay"
	"dailytip/store/storetest"
	"dailytip/subscribers"
	"dailytip/test/freeport"
	"dailytip/verdict"
)

// BenchmarkEdition sends editions to readers through smtp-sink (Debian's package
// postfix): an operation is one mail, from its pending delivery to its committed
// outcome.
func BenchmarkEdition(b *testing.B) {
	sink, err := exec.LookPath("smtp-sink")
	if err != nil {
		b.Skip("smtp-sink isn't installed; apt-get install postfix brings it")
	}
	for _, places := range []int{32, 512} {
		b.Run(fmt.Sprintf("in_flight=%d", places), func(b *testing.B) {
			port, err := freeport.Find()
			if err != nil {
				b.Fatal(err)
			}
			server := exec.CommandContext(b.Context(), sink, "-u", "nobody", fmt.Sprintf("127.0.0.1:%d", port), "100")
			if err := server.Start(); err != nil {
				b.Fatal(err)
			}
			defer func() { _ = server.Process.Kill(); _ = server.Wait() }()
			sendEdition(b, port, places)
		})
	}
}

func sendEdition(b *testing.B, port, places int) {
	b.Helper()
	db := storetest.SQLite(b)
	list, err := subscribers.Open(b.Context(), db)
	if err != nil {
		b.Fatal(err)
	}
	h := &harness{TB: b, db: db, list: list, editions: editions.New(db), ledger: ledger.New(db, list)}
	h.item = h.tip(tipText[:strings.Index(tipText, "## Translations")] + strings.Repeat("Say it early, say it in the room, say what happens next. ", 45))
	h.fill(b.N)
	r, err := relay.New(relay.Options{Host: "127.0.0.1", Port: port, TLS: "none"})
	if err != nil {
		b.Fatal(err)
	}
	var sent atomic.Int64
	all := make(chan struct{})
	observe := func(o Observation) {
		if o.Verdict == verdict.Accepted && sent.Add(1) == int64(b.N) {
			close(all)
		}
	}
	m, err := New(Options{
		Editions: h.editions, Ledger: h.ledger, Tokens: list.Tokens(), Tags: list.Tags(), Newsletters: []Newsletter{newsletter("management")},
		Relays: []Relay{{Relay: r, Name: "sink", Connections: 8}}, InFlight: places, Exclusive: true, Observe: observe, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	before := processTime(b)
	b.ResetTimer()
	ctx, cancel := context.WithCancel(b.Context())
	ended := make(chan error, 1)
	go func() { ended <- m.Run(ctx) }()
	<-all
	cancel() // Run returns when the outcomes are committed
	if err := <-ended; err != nil {
		b.Fatal(err)
	}
	b.StopTimer()
	b.ReportMetric(float64((processTime(b)-before).Nanoseconds())/float64(b.N), "cpu-ns/op")
}

// fill opens an edition for n readers, without the checks that adding somebody
// takes.
func (h *harness) fill(n int) {
	h.Helper()
	now := time.Now()
	h.write(func(tx *sql.Tx) error {
		r := subscribers.Request{Address: "first@example.org", Newsletter: "management", Consent: subscribers.Vouched}
		if _, err := h.list.Add(h.Context(), tx, now.Add(-time.Hour), r); err != nil {
			return err
		}
		for _, statement := range []string{
			`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)
			INSERT INTO subscribers (id, email, email_key, name, language, timezone, created_at)
			SELECT p.id + i, 'r' || i || '@example.org', 'r' || i || '@example.org', '', '', '', p.created_at FROM n, subscribers p WHERE i < $1`,
			`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)
			INSERT INTO subscriptions (id, subscriber, newsletter, state, slot, due_after, created_at, confirmed_at)
			SELECT s.id + i, s.subscriber + i, s.newsletter, s.state, s.slot, s.due_after, s.created_at, s.confirmed_at FROM n, subscriptions s WHERE i < $1`,
		} {
			if _, err := tx.ExecContext(h.Context(), statement, n); err != nil {
				return err
			}
		}
		return nil
	})
	h.openFor(n, h.opening())
}

// processTime is the processor time that this process has used.
func processTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
