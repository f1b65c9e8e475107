package subscribers

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

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
	Detail      string // how it came about, kept as proof of consent
	CourseTip   string // the last tip of a course that they have; "": they begin
}

// Result is what became of a [Request].
type Result string

// The results. Only Created and Reopened subscriptions need a confirmation, and
// only while they're pending.
const (
	Created   Result = "created"
	Reopened  Result = "reopened"  // somebody who had left signed up again
	Confirmed Result = "confirmed" // was pending, and the operator vouched
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
}

// Add gives somebody a place in a newsletter. A place that exists is never
// changed: preferences are the reader's own from the first moment.
func (l *List) Add(ctx context.Context, tx *sql.Tx, now time.Time, r Request) (Added, error) {
	person, err := l.person(ctx, tx, now, r)
	if err != nil || person == nil {
		return Added{Result: Left}, err
	}
	if !person.SuppressedAt.IsZero() {
		return Added{Result: Barred, Subscriber: person.ID}, nil
	}
	var id int64
	var state State
	err = tx.QueryRowContext(ctx, "SELECT id, state FROM subscriptions WHERE subscriber = $1 AND newsletter = $2",
		person.ID, r.Newsletter).Scan(&id, &state)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return l.subscribe(ctx, tx, now, person, r)
	case err != nil:
		return Added{}, fmt.Errorf("find subscription: %w", err)
	}
	added := Added{Result: Unchanged, Subscriber: person.ID, Subscription: id, State: state}
	switch {
	case state == Pending && r.Consent == Vouched:
		_, err = l.Confirm(ctx, tx, now, id, r.Detail)
		added.Result, added.State = Confirmed, Active
	case state == Unsubscribed && r.Consent == ByReader:
		err = l.setState(ctx, tx, now, id, Pending, "signed up again", r.Detail)
		added.Result, added.State = Reopened, Pending
	case state == Unsubscribed:
		added.Result = Left
	case state == Suppressed:
		added.Result = Barred
	}
	return added, err
}

// person finds or makes the person; nil when they were erased and haven't asked
// themselves.
func (l *List) person(ctx context.Context, tx *sql.Tx, now time.Time, r Request) (*Subscriber, error) {
	p, err := scanSubscriber(tx.QueryRowContext(ctx,
		"SELECT "+subscriberColumns+" FROM subscribers WHERE email_key = $1", r.Address.Key()))
	if !errors.Is(err, ErrUnknown) {
		return p, err
	}
	hash := l.erasedHash(r.Address)
	var erased int
	if err := tx.QueryRowContext(ctx, "SELECT COUNT(*) FROM erased WHERE email_hash = $1", hash).Scan(&erased); err != nil {
		return nil, fmt.Errorf("look up erased: %w", err)
	}
	if erased > 0 {
		if r.Consent != ByReader {
			return nil, nil
		}
		if _, err := tx.ExecContext(ctx, "DELETE FROM erased WHERE email_hash = $1", hash); err != nil {
			return nil, fmt.Errorf("forget erasure: %w", err)
		}
	}
	p = &Subscriber{
		ID: l.ids.New(now), Email: r.Address, CreatedAt: now,
		Name: r.Preferences.Name, Language: r.Preferences.Language, Timezone: r.Preferences.Timezone,
	}
	_, err = tx.ExecContext(ctx, `
		INSERT INTO subscribers (id, email, email_key, name, language, timezone, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		p.ID, p.Email, p.Email.Key(), p.Name, p.Language, p.Timezone, store.Millis(now))
	if err != nil {
		return nil, fmt.Errorf("add subscriber: %w", err)
	}
	return p, nil
}

func (l *List) subscribe(ctx context.Context, tx *sql.Tx, now time.Time, person *Subscriber, r Request) (Added, error) {
	prefs := r.Preferences
	prefs.Timezone = person.Timezone // the person's, known from another newsletter perhaps
	slot, err := l.slot(ctx, tx, now, r.Newsletter, prefs)
	if err != nil {
		return Added{}, err
	}
	added := Added{Result: Created, Subscriber: person.ID, Subscription: l.ids.New(now), State: Pending}
	kind, confirmed := "signed up", int64(0)
	if r.Consent == Vouched {
		added.State, kind, confirmed = Active, "added with consent", store.Millis(now)
	}
	_, err = tx.ExecContext(ctx, `
		INSERT INTO subscriptions (id, subscriber, newsletter, state, slot, due_after, created_at, confirmed_at, course_tip)
		VALUES ($1, $2, $3, $4, $5, $6, $6, $7, $8)`,
		added.Subscription, person.ID, r.Newsletter, added.State, slot, store.Millis(now), confirmed, r.CourseTip)
	if err != nil {
		return Added{}, fmt.Errorf("add subscription: %w", err)
	}
	return added, l.note(ctx, tx, now, person.ID, r.Newsletter, kind, r.Detail)
}
