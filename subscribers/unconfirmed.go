package subscribers

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"dailytip/hooks"
)

// UpdateUnconfirmed writes a new sign-up over an older one, as long as nobody has
// ever confirmed the address: the older one may be a stranger's, whose words must
// not stand in the owner's mails. Once an address is confirmed, its owner changes
// their preferences on the page of settings.
func (l *List) UpdateUnconfirmed(ctx context.Context, tx *sql.Tx, now time.Time, r Request) error {
	person, err := l.Find(ctx, tx, r.Address)
	if errors.Is(err, ErrUnknown) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, s := range person.Subscriptions {
		if !s.ConfirmedAt.IsZero() {
			return nil
		}
	}
	p := r.Preferences
	_, err = tx.ExecContext(ctx, "UPDATE subscribers SET email = $1, name = $2, language = $3, timezone = $4 WHERE id = $5",
		string(r.Address), p.Name, p.Language, p.Timezone, person.ID)
	if err != nil {
		return fmt.Errorf("update unconfirmed sign-up: %w", err)
	}
	if err := l.moveSlots(ctx, tx, now, person, r.Newsletter, p); err != nil {
		return err
	}
	return l.tell(ctx, tx, now, hooks.Changed, person.ID, "")
}
