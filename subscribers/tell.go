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

// tell tells programs elsewhere what has happened to a person, in the transaction that
// did it and after it's done: they are told what the person is now. newsletter is the one
// that it's about; "": the person, in all of them.
func (l *List) tell(ctx context.Context, tx *sql.Tx, now time.Time, t hooks.Type, subscriber int64, newsletter string) error {
	if !l.events.Wants(t) {
		return nil
	}
	s, err := l.Get(ctx, tx, subscriber)
	if errors.Is(err, ErrUnknown) { // what is left of them is told by who has erased them
		return nil
	}
	if err != nil {
		return err
	}
	return l.events.Person(ctx, tx, now, t, s.told(newsletter))
}

// told is what programs elsewhere are told of a person. A place that isn't there any more,
// because nobody has confirmed it, is told as one that was left.
func (s *Subscriber) told(newsletter string) hooks.Person {
	p := hooks.Person{
		ID: s.ID, Email: string(s.Email), Name: s.Name, Language: s.Language, Timezone: s.Timezone, Newsletter: newsletter,
	}
	gone := newsletter != ""
	for _, sub := range s.Subscriptions {
		gone = gone && sub.Newsletter != newsletter
		p.Places = append(p.Places, hooks.Place{Newsletter: sub.Newsletter, State: string(s.StateOf(sub)), PausedUntil: sub.PausedUntil})
	}
	if gone {
		p.Places = append(p.Places, hooks.Place{Newsletter: newsletter, State: string(Unsubscribed)})
	}
	return p
}

// tellErased forgets what was told of a person, and tells that they were erased: who has
// a copy of them is to erase it, too. newsletters are those that the person was ever in.
func (l *List) tellErased(ctx context.Context, tx *sql.Tx, now time.Time, s *Subscriber, newsletters []string) error {
	if err := hooks.Erase(ctx, tx, s.ID); err != nil {
		return err
	}
	p := s.told("")
	for _, newsletter := range newsletters {
		p.Places = append(p.Places, hooks.Place{Newsletter: newsletter, State: string(Unsubscribed)})
	}
	return l.events.Person(ctx, tx, now, hooks.Erased, p)
}

// everIn returns the newsletters that a person was ever in, before what is noted of that is
// deleted: an endpoint for one newsletter may have a copy of somebody who has no place there
// any more. With no endpoint, that isn't read.
func (l *List) everIn(ctx context.Context, tx *sql.Tx, subscriber int64) (newsletters []string, err error) {
	if !l.events.Wants(hooks.Erased) {
		return nil, nil
	}
	rows, err := tx.QueryContext(ctx, "SELECT DISTINCT newsletter FROM subscription_events WHERE subscriber = $1 AND newsletter <> ''", subscriber)
	newsletters, err = store.Collect(rows, err, store.Column[string])
	if err != nil {
		return nil, fmt.Errorf("read newsletters: %w", err)
	}
	return newsletters, nil
}

// beginning is what is told of a new place: one that a file brings may have ended.
func beginning(state State) hooks.Type {
	switch state {
	case Unsubscribed:
		return hooks.Unsubscribed
	case Suppressed:
		return hooks.Suppressed
	}
	return hooks.Subscribed
}

// toTell reads a person before something of them is deleted: with no endpoint, that
// isn't read.
func (l *List) toTell(ctx context.Context, tx *sql.Tx, subscriber int64) (*Subscriber, error) {
	if !l.events.Wants(hooks.Erased) && !l.events.Wants(hooks.Unsubscribed) {
		return &Subscriber{ID: subscriber}, nil
	}
	return l.Get(ctx, tx, subscriber)
}

// tellEnded tells which places of a person have ended since they were read.
func (l *List) tellEnded(ctx context.Context, tx *sql.Tx, now time.Time, before *Subscriber) error {
	for _, was := range before.Subscriptions {
		is, err := l.placeOf(ctx, tx, before.ID, was.Newsletter)
		if err != nil && !errors.Is(err, ErrUnknown) {
			return err
		}
		if err == nil && is.State == was.State {
			continue
		}
		if err := l.tell(ctx, tx, now, hooks.Unsubscribed, before.ID, was.Newsletter); err != nil {
			return err
		}
	}
	return nil
}
