package daemontest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"dailytip/pgurl"
	"dailytip/store"
)

// OpenDatabase opens the installation's database beside the program. The
// program must have made it.
func (in *Installation) OpenDatabase(ctx context.Context) (*store.DB, error) {
	name := in.o.Database
	if !pgurl.Is(name) {
		name = in.Path(name)
	}
	return store.Open(ctx, name)
}

// Fill makes the database and gives it n active readers with addresses of
// example.net, every second of whom reads Spanish if bilingual. The first comes
// by "subscribers import --confirmed"; the others are copies of his rows made by
// SQL, since a million would take the import minutes.
func (in *Installation) Fill(ctx context.Context, n int, bilingual bool) (err error) {
	if err := in.write("readers.csv", "email,newsletter\nreader0@example.net,management\n"); err != nil {
		return err
	}
	if _, err := in.Run(ctx, []string{"subscribers", "import", "readers.csv", "--confirmed"}); err != nil {
		return err
	}
	db, err := in.OpenDatabase(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	language := ""
	if bilingual {
		language = "es"
	}
	return db.Write(ctx, func(tx *sql.Tx) error {
		if n > 1 {
			for _, query := range []string{fillSubscribers, fillSubscriptions} {
				args := []any{n, language}
				if query == fillSubscriptions {
					args = args[:1]
				}
				if _, err := tx.ExecContext(ctx, query, args...); err != nil {
					return fmt.Errorf("fill the list: %w", err)
				}
			}
		}
		if !db.Postgres() {
			return nil
		}
		_, err := tx.ExecContext(ctx, "ANALYZE") // PostgreSQL does it by itself, but later
		return err
	})
}

// Numbers are made by adding to the first reader's, which are random and high.
const (
	fillSubscribers = `
		INSERT INTO subscribers (id, email, email_key, name, language, timezone, created_at)
		WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < CAST($1 AS BIGINT) - 1)
		SELECT s.id + n.i, 'reader' || n.i || '@example.net', 'reader' || n.i || '@example.net', s.name,
			CASE WHEN n.i % 2 = 1 THEN CAST($2 AS TEXT) ELSE '' END, s.timezone, s.created_at
		FROM n, subscribers s WHERE s.email = 'reader0@example.net'`
	fillSubscriptions = `
		INSERT INTO subscriptions (id, subscriber, newsletter, state, slot, due_after, created_at, confirmed_at)
		WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < CAST($1 AS BIGINT) - 1)
		SELECT p.id + n.i, p.subscriber + n.i, p.newsletter, p.state, p.slot, p.due_after, p.created_at, p.confirmed_at
		FROM n, subscriptions p JOIN subscribers s ON s.id = p.subscriber WHERE s.email = 'reader0@example.net'`
)

// Open tells whether any delivery still waits or is on its way.
func Open(ctx context.Context, db *store.DB) (open bool, err error) {
	err = db.Read().QueryRowContext(ctx, `
		SELECT EXISTS (SELECT 1 FROM deliveries WHERE done_at = 0)`).Scan(&open)
	return open, err
}

// Counts is how the deliveries stand.
type Counts struct {
	States map[string]int // deliveries by state; "sending": claimed
	Due    int            // those of them that could be claimed now
	Doubts int            // attempts whose reply was never seen, of all
	Bad    int            // readers whom something is held against
}

// Count counts all deliveries.
func Count(ctx context.Context, db *store.DB) (c Counts, err error) {
	c.States = map[string]int{}
	rows, err := db.Read().QueryContext(ctx, `
		SELECT state, COUNT(*), SUM(doubts), SUM(CASE WHEN state IN ('pending', 'retry') AND next_at <= $1 THEN 1 ELSE 0 END)
		FROM deliveries GROUP BY state`, time.Now().UnixMilli())
	if err != nil {
		return c, fmt.Errorf("count deliveries: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var state string
		var n, doubts, due int
		if err := rows.Scan(&state, &n, &doubts, &due); err != nil {
			return c, fmt.Errorf("count deliveries: %w", err)
		}
		c.States[state] = n
		c.Doubts += doubts
		c.Due += due
	}
	if err := rows.Err(); err != nil {
		return c, fmt.Errorf("count deliveries: %w", err)
	}
	err = db.Read().QueryRowContext(ctx, `
		SELECT COUNT(*) FROM subscribers WHERE suppressed_at > 0 OR id IN (SELECT subscriber FROM bounces WHERE class = 'hard')`).Scan(&c.Bad)
	return c, err
}
