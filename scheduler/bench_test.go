package scheduler

import (
	"database/sql"
	"fmt"
	"testing"
	"time"

	"dailytip/editions"
	"dailytip/store"
	"dailytip/store/storetest"
	"dailytip/tips"
)

// BenchmarkTickWithNothingDue: 1,000,000 active readers in 400 groups. It must
// take less than 5 ms.
func BenchmarkTickWithNothingDue(b *testing.B) {
	for name, open := range map[string]func(testing.TB) *store.DB{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		b.Run(name, func(b *testing.B) {
			h := newHarness(b, open(b), Newsletter{Order: Shuffle}, library(b, "a", "b"))
			crowd(h, 1_000_000, 400)
			now := utc(b, "2026-11-23 09:07")
			h.tick(now)
			b.ReportAllocs()
			for b.Loop() {
				h.tick(now)
			}
		})
	}
}

// crowd fills the tables by one statement each: a million sign-ups one by one
// would take the benchmark's time.
func crowd(h *harness, readers, groups int) {
	h.Helper()
	due := store.Millis(begin)
	done := store.Millis(utc(h, "2026-11-23 09:00"))
	h.write(func(tx *sql.Tx) error {
		for i := range groups {
			_, err := tx.ExecContext(h.Context(), `INSERT INTO slots (id, newsletter, timezone, send_at, days, cadence, done_until)
				VALUES ($1, 'management', $2, $3, 0, 'daily', $4)`,
				i+1, []string{"Europe/Berlin", "Asia/Tokyo", "America/New_York", "Asia/Kolkata"}[i%4], fmt.Sprintf("%02d:%02d", i%24, i/24), done)
			if err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(h.Context(), `
			WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)
			INSERT INTO subscribers (id, email, email_key, name, language, timezone, created_at)
			SELECT i, 'r' || i || '@example.com', 'r' || i || '@example.com', '', '', '', 0 FROM n`, readers)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(h.Context(), `
			INSERT INTO subscriptions (id, subscriber, newsletter, state, slot, due_after, created_at)
			SELECT id, id, 'management', 'active', id % $1 + 1, $2, 0 FROM subscribers`, groups, due)
		return err
	})
}

// sentTips makes tips and a history in which all of them were sent but some.
func sentTips(b *testing.B, count, sent int) ([]tips.Tip, []editions.Choice) {
	b.Helper()
	library := make([]tips.Tip, count)
	var history []editions.Choice
	first := day(b, "2026-11-23").Add(-sent)
	for i := range library {
		library[i] = tips.Tip{ID: fmt.Sprintf("tip%05d", i), Title: "T", Body: "B"}
		if i < sent {
			history = append(history, editions.Choice{LocalDate: first.Add(i).String(), Tip: library[i].ID})
		}
	}
	return library, history
}

func BenchmarkPlanAYear(b *testing.B) {
	for _, tt := range []struct {
		name string
		sent int
	}{{"new", 0}, {"all sent", 10_000}} {
		b.Run(tt.name, func(b *testing.B) {
			library, history := sentTips(b, 10_000, tt.sent)
			n := Newsletter{ID: "management", Rule: rule(b, "0 7 * * *"), Order: Shuffle, RepeatAfter: 180 * 24 * time.Hour}
			b.ReportAllocs()
			for b.Loop() {
				plan := newCalendar(&n, dawn(b), library, history, nil).Plan(day(b, "2026-11-23"), 365)
				if len(plan) != 365 {
					b.Fatal(len(plan))
				}
			}
		})
	}
}

func BenchmarkScheduleNext(b *testing.B) {
	s := schedule(b, "0 7 * * MON-FRI", "America/New_York")
	now := utc(b, "2026-11-23 09:07")
	for b.Loop() {
		if s.Next(now).IsZero() {
			b.Fatal("never")
		}
	}
}
