package membership

import (
	"context"
	"database/sql"
	"time"

	"dailytip/ledger"
	"dailytip/subscribers"
)

// Confirmation is what comes with the press of the button that confirms.
type Confirmation struct {
	Subscription int64
	// Name is what its owner wants to be called, before it stands in any mail:
	// whoever signed them up has written the one that is there. nil: it stays.
	Name *string
	// Again says that the button was the one to subscribe again. Without it the
	// button of an old page, pressed after leaving, would bring them back.
	Again  bool
	Detail string // which button it was, kept as proof of consent
}

// Confirmed is what a [Confirmation] changed.
type Confirmed struct {
	Active   bool // the subscription has become active
	CameBack bool // they had left
}

// Confirm makes a pending subscription active and enqueues its welcome. Pressing
// twice is as good as once. Who has left and asks to come back holds the link that
// was mailed to them, which is the proof that a second mail would ask for. Of
// somebody who was erased meanwhile the error is [subscribers.ErrUnknown].
func (s *Service) Confirm(ctx context.Context, now time.Time, c Confirmation) (out Confirmed, err error) {
	err = s.DB.Write(ctx, func(tx *sql.Tx) error {
		out = Confirmed{}
		person, sub, err := s.held(ctx, tx, c.Subscription)
		if err != nil {
			return err
		}
		if c.Name != nil && sub.State == subscribers.Pending {
			if err := s.List.Rename(ctx, tx, now, person, sub, *c.Name); err != nil {
				return err
			}
		}
		if c.Again && person.StateOf(sub) == subscribers.Unsubscribed {
			out.CameBack = true
			_, err := s.List.Add(ctx, tx, now, subscribers.Request{
				Address: person.Email, Newsletter: sub.Newsletter, Consent: subscribers.ByReader, Detail: c.Detail,
			})
			if err != nil {
				return err
			}
		}
		out.Active, err = s.List.Confirm(ctx, tx, now, sub.ID, c.Detail)
		if err != nil || !out.Active {
			return err
		}
		if moved, err := s.List.FinishMove(ctx, tx, now, person); err != nil || moved {
			return err // who has moved is no newcomer
		}
		return s.enqueue(ctx, tx, now, person, ledger.Notice{Kind: ledger.Welcome, Newsletter: sub.Newsletter, Subscription: sub.ID})
	})
	return out, err
}

// held returns who has a subscription, and keeps both as they are until the transaction
// ends: whoever changes a place takes its person first.
func (s *Service) held(ctx context.Context, tx *sql.Tx, subscription int64) (*subscribers.Subscriber, subscribers.Subscription, error) {
	person, sub, err := s.List.BySubscription(ctx, tx, subscription)
	if err != nil {
		return nil, sub, err
	}
	if _, err := s.List.Lock(ctx, tx, person.ID); err != nil {
		return nil, sub, err
	}
	return s.List.BySubscription(ctx, tx, subscription)
}

// Join gives a person a place in a newsletter that is active at once. Whoever calls
// it knows that they hold the mailbox, which is what a confirmation would prove.
func (s *Service) Join(ctx context.Context, now time.Time, a subscribers.Address, newsletter, detail string) error {
	return s.DB.Write(ctx, func(tx *sql.Tx) error {
		added, err := s.List.Add(ctx, tx, now, subscribers.Request{
			Address: a, Newsletter: newsletter, Consent: subscribers.ByReader, Detail: detail,
		})
		if err != nil || added.State != subscribers.Pending {
			return err
		}
		_, err = s.List.Confirm(ctx, tx, now, added.Subscription, detail)
		return err
	})
}
