package store_test

import (
	"database/sql"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"dailytip/store"
	"dailytip/store/storetest"
)

// What waited before deliveries had numbers still waits, and what was on its way
// is in a claim that is over.
func TestQueueKeepsWhatWaited(t *testing.T) {
	atVersion(t, 3, func(t *testing.T, db *store.DB) {
		write(t, db,
			`INSERT INTO editions (id, newsletter, local_date, opened_at, state) VALUES (7, 'management', '2026-11-23', 0, 'open')`,
			`INSERT INTO contents (id, edition, choice, reason) VALUES (1, 7, 'daily', 'next')`,
			`INSERT INTO deliveries (edition, subscriber, content, due_at, opened_at, expires_at, state, next_at, attempts, owner, lease_until, answer) VALUES
				(7, 5, 1, 10, 20, 30, 'sending', 20, 2, 'node', 25, 'later'),
				(7, 4, 1, 10, 20, 30, 'pending', 0, 0, '', 0, ''),
				(7, 3, 1, 10, 20, 30, 'pending', 20, 0, '', 0, ''),
				(7, 2, 1, 10, 20, 30, 'retry', 28, 1, '', 0, 'greylisted'),
				(7, 1, 1, 10, 20, 30, 'sent', 20, 1, '', 0, 'queued')`)
		if _, err := db.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		want := []string{
			"1 1 sent 0 0 1 queued",
			"2 2 retry 28 0 1 greylisted",
			"3 3 pending 20 0 0 ",
			"4 4 pending 1 0 0 ",
			"5 5 retry 0 7 1 later",
		}
		if got := lines(t, db, `SELECT id || ' ' || subscriber || ' ' || state || ' ' || next_at || ' ' || claim || ' ' || attempts || ' ' || answer
			FROM deliveries ORDER BY id`); !slices.Equal(got, want) {
			t.Errorf("deliveries are\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
		}
		if got := lines(t, db, `SELECT id || ' ' || lease_until || ' ' || first_id FROM claims`); !slices.Equal(got, []string{"7 0 0"}) {
			t.Errorf("claims are %v", got)
		}
		if got := lines(t, db, `SELECT edition || '' FROM fresh`); len(got) != 0 {
			t.Errorf("fresh: %v", got)
		}
	})
}

// atVersion gives f a database of each engine with an old schema.
func atVersion(t *testing.T, version int64, f func(t *testing.T, db *store.DB)) {
	t.Helper()
	for name, open := range map[string]func() string{
		"sqlite":   func() string { return filepath.Join(t.TempDir(), "tips.db") },
		"postgres": func() string { return storetest.PostgresURL(t) },
	} {
		t.Run(name, func(t *testing.T) {
			db, err := store.Open(t.Context(), open())
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = db.Close() }()
			if err := db.MigrateTo(t.Context(), version); err != nil {
				t.Fatal(err)
			}
			f(t, db)
		})
	}
}

func write(t *testing.T, db *store.DB, statements ...string) {
	t.Helper()
	err := db.Write(t.Context(), func(tx *sql.Tx) error {
		for _, s := range statements {
			if _, err := tx.ExecContext(t.Context(), s); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func lines(t *testing.T, db *store.DB, query string) (all []string) {
	t.Helper()
	rows, err := db.Read().QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			t.Fatal(err)
		}
		all = append(all, line)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}
