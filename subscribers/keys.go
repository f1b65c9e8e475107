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
)

// Which links a new key is for, as the database calls them.
const (
	linkKeys     = "link"     // all; a calendar's too
	calendarKeys = "calendar" // the calendars' alone
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

// Rotate makes a new key, which signs from now on. Of the links that older keys
// have signed only those to unsubscribe go on working; with calendars, only the
// links to the calendars end.
func (l *List) Rotate(ctx context.Context, calendars bool) error {
	purpose := linkKeys
	if calendars {
		purpose = calendarKeys
	}
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // never fails: crypto/rand ends the program instead
	err := l.db.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "INSERT INTO link_keys (id, purpose, secret) SELECT MAX(id) + 1, $1, $2 FROM link_keys",
			purpose, hex.EncodeToString(secret))
		return err
	})
	if err != nil {
		return fmt.Errorf("make a new key: %w", err)
	}
	return l.tokens.load(ctx, l.db)
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
			if err := l.tokens.load(ctx, l.db); err != nil && ctx.Err() == nil {
				log.WarnContext(ctx, "the keys of links can't be read; those in use stay", "error", err)
			}
		}
	}
}
