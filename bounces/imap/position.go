package imap

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/emersion/go-imap/v2"
)

// position is how far a mailbox has been read.
type position struct {
	validity uint32
	last     imap.UID // 0: nothing yet
}

func (m *Mailbox) position(ctx context.Context) (p position, err error) {
	err = m.o.DB.Read().QueryRowContext(ctx, "SELECT validity, last_uid FROM mailboxes WHERE name = $1", m.String()).Scan(&p.validity, &p.last)
	if errors.Is(err, sql.ErrNoRows) {
		return p, nil
	}
	if err != nil {
		return p, fmt.Errorf("look how far the mailbox has been read: %w", err)
	}
	return p, nil
}

// note writes down how far the mailbox has been read. Another node may have read
// further meanwhile.
func (m *Mailbox) note(ctx context.Context, p position) error {
	err := m.o.DB.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `
			INSERT INTO mailboxes (name, validity, last_uid) VALUES ($1, $2, $3)
			ON CONFLICT (name) DO UPDATE SET validity = excluded.validity, last_uid = excluded.last_uid
			WHERE mailboxes.validity <> excluded.validity OR mailboxes.last_uid < excluded.last_uid`,
			m.String(), int64(p.validity), int64(p.last))
		return err
	})
	if err != nil {
		return fmt.Errorf("note how far the mailbox has been read: %w", err)
	}
	return nil
}
