package subscribers

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"time"

	"dailytip/hooks"
)

// Imported is what a file tells of a subscription beyond its preferences, as an export
// of ours does. It never makes anybody more active than their consent does: a state
// that gets mail is taken over only when the operator vouches for it. A zero value
// means that the file doesn't say.
type Imported struct {
	State            State
	Before           State // as in [Subscription]
	CreatedAt        time.Time
	Source           string // how they signed up
	ConfirmedAt      time.Time
	Consent          string // how they confirmed
	PausedUntil      time.Time
	LeftAt           time.Time
	SuppressedAt     time.Time
	SuppressedReason string
}

// Suppressed tells whether the person is, as far as the file says.
func (p Imported) Suppressed() bool { return p.State == Suppressed || !p.SuppressedAt.IsZero() }

// Ended tells whether the row's person must not get mail, even if the operator vouches
// for their consent.
func (p Imported) Ended() bool { return p.Suppressed() || p.State == Unsubscribed }

// begins is the state in which the request's subscription begins, and what it was
// before that.
func (r Request) begins() (state, before State) {
	p, vouched := r.Imported, r.Consent == Vouched
	switch {
	case p.State == Unsubscribed:
		return Unsubscribed, ""
	case p.Suppressed() && vouched && p.State == Pending:
		return Pending, p.Before
	case p.Suppressed() && (vouched || p.Before == Unsubscribed):
		if p.State == Active || p.State == Paused {
			p.Before = p.State
		}
		return Suppressed, cmp.Or(p.Before, Pending)
	case p.Suppressed():
		return Suppressed, Pending
	case !vouched && p.Before == Unsubscribed: // who left isn't asked by an import
		return Unsubscribed, ""
	case !vouched:
		return Pending, ""
	case p.State == Pending && p.Before == Unsubscribed:
		return Pending, Unsubscribed
	}
	return cmp.Or(p.State, Active), ""
}

// dates are the instants that a new subscription has.
func (r Request) dates(now time.Time, state State) (created, confirmed, pausedUntil time.Time) {
	known := r.Consent == Vouched || r.Imported.Ended()
	if !known {
		return now, time.Time{}, time.Time{}
	}
	created, confirmed, pausedUntil = r.Imported.CreatedAt, r.Imported.ConfirmedAt, r.Imported.PausedUntil
	if created.IsZero() {
		created = now
	}
	if confirmed.IsZero() && (state == Active || state == Paused) {
		confirmed = now
	}
	return created, confirmed, pausedUntil
}

// elsewhere says what a file tells of somebody's consent before they came to us. Who
// has to confirm here keeps it in their history.
func (p Imported) elsewhere() string {
	text := ""
	if !p.CreatedAt.IsZero() {
		text += "; signed up on " + p.CreatedAt.UTC().Format(time.DateTime) + " UTC"
		if p.Source != "" {
			text += " (" + p.Source + ")"
		}
	}
	if !p.ConfirmedAt.IsZero() {
		text += "; confirmed on " + p.ConfirmedAt.UTC().Format(time.DateTime) + " UTC"
		if p.Consent != "" {
			text += " (" + p.Consent + ")"
		}
	}
	return text
}

// noteBeginning writes the history of a new subscription: what the file says of
// it, and how it came to us.
func (l *List) noteBeginning(ctx context.Context, tx *sql.Tx, now time.Time, added Added, r Request) error {
	p := r.Imported
	note := func(at time.Time, kind, detail string) error {
		return l.note(ctx, tx, at, added.Subscriber, r.Newsletter, kind, detail)
	}
	if p == (Imported{}) || r.Consent != Vouched && !p.Ended() {
		if r.Consent == Vouched {
			return note(now, vouchedFor, r.Detail)
		}
		return note(now, signedUp, r.Detail+p.elsewhere())
	}
	_, before := r.begins()
	left := added.State == Unsubscribed || before == Unsubscribed
	created, confirmedAt, _ := r.dates(now, added.State)
	for _, e := range []struct {
		is           bool
		at           time.Time
		kind, detail string
	}{
		{p.Source != "", created, signedUp, p.Source},
		{!p.ConfirmedAt.IsZero(), confirmedAt, confirmed, p.Consent},
		{left, cmp.Or(p.LeftAt, now), leftEvent, r.Detail},
		{p.ConfirmedAt.IsZero() && !confirmedAt.IsZero(), now, vouchedFor, r.Detail},
		{true, now, imported, r.Detail},
	} {
		if !e.is {
			continue
		}
		if err := note(e.at, e.kind, e.detail); err != nil {
			return err
		}
	}
	return nil
}

// endPlace ends a subscription because a file says that the person has left, but
// not of who has come back since.
func (l *List) endPlace(ctx context.Context, tx *sql.Tx, now time.Time, added Added, sub Subscription, r Request) (Added, error) {
	if sub.State == Unsubscribed {
		return added, nil
	}
	if back, err := l.backSince(ctx, tx, r.Imported.LeftAt, cameBack, sub); err != nil || back {
		return added, err
	}
	added.Result, added.State = Ended, Unsubscribed
	if err := l.setState(ctx, tx, now, sub.ID, Unsubscribed, leftEvent, r.Detail); err != nil {
		return added, err
	}
	return added, l.tell(ctx, tx, now, hooks.Unsubscribed, sub.Subscriber, sub.Newsletter)
}

// addSuppressed takes over that somebody is suppressed, and where they had a
// place.
func (l *List) addSuppressed(ctx context.Context, tx *sql.Tx, now time.Time, person *Subscriber, r Request) (Added, error) {
	added := Added{Result: Unchanged, Subscriber: person.ID, Language: person.Language}
	if person.SuppressedAt.IsZero() {
		if err := l.loadSubscriptions(ctx, tx, person); err != nil {
			return added, err
		}
		back, err := l.backSince(ctx, tx, r.Imported.SuppressedAt, restored, append(person.Subscriptions, Subscription{Subscriber: person.ID})...)
		if err != nil || back {
			return added, err
		}
		since, reason := r.Imported.SuppressedAt, r.Imported.SuppressedReason
		if since.IsZero() {
			since, reason = now, cmp.Or(reason, r.Detail)
		}
		err = l.suppress(ctx, tx, now, since, person.ID, reason)
		if err != nil {
			return added, err
		}
		switch {
		case len(person.Subscriptions) > 0:
			added.Result = Ended
		case r.Newsletter == "":
			added.Result = Created
		}
	}
	if r.Newsletter == "" { // suppressed without a place anywhere
		added.State = Suppressed
		return added, nil
	}
	sub, err := l.placeOf(ctx, tx, person.ID, r.Newsletter)
	if errors.Is(err, ErrUnknown) {
		return l.subscribe(ctx, tx, now, person, r)
	}
	added.Subscription, added.State = sub.ID, sub.State
	if err == nil && r.Imported.State == Unsubscribed {
		return l.endPlace(ctx, tx, now, added, sub, r)
	}
	return added, err
}

// backSince tells whether somebody confirmed one of their subscriptions after an
// instant, or the event of a kind came after it. The zero instant is now: nothing
// did.
func (l *List) backSince(ctx context.Context, tx *sql.Tx, since time.Time, kind string, subs ...Subscription) (bool, error) {
	if since.IsZero() {
		return false, nil
	}
	for _, s := range subs {
		at, err := l.last(ctx, tx, s, kind)
		if err != nil || at.After(since) || s.ConfirmedAt.After(since) {
			return err == nil, err
		}
	}
	return false, nil
}
