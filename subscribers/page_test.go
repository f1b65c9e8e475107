package subscribers

import (
	"database/sql"
	"flag"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"dailytip/store"
	"dailytip/store/storetest"
)

// fill adds so many people to two newsletters by SQL, every tenth of whom has left.
func fill(t testing.TB, l *List, people int) {
	t.Helper()
	err := l.db.Write(t.Context(), func(tx *sql.Tx) error {
		for _, newsletter := range []string{"management", "other"} {
			if _, err := l.slot(t.Context(), tx, time.UnixMilli(1), newsletter, Preferences{}); err != nil {
				return err
			}
		}
		for _, text := range []string{
			fmt.Sprintf(`INSERT INTO subscribers (id, email, email_key, name, language, timezone, created_at)
				WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)
				SELECT i, 'reader.' || i || '@example.net', 'reader.' || i || '@example.net', '', '', '', 1 FROM n`, people),
			`INSERT INTO subscriptions (id, subscriber, newsletter, state, slot, created_at)
				SELECT id, id, CASE WHEN id % 4 = 0 THEN 'other' ELSE 'management' END, CASE WHEN id % 10 = 0 THEN 'unsubscribed' ELSE 'active' END,
				(SELECT MIN(id) FROM slots), 1 FROM subscribers`,
			"ANALYZE",
		} {
			if _, err := tx.ExecContext(t.Context(), text); err != nil {
				return fmt.Errorf("%s: %w", text, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// pagings are all kinds of pages.
var pagings = map[string]Paging{
	"all":                   {Limit: 100, After: "500"},
	"newsletter":            {Limit: 100, Newsletter: "management", After: "500"},
	"state":                 {Limit: 100, State: Unsubscribed, After: "500"},
	"newsletter and state":  {Limit: 100, Newsletter: "other", State: Active, After: "500"},
	"state that nobody has": {Limit: 100, State: Paused},
	"prefix":                {Limit: 100, Prefix: "reader.5"},
	"prefix and state":      {Limit: 100, Prefix: "reader.", State: Paused, After: "5"},
	"domain":                {Limit: 100, Domain: "example.net", After: "500"},
	"domain and state":      {Limit: 100, Domain: "example.net", State: Paused, After: "500"},
	"domain of nobody":      {Limit: 100, Domain: "example.com"},
	"language":              {Limit: 100, Language: "es", After: "500"},
	"zone and newsletter":   {Limit: 100, Timezone: "Asia/Shanghai", Newsletter: "management", After: "500"},
}

// However long the list is, a page reads its beginning from an index.
func TestPagesBeginAtAnIndex(t *testing.T) {
	db, asked := storetest.Noted(t)
	l, err := Open(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	fill(t, l, 20_000)
	for name, p := range pagings {
		asked.Take()
		if _, _, err := l.Page(t.Context(), db.Read(), p); err != nil {
			t.Fatal(err)
		}
		statements := asked.Take()
		if len(statements) == 0 {
			t.Errorf("%s asks nothing", name)
		}
		for _, text := range statements {
			for _, step := range storetest.Plan(t, db, text) {
				table, scans := strings.CutPrefix(step, "SCAN ")
				if scans && !short.MatchString(table) {
					t.Errorf("%s reads a table whole: %s in %s", name, step, text)
				}
			}
		}
	}
}

// A late page begins where the last one ended, and not at the first address with its
// beginning: the index is asked with one lower bound.
func TestALatePageBeginsWhereTheLastOneEnded(t *testing.T) {
	db, asked := storetest.Noted(t)
	l, err := Open(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	fill(t, l, 50)
	_, next, err := l.Page(t.Context(), db.Read(), Paging{Prefix: "reader", Limit: 20})
	if err != nil || next == "" {
		t.Fatalf("next %q, %v", next, err)
	}
	asked.Take()
	if _, _, err := l.Page(t.Context(), db.Read(), Paging{Prefix: "reader", Limit: 20, After: next}); err != nil {
		t.Fatal(err)
	}
	if text := strings.Join(asked.Take(), "\n"); strings.Count(text, "email_key >") != 1 {
		t.Errorf("it's asked for\n%s", text)
	}
}

// Where many are as it's asked for, a page is full before all are looked at that it may.
func TestAPageLooksNoFurtherThanItHasTo(t *testing.T) {
	db, asked := storetest.Noted(t)
	l, err := Open(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	fill(t, l, 2*Scanned)
	for _, p := range []Paging{{Limit: 10, Prefix: "reader.", State: Active}, {Limit: 10, Domain: "example.net", Newsletter: "management"}} {
		asked.Take()
		page, next, err := l.Page(t.Context(), db.Read(), p)
		if err != nil || len(page) != p.Limit || next == "" {
			t.Fatalf("%d people, next %q, %v", len(page), next, err)
		}
		text := strings.Join(asked.Take(), "\n")
		if looks := strings.Count(text, "EXISTS"); looks != 1 || strings.Contains(text, fmt.Sprintf("$%d,", Scanned)) {
			t.Errorf("%+v looks %d times, and at more than %d at once:\n%s", p, looks, scannedAtOnce, text)
		}
	}
}

// short are what may be read whole: the slots, which are few, and the beginnings of parts
// of an index, which are no longer than a page.
var short = regexp.MustCompile(`^(slots\b|p\d+$)`)

// What is asked for is what comes, whichever index a page begins at.
func TestPagesHoldWhatWasAskedFor(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		l, err := Open(t.Context(), db)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range []Request{
			{Address: "ana@example.com", Newsletter: "management", Preferences: Preferences{Language: "pt-BR", Timezone: "Europe/Lisbon"}},
			{Address: "Bo.B@Example.com", Newsletter: "other", Preferences: Preferences{Language: "pt"}},
			{Address: "example.com@example.org", Newsletter: "management"},
			{Address: "cleo@sub.example.com", Newsletter: "management", Preferences: Preferences{Language: "ptx"}},
			{Address: "éé@example.com", Newsletter: "management"},
		} {
			err := db.Write(t.Context(), func(tx *sql.Tx) error {
				_, err := l.Add(t.Context(), tx, time.UnixMilli(1), r)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		for _, c := range []struct {
			p    Paging
			want string
		}{
			{Paging{Domain: "example.com"}, "ana@example.com Bo.B@Example.com éé@example.com"},
			{Paging{Domain: "example.com", Newsletter: "other"}, "Bo.B@Example.com"},
			{Paging{Domain: "example.com", Timezone: "Europe/Lisbon"}, "ana@example.com"},
			{Paging{Language: "pt"}, "ana@example.com Bo.B@Example.com"},
			{Paging{Language: "pt", State: Pending, Newsletter: "management"}, "ana@example.com"},
			{Paging{Prefix: "example.com@"}, "example.com@example.org"},
			{Paging{Domain: "org"}, ""},
		} {
			var got []string
			for c.p.Limit = 1; ; {
				page, next, err := l.Page(t.Context(), db.Read(), c.p)
				if err != nil {
					t.Fatal(err)
				}
				for _, s := range page {
					got = append(got, string(s.Email))
				}
				if c.p.After = next; next == "" {
					break
				}
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("%+v: %q, want %q", c.p, got, c.want)
			}
		}
	})
}

// Both engines have the same order, and pages have everybody once.
func TestPagesAreInTheSameOrderOnBothEngines(t *testing.T) {
	var orders [][]string
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		l, err := Open(t.Context(), db)
		if err != nil {
			t.Fatal(err)
		}
		for _, email := range []Address{"a.b@example.com", "ab@example.com", "a-b@example.com", "A_b@example.com", "éa@example.com", "az@example.com"} {
			err := db.Write(t.Context(), func(tx *sql.Tx) error {
				_, err := l.Add(t.Context(), tx, time.UnixMilli(1), Request{Address: email, Newsletter: "management"})
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		var order []string
		after := ""
		for range 10 {
			page, next, err := l.Page(t.Context(), db.Read(), Paging{Prefix: "A", After: after, Limit: 2})
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range page {
				order = append(order, string(p.Email))
			}
			if after = next; after == "" {
				break
			}
		}
		orders = append(orders, order)
	})
	want := []string{"a-b@example.com", "a.b@example.com", "A_b@example.com", "ab@example.com", "az@example.com"}
	for _, order := range orders {
		if !slices.Equal(order, want) {
			t.Errorf("the order is %q, want %q", order, want)
		}
	}
}

var many = flag.Int("readers", 1_000_000, "readers of the benchmark's list")

// BenchmarkPage reads pages of a long list, and one person.
func BenchmarkPage(b *testing.B) {
	for _, engine := range []struct {
		name string
		open func(testing.TB) *store.DB
	}{{"sqlite", storetest.SQLite}, {"postgres", storetest.Postgres}} {
		b.Run(engine.name, func(b *testing.B) {
			db := engine.open(b)
			l, err := Open(b.Context(), db)
			if err != nil {
				b.Fatal(err)
			}
			fill(b, l, *many)
			for name, p := range pagings {
				b.Run(name, func(b *testing.B) {
					measure(b, func() error {
						_, _, err := l.Page(b.Context(), db.Read(), p)
						return err
					})
				})
			}
			b.Run("get", func(b *testing.B) {
				measure(b, func() error {
					_, err := l.Get(b.Context(), db.Read(), int64(*many)*7/9)
					return err
				})
			})
		})
	}
}

// measure reports the 95th percentile, too.
func measure(b *testing.B, f func() error) {
	b.Helper()
	var took []time.Duration
	for b.Loop() {
		began := time.Now()
		if err := f(); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95-ms")
}
