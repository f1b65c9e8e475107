package subscribers

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"dailytip/hooks"
	"dailytip/store"
)

// ErrTaken means that an address is somebody's already.
var ErrTaken = errors.New("the address is on the list already")

// ChangeAddress gives a person another address; all else about them stays, their
// links too. No import brings the old one back.
func (l *List) ChangeAddress(ctx context.Context, tx *sql.Tx, now time.Time, s *Subscriber, to Address, detail string) error {
	same := s.Email.Key() == to.Key()
	if _, err := l.Find(ctx, tx, to); !errors.Is(err, ErrUnknown) && !same {
		if err == nil {
			err = ErrTaken
		}
		return err
	}
	for _, step := range []struct {
		text string
		args []any
	}{
		{"UPDATE subscribers SET email = $1, email_key = $2 WHERE id = $3", []any{string(to), to.Key(), s.ID}},
		// What came back was about the old address.
		{"UPDATE bounces SET decision = 'undone', decided_at = $1 WHERE subscriber = $2 AND class IN ('hard', 'soft')", []any{store.Millis(now), s.ID}},
		{"DELETE FROM rests WHERE subscriber = $1", []any{s.ID}},
	} {
		if _, err := tx.ExecContext(ctx, step.text, step.args...); err != nil {
			return fmt.Errorf("change address: %w", err)
		}
	}
	if err := l.forgetAsked(ctx, tx, s.ID); err != nil {
		return err
	}
	if !same {
		_, err := tx.ExecContext(ctx, "INSERT INTO erased (email_hash, at) VALUES ($1, $2) ON CONFLICT DO NOTHING", l.erasedHash(s.Email), store.Millis(now))
		if err != nil {
			return fmt.Errorf("change address: %w", err)
		}
	}
	if err := l.note(ctx, tx, now, s.ID, "", moved, "was "+string(s.Email)+"; "+detail); err != nil {
		return err
	}
	return l.tell(ctx, tx, now, hooks.Changed, s.ID, "")
}

// MovedAt is when a person's address last changed; the zero time: never.
func (l *List) MovedAt(ctx context.Context, q store.Queryer, subscriber int64) (time.Time, error) {
	var at int64
	err := q.QueryRowContext(ctx, "SELECT COALESCE(MAX(at), 0) FROM subscription_events WHERE subscriber = $1 AND kind = $2", subscriber, moved).Scan(&at)
	if err != nil {
		return time.Time{}, fmt.Errorf("look for a change of address: %w", err)
	}
	return store.Time(at), nil
}

// Moving are the subscriptions that come along when a person moves to another
// address, each in the state that it will have there: active or paused.
func (s *Subscriber) Moving() (all []Subscription) {
	for _, sub := range s.Subscriptions {
		if sub.State == Suppressed { // the old address's trouble
			sub.State = sub.Before
		}
		if sub.State == Active || sub.State == Paused {
			all = append(all, sub)
		}
	}
	return all
}

// BeginMove notes that the person at a new address, when they confirm, takes the place
// of the one at an old one.
func (l *List) BeginMove(ctx context.Context, tx *sql.Tx, now time.Time, subscriber int64, from Address) error {
	return l.note(ctx, tx, now, subscriber, "", moves, string(from))
}

// MovesFrom is the old address of somebody who is about to move, or "".
func (l *List) MovesFrom(ctx context.Context, q store.Queryer, subscriber int64) (from Address, err error) {
	err = q.QueryRowContext(ctx, "SELECT detail FROM subscription_events WHERE subscriber = $1 AND kind = $2 ORDER BY at DESC, id DESC LIMIT 1",
		subscriber, moves).Scan(&from)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("read events: %w", err)
	}
	return from, nil
}

// FinishMove gives a person who has confirmed a new address the place that they have
// at the old one: their consent, their pause and where they stand in a course. At the
// old address they have left. It reports whether there was a move.
func (l *List) FinishMove(ctx context.Context, tx *sql.Tx, now time.Time, person *Subscriber) (bool, error) {
	from, err := l.MovesFrom(ctx, tx, person.ID)
	if err != nil || from == "" {
		return false, err
	}
	_, err = tx.ExecContext(ctx, "UPDATE subscription_events SET kind = $1 WHERE subscriber = $2 AND kind = $3", moved, person.ID, moves)
	if err != nil {
		return false, fmt.Errorf("move: %w", err)
	}
	old, err := l.Find(ctx, tx, from)
	if errors.Is(err, ErrUnknown) { // erased meanwhile
		return false, nil
	}
	if err != nil {
		return false, err
	}
	for _, place := range old.Moving() {
		for _, sub := range person.Subscriptions {
			if sub.Newsletter != place.Newsletter || sub.State != Pending { // who left it there meanwhile stays away
				continue
			}
			if err := l.takePlace(ctx, tx, now, place, sub.ID); err != nil {
				return false, err
			}
		}
		if _, err := l.Unsubscribe(ctx, tx, now, place.ID, "moved to "+string(person.Email)); err != nil {
			return false, err
		}
	}
	if err := l.copyConsent(ctx, tx, old.ID, person.ID); err != nil {
		return false, err
	}
	return true, l.tell(ctx, tx, now, hooks.Changed, person.ID, "")
}

func (l *List) takePlace(ctx context.Context, tx *sql.Tx, now time.Time, place Subscription, id int64) error {
	_, err := tx.ExecContext(ctx, `
		UPDATE subscriptions SET state = $1, state_before = '', paused_until = $2, course_tip = $3, created_at = $4, confirmed_at = $5, due_after = $6
		WHERE id = $7`,
		string(place.State), store.Millis(place.PausedUntil), place.CourseTip, store.Millis(place.CreatedAt), store.Millis(place.ConfirmedAt), store.Millis(now), id)
	if err != nil {
		return fmt.Errorf("move: %w", err)
	}
	return nil
}

// copyConsent copies the proof of consent, with its dates.
func (l *List) copyConsent(ctx context.Context, tx *sql.Tx, from, to int64) error {
	events, err := l.Events(ctx, tx, from, 1000)
	if err != nil {
		return err
	}
	for _, e := range events {
		switch e.Kind {
		case signedUp, signedUpAgain, confirmed, vouchedFor, imported:
			if err := l.note(ctx, tx, e.At, to, e.Newsletter, e.Kind, e.Detail); err != nil {
				return err
			}
			if err := copied(ctx, tx, e); err != nil {
				return err
			}
		}
	}
	return nil
}

// MayReturn tells whether somebody left a newsletter, or was erased, so that they may
// come back by the operator's hand.
func (l *List) MayReturn(ctx context.Context, tx *sql.Tx, a Address, newsletter string) (bool, error) {
	if erased, err := l.wasErased(ctx, tx, a); err != nil || erased {
		return erased, err
	}
	s, err := l.Find(ctx, tx, a)
	if errors.Is(err, ErrUnknown) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	for _, sub := range s.Subscriptions {
		if sub.Newsletter == newsletter {
			return sub.State == Unsubscribed || sub.State == Pending && sub.Before == Unsubscribed, nil
		}
	}
	return false, nil
}
