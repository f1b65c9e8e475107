package subscribers

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"dailytip/store"
)

// Renew has a reader's new sign-up say who they are while nobody has ever
// confirmed that address: whoever signed it up before may have been a stranger,
// whose words must not come to stand in the owner's mails. What somebody has
// confirmed is theirs to change, on the page of settings.
func (l *List) Renew(ctx context.Context, tx *sql.Tx, now time.Time, r Request) error {
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
		return fmt.Errorf("renew sign-up: %w", err)
	}
	for _, s := range person.Subscriptions {
		prefs := Preferences{Timezone: p.Timezone, SendAt: s.Slot.SendAt, Days: s.Slot.Days, Cadence: s.Slot.Cadence}
		if s.Newsletter == r.Newsletter {
			prefs = p
		}
		slot, err := l.slot(ctx, tx, now, s.Newsletter, prefs)
		if err != nil {
			return err
		}
		if slot == s.Slot.ID {
			continue
		}
		if _, err := tx.ExecContext(ctx, "UPDATE subscriptions SET slot = $1, due_after = $2 WHERE id = $3", slot, store.Millis(now), s.ID); err != nil {
			return fmt.Errorf("renew sign-up: %w", err)
		}
	}
	return nil
}
