package membership

import (
	"context"
	"database/sql"
	"strconv"
	"time"

	"dailytip/ledger"
	"dailytip/subscribers"
)

// Resend enqueues a content once more, for a reader of a subscription. The error is
// [ErrTooOften] when they have asked for too many.
func (s *Service) Resend(ctx context.Context, now time.Time, subscription, content int64) error {
	return s.DB.Write(ctx, func(tx *sql.Tx) error {
		person, sub, err := s.List.BySubscription(ctx, tx, subscription)
		if err != nil {
			return err
		}
		if err := s.mayAskFor(ctx, tx, now, ledger.Resend, person, resendsPerDay); err != nil {
			return err
		}
		return s.enqueue(ctx, tx, now, person, ledger.Notice{
			Kind: ledger.Resend, Newsletter: sub.Newsletter, Subscription: sub.ID, Content: content,
		})
	})
}

// MailAccount makes a link to all that we hold on a subscription's reader, and
// mails it to them in the name of a newsletter. The error is [ErrTooOften] when
// they have asked for too many.
func (s *Service) MailAccount(ctx context.Context, now time.Time, subscription int64, newsletter string) error {
	return s.DB.Write(ctx, func(tx *sql.Tx) error {
		person, sub, err := s.List.BySubscription(ctx, tx, subscription)
		if err != nil {
			return err
		}
		if err := s.mayAskFor(ctx, tx, now, ledger.Account, person, accountsPerDay); err != nil {
			return err
		}
		a, err := s.List.NewAccount(ctx, tx, now, sub.ID)
		if err != nil {
			return err
		}
		return s.enqueue(ctx, tx, now, person, ledger.Notice{
			Kind: ledger.Account, Newsletter: newsletter, Subscription: sub.ID, Detail: strconv.FormatInt(a.ID, 10), ExpiresAt: a.EndsAt,
		})
	})
}

// mayAskFor returns [ErrTooOften] when a person was given as many notices of a kind
// as they may have in a day.
func (s *Service) mayAskFor(ctx context.Context, tx *sql.Tx, now time.Time, kind string, person *subscribers.Subscriber, most int) error {
	n, err := s.Ledger.Asked(ctx, tx, kind, person.ID, now.Add(-24*time.Hour))
	if err == nil && n >= most {
		return ErrTooOften
	}
	return err
}

// enqueue writes a notice to a person, in their language.
func (s *Service) enqueue(ctx context.Context, tx *sql.Tx, now time.Time, person *subscribers.Subscriber, n ledger.Notice) error {
	n.Subscriber, n.Email, n.Language = person.ID, person.Email, person.Language
	return s.Ledger.Enqueue(ctx, tx, now, n)
}
