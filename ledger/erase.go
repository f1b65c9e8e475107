package ledger

import (
	"context"
	"database/sql"
	"fmt"
)

// EraseReader forgets what is personal of a reader: the notices to them, and what
// relays said of their deliveries, which may quote the address. The bare deliveries
// stay, as the proof of what was sent.
func (l *Ledger) EraseReader(ctx context.Context, tx *sql.Tx, subscriber int64) error {
	_, err := tx.ExecContext(ctx, "UPDATE deliveries SET reply = '' WHERE subscriber = $1 AND edition IN (SELECT id FROM editions)", subscriber)
	if err != nil {
		return fmt.Errorf("erase the replies to deliveries: %w", err)
	}
	return l.EraseNotices(ctx, tx, subscriber)
}

// EraseNotices forgets the notices to a person.
func (l *Ledger) EraseNotices(ctx context.Context, tx *sql.Tx, subscriber int64) error {
	if _, err := tx.ExecContext(ctx, "DELETE FROM notices WHERE subscriber = $1", subscriber); err != nil {
		return fmt.Errorf("erase notices: %w", err)
	}
	return nil
}
