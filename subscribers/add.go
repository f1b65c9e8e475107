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

// Consent says who asks for a subscription.
type Consent int

const (
	// ByOperator adds somebody who must still confirm.
	ByOperator Consent = iota
	// Vouched adds somebody whose consent the operator vouches for.
	Vouched
	// ByReader is a sign-up by the person: who left may come back this way, by
	// confirming again.
	ByReader
)

// Request asks for a place in a newsletter.
type Request struct {
	Address     Address
	Newsletter  string
	Preferences Preferences
	Consent     Consent
	Detail      string   // how it came about, kept as proof of consent
	CourseTip   string   // the last tip of a course that they have; "": they begin
	Imported    Imported // of a file that was exported
}

// Result is what became of a [Request].
type Result string

// The results. Only Created and Reopened subscriptions need a confirmation, and
// only while they're pending.
const (
	Created   Result = "created"
	Reopened  Result = "reopened"  // somebody who had left signed up again
	Confirmed Result = "confirmed" // was pending, and the operator vouched
	Ended     Result = "ended"     // was there, and the file says that they left or are suppressed
	Unchanged Result = "unchanged" // was there already; their own choices stay
	Left      Result = "left"      // unsubscribed or erased: only they themselves can come back
	Barred    Result = "barred"    // suppressed: mail to them fails, or they complained
)

// Added tells what [List.Add] did.
type Added struct {
	Result       Result
	Subscriber   int64
	Subscription int64
	State        State
	Language     string // the person's own, BCP 47; "": each newsletter's
}

// Add gives somebody a place in a newsletter. A place that exists is never
// changed, but by who vouches for a pending one, or a file that says it has
// ended: preferences are the reader's own from the first moment.
func (l *List) Add(ctx context.Context, tx *sql.Tx, now time.Time, r Request) (Added, error) {
	person, isNew, err := l.person(ctx, tx, now, r)
	if err != nil || person == nil {
		return Added{Result: Left}, err
	}
	state, _ := r.begins()
	switch {
	case r.Imported.Suppressed():
		return l.addSuppressed(ctx, tx, now, person, r)
	case isNew: // and has no place anywhere
		return l.subscribe(ctx, tx, now, person, r)
	case !person.SuppressedAt.IsZero() && r.Consent != ByReader && state != Unsubscribed:
		return Added{Result: Barred, Subscriber: person.ID}, nil
	}
	sub, err := l.placeOf(ctx, tx, person.ID, r.Newsletter)
	if errors.Is(err, ErrUnknown) {
		return l.subscribe(ctx, tx, now, person, r)
	}
	if err != nil {
		return Added{}, err
	}
	added := Added{Result: Unchanged, Subscriber: person.ID, Subscription: sub.ID, State: sub.State, Language: person.Language}
	switch {
	case state == Unsubscribed:
		return l.endPlace(ctx, tx, now, added, sub, r)
	case r.Consent == ByReader:
		return l.askAgain(ctx, tx, now, added, r)
	case sub.State == Unsubscribed || sub.State == Pending && sub.Before == Unsubscribed:
		// Anybody can sign up again who had left: being pending says nothing.
		added.Result = Left
	case sub.State == Suppressed:
		added.Result = Barred
	case sub.State == Pending && r.Consent == Vouched && state != Pending:
		return l.vouch(ctx, tx, now, added, r)
	}
	return added, nil
}

// placeOf returns a person's subscription to a newsletter, or [ErrUnknown].
func (l *List) placeOf(ctx context.Context, tx *sql.Tx, subscriber int64, newsletter string) (Subscription, error) {
	return scanSubscription(l.often.QueryRow(ctx, tx, sqlFindPlace, subscriber, newsletter))
}

// askAgain notes that a reader signed up who has a place already. Who had left or
// is suppressed has to confirm anew; until then what they were isn't forgotten.
func (l *List) askAgain(ctx context.Context, tx *sql.Tx, now time.Time, added Added, r Request) (Added, error) {
	if added.State == Active || added.State == Paused {
		return added, nil
	}
	_, err := tx.ExecContext(ctx, `
		UPDATE subscriptions SET state = 'pending', asked_at = $1, state_before = CASE WHEN state = 'unsubscribed' THEN state ELSE state_before END
		WHERE id = $2`, store.Millis(now), added.Subscription)
	if err != nil {
		return added, fmt.Errorf("sign up again: %w", err)
	}
	if added.State == Pending {
		return added, nil
	}
	added.Result, added.State = Reopened, Pending
	if err := l.note(ctx, tx, now, added.Subscriber, r.Newsletter, signedUpAgain, r.Detail); err != nil {
		return added, err
	}
	return added, l.tell(ctx, tx, now, hooks.Subscribed, added.Subscriber, r.Newsletter)
}

// vouch confirms a pending subscription on the operator's word.
func (l *List) vouch(ctx context.Context, tx *sql.Tx, now time.Time, added Added, r Request) (Added, error) {
	_, err := l.Confirm(ctx, tx, now, added.Subscription, r.Detail)
	added.Result, added.State = Confirmed, Active
	if err == nil && r.Imported.State == Paused {
		added.State = Paused
		_, err = l.Pause(ctx, tx, now, r.Imported.PausedUntil, added.Subscription, r.Detail)
	}
	return added, err
}

// person finds or makes the person; nil when they were erased and haven't asked
// themselves.
func (l *List) person(ctx context.Context, tx *sql.Tx, now time.Time, r Request) (p *Subscriber, isNew bool, err error) {
	if r.Consent != ByReader {
		// Also when the address is there again: a stranger may have put it there.
		// It's forgotten when the person confirms.
		erased, err := l.wasErased(ctx, tx, r.Address)
		if err != nil || erased {
			return nil, false, err
		}
	}
	find := func() (*Subscriber, error) {
		return scanSubscriber(l.often.QueryRow(ctx, tx, sqlFindPerson, r.Address.Key()))
	}
	if p, err = find(); !errors.Is(err, ErrUnknown) {
		return p, false, err
	}
	p = &Subscriber{
		ID: l.ids.New(now), Email: r.Address, CreatedAt: now,
		Name: r.Preferences.Name, Language: r.Preferences.Language, Timezone: r.Preferences.Timezone,
	}
	if !r.Imported.CreatedAt.IsZero() && r.Imported.CreatedAt.Before(now) {
		p.CreatedAt = r.Imported.CreatedAt
	}
	res, err := l.often.Exec(ctx, tx, sqlAddPerson, p.ID, p.Email, p.Email.Key(), p.Name, p.Language, p.Timezone, store.Millis(p.CreatedAt))
	if err != nil {
		return nil, false, fmt.Errorf("add subscriber: %w", err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 1 {
		return p, true, err
	}
	p, err = find() // a double click: the other one was first
	return p, false, err
}

func (l *List) wasErased(ctx context.Context, tx *sql.Tx, a Address) (bool, error) {
	var n int
	if err := l.often.QueryRow(ctx, tx, sqlWasErased, l.erasedHash(a)).Scan(&n); err != nil {
		return false, fmt.Errorf("look up erased: %w", err)
	}
	return n > 0, nil
}

func (l *List) subscribe(ctx context.Context, tx *sql.Tx, now time.Time, person *Subscriber, r Request) (Added, error) {
	prefs := r.Preferences
	prefs.Timezone = person.Timezone // the person's, known from another newsletter perhaps
	slot, err := l.slot(ctx, tx, now, r.Newsletter, prefs)
	if err != nil {
		return Added{}, err
	}
	state, before := r.begins()
	created, confirmed, paused := r.dates(now, state)
	added := Added{Result: Created, Subscriber: person.ID, Subscription: l.ids.New(now), State: state, Language: person.Language}
	res, err := l.often.Exec(ctx, tx, sqlAddPlace,
		added.Subscription, person.ID, r.Newsletter, string(state), string(before), slot, store.Millis(now),
		store.Millis(created), store.Millis(confirmed), store.Millis(paused), r.CourseTip)
	if err != nil {
		return Added{}, fmt.Errorf("add subscription: %w", err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return Added{Result: Unchanged, Subscriber: person.ID, Language: person.Language}, err // a double click: the other one was first
	}
	if err := l.noteBeginning(ctx, tx, now, added, r); err != nil {
		return added, err
	}
	return added, l.tell(ctx, tx, now, beginning(state), person.ID, r.Newsletter)
}
