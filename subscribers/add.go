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
	Language     string // the person's own, BCP 47; "": each newsletter's
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
	added := Added{Result: Unchanged, Subscriber: person.ID, Subscription: id, State: state, Language: person.Language}
	switch {
	case state == Pending && r.Consent == Vouched:
		return l.vouch(ctx, tx, now, added, r)
	case state == Unsubscribed && r.Consent == ByReader:
		err = l.setState(ctx, tx, now, id, Pending, reopened, r.Detail)
		added.Result, added.State = Reopened, Pending
	case state == Unsubscribed:
		added.Result = Left
	case state == Suppressed:
		added.Result = Barred
	}
	return added, err
}

// reopened is the event of somebody who had left and asks to come back.
const reopened = "signed up again"

// vouch confirms a pending subscription on the operator's word. Not of somebody
// who had left: anybody can sign them up again, so being pending says nothing.
func (l *List) vouch(ctx context.Context, tx *sql.Tx, now time.Time, added Added, r Request) (Added, error) {
	var left int
	err := tx.QueryRowContext(ctx, "SELECT COUNT(*) FROM subscription_events WHERE subscriber = $1 AND newsletter = $2 AND kind = $3",
		added.Subscriber, r.Newsletter, reopened).Scan(&left)
	if err != nil {
		return Added{}, fmt.Errorf("look for an earlier leave: %w", err)
	}
	if left > 0 {
		added.Result = Left
		return added, nil
	}
	_, err = l.Confirm(ctx, tx, now, added.Subscription, r.Detail)
	added.Result, added.State = Confirmed, Active
	return added, err
}

// person finds or makes the person; nil when they were erased and haven't asked
// themselves.
func (l *List) person(ctx context.Context, tx *sql.Tx, now time.Time, r Request) (*Subscriber, error) {
	if r.Consent != ByReader {
		// Also when the address is there again: a stranger may have put it there.
		// It's forgotten when the person confirms.
		erased, err := l.wasErased(ctx, tx, r.Address)
		if err != nil || erased {
			return nil, err
		}
	}
	find := func() (*Subscriber, error) {
		return scanSubscriber(tx.QueryRowContext(ctx, "SELECT "+subscriberColumns+" FROM subscribers WHERE email_key = $1", r.Address.Key()))
	}
	p, err := find()
	if !errors.Is(err, ErrUnknown) {
		return p, err
	}
	p = &Subscriber{
		ID: l.ids.New(now), Email: r.Address, CreatedAt: now,
		Name: r.Preferences.Name, Language: r.Preferences.Language, Timezone: r.Preferences.Timezone,
	}
	res, err := tx.ExecContext(ctx, `
		INSERT INTO subscribers (id, email, email_key, name, language, timezone, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (email_key) DO NOTHING`,
		p.ID, p.Email, p.Email.Key(), p.Name, p.Language, p.Timezone, store.Millis(now))
	if err != nil {
		return nil, fmt.Errorf("add subscriber: %w", err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 1 {
		return p, err
	}
	return find() // a double click: the other one was first
}

func (l *List) wasErased(ctx context.Context, tx *sql.Tx, a Address) (bool, error) {
	var n int
	if err := tx.QueryRowContext(ctx, "SELECT COUNT(*) FROM erased WHERE email_hash = $1", l.erasedHash(a)).Scan(&n); err != nil {
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
	added := Added{Result: Created, Subscriber: person.ID, Subscription: l.ids.New(now), State: Pending, Language: person.Language}
	kind, confirmed := "signed up", int64(0)
	if r.Consent == Vouched {
		added.State, kind, confirmed = Active, "added with consent", store.Millis(now)
	}
	res, err := tx.ExecContext(ctx, `
		INSERT INTO subscriptions (id, subscriber, newsletter, state, slot, due_after, created_at, confirmed_at, course_tip)
		VALUES ($1, $2, $3, $4, $5, $6, $6, $7, $8) ON CONFLICT (subscriber, newsletter) DO NOTHING`,
		added.Subscription, person.ID, r.Newsletter, added.State, slot, store.Millis(now), confirmed, r.CourseTip)
	if err != nil {
		return Added{}, fmt.Errorf("add subscription: %w", err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return Added{Result: Unchanged, Subscriber: person.ID, Language: person.Language}, err // a double click: the other one was first
	}
	return added, l.note(ctx, tx, now, person.ID, r.Newsletter, kind, r.Detail)
}
