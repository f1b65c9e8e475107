package subscribers

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"dailytip/store"
	"dailytip/verp"
)

// Which links a new key is for, as the database calls them.
const (
	linkKeys     = "link"        // all; a calendar's too
	calendarKeys = "calendar"    // the calendars' alone
	returnKeys   = "return-path" // the tags of mails
)

// load reads the keys, and takes them into use.
func (t *Tokens) load(ctx context.Context, db *store.DB) error {
	rows, err := db.Read().QueryContext(ctx, "SELECT id, purpose, secret FROM link_keys WHERE purpose IN ('link', 'calendar') ORDER BY id")
	if err != nil {
		return fmt.Errorf("read link keys: %w", err)
	}
	defer func() { _ = rows.Close() }()
	ring := &keyring{keys: map[uint16]*linkKey{}}
	for rows.Next() {
		var id uint16
		var purpose, secret string
		if err := rows.Scan(&id, &purpose, &secret); err != nil {
			return fmt.Errorf("read link keys: %w", err)
		}
		k := &linkKey{}
		if k.secret, err = hex.DecodeString(secret); err != nil {
			return fmt.Errorf("read link key %d: %w", id, err)
		}
		ring.keys[id], ring.calendar = k, id
		if purpose == linkKeys {
			ring.links = id
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read link keys: %w", err)
	}
	if ring.links == 0 {
		return errors.New("read link keys: there are none; run dailytip migrate")
	}
	t.ring.Store(ring)
	return nil
}

// loadTags reads the keys of the tags that mails carry, and takes them into use.
func loadTags(ctx context.Context, db *store.DB, tags *verp.Tags) error {
	rows, err := db.Read().QueryContext(ctx, "SELECT secret, signs_from FROM link_keys WHERE purpose = $1 ORDER BY id", returnKeys)
	keys, err := store.Collect(rows, err, func(rows *sql.Rows) (k verp.Key, err error) {
		var secret string
		var from int64
		if err := rows.Scan(&secret, &from); err != nil {
			return k, err
		}
		k.From = store.Time(from)
		k.Secret, err = hex.DecodeString(secret)
		return k, err
	})
	if err != nil {
		return fmt.Errorf("read keys of return paths: %w", err)
	}
	if len(keys) == 0 {
		return errors.New("read keys of return paths: there are none; run dailytip migrate")
	}
	tags.Use(keys)
	return nil
}

// everyNode is how long a new key for tags waits until it signs: by then each node
// knows it, and all give a mail the same tag.
const everyNode = time.Minute

// Rotate makes new keys, which sign from now on. Of the links that older keys
// have signed only those to unsubscribe go on working; with calendars, only the
// links to the calendars end. A mail that was opened before keeps its tag, so that
// what comes back of it is still known.
func (l *List) Rotate(ctx context.Context, now time.Time, calendars bool) error {
	purposes := []string{linkKeys, returnKeys}
	if calendars {
		purposes = []string{calendarKeys}
	}
	err := l.db.Write(ctx, func(tx *sql.Tx) error {
		for _, purpose := range purposes {
			secret := make([]byte, 32)
			_, _ = rand.Read(secret) // never fails: crypto/rand ends the program instead
			var from time.Time       // at once: who holds an older link finds it ended
			if purpose == returnKeys {
				from = now.Add(everyNode)
			}
			_, err := tx.ExecContext(ctx, "INSERT INTO link_keys (id, purpose, secret, signs_from) SELECT MAX(id) + 1, $1, $2, CAST($3 AS BIGINT) FROM link_keys",
				purpose, hex.EncodeToString(secret), store.Millis(from))
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("make a new key: %w", err)
	}
	return l.reload(ctx)
}

// reload reads the keys anew.
func (l *List) reload(ctx context.Context) error {
	if err := l.tokens.load(ctx, l.db); err != nil {
		return err
	}
	return loadTags(ctx, l.db, l.tags)
}

// rereadKeys is how long a running daemon may miss that a key was made.
const rereadKeys = 5 * time.Second

// Run takes new keys into use, whoever has made them, until its context ends.
func (l *List) Run(ctx context.Context, log *slog.Logger) error {
	tick := time.NewTicker(rereadKeys)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			if err := l.reload(ctx); err != nil && ctx.Err() == nil {
				log.WarnContext(ctx, "the keys of links can't be read; those in use stay", "error", err)
			}
		}
	}
}
