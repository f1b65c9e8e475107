package membership

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"dailytip/bounces/intake"
	"dailytip/editions"
	"dailytip/subscribers"
)

// Check says why a person may not be changed after all; nil: they may. It's asked when
// nobody else can change them any more.
type Check func(*subscribers.Subscriber) error

// lock keeps a person as they are until the transaction ends, unless a check refuses.
func (s *Service) lock(ctx context.Context, tx *sql.Tx, subscriber int64, checks []Check) (*subscribers.Subscriber, error) {
	person, err := s.List.Lock(ctx, tx, subscriber)
	if err != nil {
		return nil, err
	}
	for _, check := range checks {
		if err := check(person); err != nil {
			return nil, err
		}
	}
	return person, nil
}

// Erase forgets a person. What stays: a keyed hash of the address, so that no
// import brings them back, and the bare numbers of what they were sent. Whoever was
// erased before is [subscribers.ErrUnknown]. [subscribers.List.Scrub] afterwards
// leaves nothing of it in the database's files.
func (s *Service) Erase(ctx context.Context, now time.Time, subscriber int64, checks ...Check) error {
	return s.DB.Write(ctx, func(tx *sql.Tx) error {
		person, err := s.lock(ctx, tx, subscriber, checks)
		if err != nil {
			return err
		}
		if err := s.List.Erase(ctx, tx, now, person); err != nil {
			return err
		}
		if err := s.Ledger.EraseReader(ctx, tx, person.ID); err != nil {
			return err
		}
		if err := intake.Erase(ctx, tx, person.ID); err != nil {
			return err
		}
		return editions.EraseVoter(ctx, tx, person.ID)
	})
}

// Prune ends sign-ups that nobody has confirmed in time: who had left, or is
// suppressed, is that again, and of whom there's nothing else is forgotten. It
// takes a small step, so that nobody waits for it, and returns how many people it
// was about; the next call goes on.
func (s *Service) Prune(ctx context.Context, now time.Time) (n int, err error) {
	// Mostly there's none: then nobody waits for the right to write.
	if due, err := s.List.PruneDue(ctx, now); err != nil || !due {
		return 0, err
	}
	err = s.DB.Write(ctx, func(tx *sql.Tx) error {
		pruned, err := s.List.Prune(ctx, tx, now)
		if err != nil {
			return err
		}
		for _, id := range pruned.Forgotten {
			if err := s.Ledger.EraseNotices(ctx, tx, id); err != nil {
				return err
			}
			if err := intake.Erase(ctx, tx, id); err != nil {
				return err
			}
		}
		n = pruned.People
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("prune sign-ups: %w", err)
	}
	return n, nil
}
