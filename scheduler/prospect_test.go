package scheduler

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	"dailytip/lately"
	"dailytip/store/storetest"
)

func TestProspectByZone(t *testing.T) {
	each(t, Newsletter{DefaultZone: time.UTC}, library(t, "first"), func(h *harness) {
		h.reader(begin, "Asia/Tokyo")
		h.reader(begin, "Asia/Tokyo")
		h.reader(begin, "Asia/Tokyo 09:30") // later than the others there
		h.reader(begin, "Europe/Berlin")
		h.reader(begin, "")
		p, err := h.s.Prospect(t.Context(), h.n(), utc(h, "2026-11-22 12:00"))
		if err != nil {
			t.Fatal(err)
		}
		var got strings.Builder
		for _, z := range p.Zones {
			fmt.Fprintf(&got, "%s %s %d; ", z.At.UTC().Format("02 15:04"), z.At.Location(), z.Readers)
		}
		if want := "22 22:00 Asia/Tokyo 2; 23 06:00 Europe/Berlin 1; 23 07:00 UTC 1; "; got.String() != want || p.Readers != 5 || !p.Next.Equal(p.Zones[0].At) {
			t.Errorf("%+v: %s, want %s", p, got.String(), want)
		}
	})
}

// A small list is counted each time, a large one once a minute.
func TestALargeListIsCountedOnceAMinute(t *testing.T) {
	h := newHarness(t, storetest.SQLite(t), Newsletter{DefaultZone: time.UTC}, library(t, "first"))
	at := utc(h, "2026-11-22 12:00")
	readers := func(at time.Time) int64 {
		t.Helper()
		s, err := h.s.Standing(t.Context(), h.n(), at)
		if err != nil {
			t.Fatal(err)
		}
		return s.Readers
	}
	h.reader(begin, "")
	if readers(at) != 1 {
		t.Fatal("there is one reader")
	}
	h.write(func(tx *sql.Tx) error { return h.crowd(tx, lately.Large) })
	if n := readers(at); n != lately.Large+1 {
		t.Errorf("%d readers", n)
	}
	h.reader(begin, "")
	if n := readers(at.Add(lately.For - 1)); n != lately.Large+1 {
		t.Errorf("%d readers within a minute", n)
	}
	if n := readers(at.Add(lately.For)); n != lately.Large+2 {
		t.Errorf("%d readers after a minute", n)
	}
	due := utc(h, "2026-11-23 07:00")
	readers(due.Add(-time.Second))
	h.reader(begin, "")
	if n := readers(due); n != lately.Large+3 {
		t.Errorf("%d readers when the next run has come", n)
	}
}

// crowd adds so many active readers at once, in the slot of the first one.
func (h *harness) crowd(tx *sql.Tx, n int) error {
	for _, text := range []string{
		`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)
		INSERT INTO subscribers (id, email, email_key, name, language, timezone, created_at)
		SELECT i, i || '@example.net', i || '@example.net', '', '', '', 0 FROM n`,
		`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)
		INSERT INTO subscriptions (id, subscriber, newsletter, state, slot, created_at)
		SELECT i, i, 'management', 'active', (SELECT MIN(id) FROM slots), 0 FROM n`,
	} {
		if _, err := tx.ExecContext(h.Context(), text, n); err != nil {
			return err
		}
	}
	return nil
}
