package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"dailytip/credential"
	"dailytip/test/daemontest"
	"dailytip/test/pgserver"
)

// past is how many editions the archive has.
const past = 30

// install makes the folder: past editions sent to one reader, then the others, then
// today's edition opened for all of them and not sent.
func (b *bench) install(ctx context.Context, dir string, port int) error {
	program, err := daemontest.Build(ctx)
	if err != nil {
		return err
	}
	hash, err := credential.Make(password)
	if err != nil {
		return err
	}
	var top strings.Builder
	top.WriteString("api: true\nadmin:\n  people:\n")
	for _, name := range people {
		top.WriteString(fmt.Sprintf("    - {name: %s, password_hash: '%s', role: operator}\n", name, hash))
	}
	o := daemontest.Options{
		Program: program, Dir: filepath.Join(dir, "installation"), Top: top.String(),
		Relays: fmt.Sprintf("- {host: 127.0.0.1, port: %d, tls: none, connections: 8, in_flight: 512, rate: %d}", port, b.rate),
	}
	if b.server != nil {
		o.Database = b.server.URL("postgres")
	}
	if err := os.Mkdir(o.Dir, 0o755); err != nil {
		return err
	}
	if b.in, err = daemontest.Install(o); err != nil {
		return err
	}
	if err := b.write(filepath.Join(o.Dir, "library")); err != nil {
		return err
	}
	if err := b.in.Fill(ctx, 1, true); err != nil {
		return err
	}
	for i := range past {
		if _, err := b.in.Run(ctx, []string{"send", "--date", day(i)}); err != nil {
			return err
		}
	}
	if err := b.in.Fill(ctx, b.readers, true); err != nil {
		return err
	}
	if b.db, err = b.in.OpenDatabase(ctx); err != nil {
		return err
	}
	b.today = time.Now().UTC().Format(time.DateOnly)
	if err := b.in.OpenOnly(ctx, b.db); err != nil {
		return err
	}
	return b.age(ctx)
}

// day is the date of an edition of the archive, and of those that are opened while it's
// measured.
func day(i int) string { return time.Date(2026, 1, 1+i, 0, 0, 0, 0, time.UTC).Format(time.DateOnly) }

// start starts the server of the database, if there is one.
func start(engine string) (*pgserver.Server, error) {
	switch engine {
	case "sqlite":
		return nil, nil //nolint:nilnil // it has no server
	case "postgres":
		return pgserver.Start(pgserver.Options{Durable: true})
	}
	return nil, errors.New("-engine is sqlite or postgres")
}

// write writes the library: tips in two languages of some 2 KB, some with faults.
func (b *bench) write(library string) error {
	text := strings.Repeat("Say in your own words what you heard, and ask whether you have heard it right. ", 8)
	for i, id := range tipIDs(b.tips) {
		link := fmt.Sprintf("link: https://example.com/articles/%d\n", i)
		if i%10 == 3 {
			link = "" // a fault
		}
		tip := fmt.Sprintf("---\ntitle: Say it back, the %[1]dth time\ntags: [listening, %[2]s]\n%[3]screated: 2026-01-01T00:00:00Z\n---\n\n%[4]s\n\n- one\n- *two*\n\n%[4]s\n\n"+
			"## Translations\n\n<details>\n<summary>🇪🇸 Repítelo, %[1]d</summary>\n\nDi lo que has oído. %[4]s\n\n</details>\n",
			i, []string{"trust", "time"}[i%2], link, text)
		if err := os.WriteFile(filepath.Join(library, id+".md"), []byte(tip), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// tipIDs are the tips that are written.
func tipIDs(n int) (ids []string) {
	for i := range n {
		ids = append(ids, fmt.Sprintf("tip%05d", i))
	}
	return ids
}

// age writes down what a list of that size has lived through: mails of the edition that
// were refused, readers who pause, what happened to everybody, and a log.
func (b *bench) age(ctx context.Context) error {
	return b.db.Write(ctx, func(tx *sql.Tx) error {
		for _, text := range []string{
			`UPDATE deliveries SET state = 'failed', code = 550, enhanced = '5.1.1', reply = 'no such mailbox', done_at = opened_at + 1000, attempts = 1
				WHERE subscriber % 500 = 7 AND state = 'pending'`,
			`INSERT INTO bounces (id, at, subscriber, domain, provider, newsletter, edition, notice, door, class, status, reason, reply, decision, decided_at)
				SELECT subscriber, opened_at, subscriber, 'example.net', '', 'management', edition, 0, 'smtp', 'hard', '5.1.1', 'mailbox', 'no such mailbox', 'noted', opened_at
				FROM deliveries WHERE state = 'failed' ON CONFLICT DO NOTHING`,
			`UPDATE subscriptions SET state = 'paused' WHERE id % 100 = 3`,
			`INSERT INTO subscription_events (id, subscriber, newsletter, at, kind, detail)
				SELECT id, subscriber, newsletter, created_at, CASE WHEN id % 300 = 0 THEN 'unsubscribed' ELSE 'confirmed' END, '' FROM subscriptions WHERE true ON CONFLICT DO NOTHING`,
			`INSERT INTO admin_log (id, at, way, person, name, action, subject, detail, outcome)
				WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
				SELECT i, i, 'password', 'ana', 'ana', 'pause', '', '', 'done' FROM n`,
		} {
			if _, err := tx.ExecContext(ctx, text); err != nil {
				return fmt.Errorf("write down what was: %w: %s", err, text)
			}
		}
		if b.server == nil {
			return nil
		}
		_, err := tx.ExecContext(ctx, "ANALYZE") // PostgreSQL does it by itself, but later
		return err
	})
}
