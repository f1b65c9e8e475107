package membership

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"dailytip/ledger"
	"dailytip/subscribers"
)

var (
	// ErrKeptOut means that nobody but the person can bring an address onto the list.
	ErrKeptOut = errors.New("the address was erased, or its mail fails")
	// ErrNothingToMove means that a person gets no newsletter that could come along.
	ErrNothingToMove = errors.New("they get no newsletter that could come along")
)

// ChangeAddress moves a person to another address, with their consent and their place.
// When the operator vouches that it's theirs, that's done at once, and it reports true;
// else a mail to the new address asks them to confirm it, and until they do the old one
// stays as it is.
func (s *Service) ChangeAddress(ctx context.Context, now time.Time, subscriber int64, to subscribers.Address, vouched bool, detail string, checks ...Check) (done bool, err error) {
	err = s.DB.Write(ctx, func(tx *sql.Tx) error {
		person, err := s.lock(ctx, tx, subscriber, checks)
		if err != nil {
			return err
		}
		if done = vouched || person.Email.Key() == to.Key(); done {
			if err := s.forgetAsking(ctx, tx, now, person, to); err != nil {
				return err
			}
			return s.List.ChangeAddress(ctx, tx, now, person, to, detail)
		}
		return s.askNewAddress(ctx, tx, now, person, to, detail)
	})
	return done, err
}

// forgetAsking forgets who stands for the new address until it's confirmed.
func (s *Service) forgetAsking(ctx context.Context, tx *sql.Tx, now time.Time, person *subscribers.Subscriber, to subscribers.Address) error {
	other, err := s.List.Find(ctx, tx, to)
	if errors.Is(err, subscribers.ErrUnknown) {
		return nil
	}
	if err != nil {
		return err
	}
	if from, err := s.List.MovesFrom(ctx, tx, other.ID); err != nil || from != person.Email {
		return err
	}
	if err := s.List.Erase(ctx, tx, now, other); err != nil {
		return err
	}
	return s.Ledger.EraseNotices(ctx, tx, other.ID)
}

// askNewAddress signs the new address up for all that comes along, and asks once.
func (s *Service) askNewAddress(ctx context.Context, tx *sql.Tx, now time.Time, person *subscribers.Subscriber, to subscribers.Address, detail string) error {
	places := person.Moving()
	if len(places) == 0 {
		return ErrNothingToMove
	}
	if other, err := s.List.Find(ctx, tx, to); err == nil {
		if from, err := s.List.MovesFrom(ctx, tx, other.ID); err != nil || from != person.Email {
			return errors.Join(err, subscribers.ErrTaken)
		}
	} else if !errors.Is(err, subscribers.ErrUnknown) {
		return err
	}
	var first subscribers.Added
	for i, place := range places {
		added, err := s.List.Add(ctx, tx, now, subscribers.Request{
			Address: to, Newsletter: place.Newsletter, Preferences: person.PreferencesIn(place), CourseTip: place.CourseTip, Detail: detail,
		})
		if err != nil {
			return err
		}
		if added.Subscription == 0 {
			return ErrKeptOut
		}
		if i == 0 {
			first = added
		}
	}
	if err := s.List.BeginMove(ctx, tx, now, first.Subscriber, person.Email); err != nil {
		return err
	}
	may, err := s.List.AllowSignUpMail(ctx, tx, now, to, true)
	if err != nil {
		return err
	}
	if !may {
		return ErrTooOften
	}
	return s.Ledger.Enqueue(ctx, tx, now, ledger.Notice{
		Kind: ledger.Confirm, Newsletter: places[0].Newsletter, Subscriber: first.Subscriber, Subscription: first.Subscription,
		Email: to, Language: person.Language,
	})
}
