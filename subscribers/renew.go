package subscribers

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
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
	return l.moveSlots(ctx, tx, now, person, r.Newsletter, p)
}
