package membership

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"dailytip/subscribers"
)

// ErrNeverLeft means that there's nobody to bring back.
var ErrNeverLeft = errors.New("they never left")

// Return brings somebody back who left or was erased, and asked the operator for it.
// They are asked to confirm, unless the operator vouches for them.
func (s *Service) Return(ctx context.Context, now time.Time, r subscribers.Request, vouched bool) (added subscribers.Added, err error) {
	err = s.DB.Write(ctx, func(tx *sql.Tx) error {
		person, err := s.List.Find(ctx, tx, r.Address)
		if err != nil && !errors.Is(err, subscribers.ErrUnknown) {
			return err
		}
		if err == nil && !person.SuppressedAt.IsZero() {
			added = subscribers.Added{Result: subscribers.Barred, Subscriber: person.ID}
			return nil
		}
		if may, err := s.List.MayReturn(ctx, tx, r.Address, r.Newsletter); err != nil || !may {
			return errors.Join(err, ErrNeverLeft)
		}
		r.Consent = subscribers.ByReader
		if !vouched {
			added, err = s.signUp(ctx, tx, now, r, nil)
			return err
		}
		if added, err = s.List.Add(ctx, tx, now, r); err != nil {
			return err
		}
		added.Result, added.State = subscribers.Confirmed, subscribers.Active
		_, err = s.List.Confirm(ctx, tx, now, added.Subscription, r.Detail)
		return err
	})
	return added, err
}
