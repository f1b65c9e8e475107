package subscribers

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"dailytip/hooks"
	"dailytip/lately"
	"dailytip/store"
	"dailytip/verp"
)

// List is everybody. Its methods may be called from several goroutines.
type List struct {
	db     *store.DB
	ids    *store.IDs
	tokens *Tokens
	tags   *verp.Tags
	often  store.Statements
	events *hooks.Outbox

	crowdBounds crowdBounds
	grown       lately.Counts[growthKey, Growth]
	returned    lately.Counts[returnedKey, map[string]Returned]
	scrubbed    atomic.Int64 // up to which erasure the files are clean, in ms
}

// Open returns the list that a migrated database holds.
func Open(ctx context.Context, db *store.DB) (*List, error) {
	tokens, err := LoadTokens(ctx, db)
	if err != nil {
		return nil, err
	}
	l := &List{db: db, ids: &store.IDs{}, tokens: tokens, tags: &verp.Tags{}, crowdBounds: crowdBounds{bounds: map[string]bound{}}}
	return l, loadTags(ctx, db, l.tags)
}

// Publish has programs elsewhere told what happens to readers. Set it before the list
// is used.
func (l *List) Publish(events *hooks.Outbox) { l.events = events }

// Tokens returns what signs and checks the links of this list's readers.
func (l *List) Tokens() *Tokens { return l.tokens }

// Tags returns what makes and checks the tags of mails.
func (l *List) Tags() *verp.Tags { return l.tags }

// ErrUnknown means that nobody has that address or number.
var ErrUnknown = errors.New("no such subscriber")

const subscriberColumns = "id, email, name, language, timezone, suppressed_at, suppressed_reason, created_at"

type scanner interface{ Scan(dest ...any) error }

// fields are where a row of subscriberColumns is read into; finish does the rest.
func (s *Subscriber) fields() (dest []any, finish func()) {
	var suppressed, created int64
	return []any{&s.ID, &s.Email, &s.Name, &s.Language, &s.Timezone, &suppressed, &s.SuppressedReason, &created}, func() {
		s.SuppressedAt, s.CreatedAt = store.Time(suppressed), store.Time(created)
	}
}

func scanSubscriber(row scanner) (*Subscriber, error) {
	var s Subscriber
	dest, finish := s.fields()
	err := row.Scan(dest...)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, ErrUnknown
	}
	if err != nil {
		return nil, fmt.Errorf("read subscriber: %w", err)
	}
	finish()
	return &s, nil
}

const subscriptionColumns = `s.id, s.subscriber, s.newsletter, s.state, s.state_before, s.due_after, s.paused_until, s.course_tip, s.created_at, s.confirmed_at,
	o.id, o.newsletter, o.timezone, o.send_at, o.days, o.cadence, o.done_until`

// fields are where a row of subscriptionColumns is read into; finish does the rest.
func (s *Subscription) fields() (dest []any, finish func()) {
	var due, paused, created, confirmed, done int64
	o := &s.Slot
	dest = []any{
		&s.ID, &s.Subscriber, &s.Newsletter, &s.State, &s.Before, &due, &paused, &s.CourseTip, &created, &confirmed,
		&o.ID, &o.Newsletter, &o.Timezone, &o.SendAt, &o.Days, &o.Cadence, &done,
	}
	return dest, func() {
		s.DueAfter, s.PausedUntil, s.Slot.DoneUntil = store.Time(due), store.Time(paused), store.Time(done)
		s.CreatedAt, s.ConfirmedAt = store.Time(created), store.Time(confirmed)
	}
}

func scanSubscription(row scanner) (Subscription, error) {
	var s Subscription
	dest, finish := s.fields()
	err := row.Scan(dest...)
	if errors.Is(err, sql.ErrNoRows) {
		return s, ErrUnknown
	}
	if err != nil {
		return s, fmt.Errorf("read subscription: %w", err)
	}
	finish()
	return s, nil
}

// BySubscription returns the person whose subscription has a number, with all of
// their subscriptions, and that one; or [ErrUnknown]. Every page behind a link begins
// with it, so it takes one query.
func (l *List) BySubscription(ctx context.Context, q store.Queryer, subscription int64) (*Subscriber, Subscription, error) {
	var person Subscriber
	var found Subscription
	rows, err := q.QueryContext(ctx, `
		SELECT p.id, p.email, p.name, p.language, p.timezone, p.suppressed_at, p.suppressed_reason, p.created_at, `+subscriptionColumns+`
		FROM subscriptions this JOIN subscribers p ON p.id = this.subscriber
		JOIN subscriptions s ON s.subscriber = p.id JOIN slots o ON o.id = s.slot
		WHERE this.id = $1 ORDER BY s.newsletter`, subscription)
	if err != nil {
		return nil, found, fmt.Errorf("read subscriber: %w", err)
	}
	defer func() { _ = rows.Close() }()
	whose, finish := person.fields()
	for rows.Next() {
		var s Subscription
		what, finishOne := s.fields()
		if err := rows.Scan(append(whose[:len(whose):len(whose)], what...)...); err != nil {
			return nil, found, fmt.Errorf("read subscriber: %w", err)
		}
		finishOne()
		person.Subscriptions = append(person.Subscriptions, s)
		if s.ID == subscription {
			found = s
		}
	}
	if err := rows.Err(); err != nil {
		return nil, found, fmt.Errorf("read subscriber: %w", err)
	}
	if found.ID == 0 {
		return nil, found, ErrUnknown
	}
	finish()
	return &person, found, nil
}

// Find returns the person with an address and all their subscriptions, or
// [ErrUnknown].
func (l *List) Find(ctx context.Context, q store.Queryer, a Address) (*Subscriber, error) {
	s, err := scanSubscriber(q.QueryRowContext(ctx,
		"SELECT "+subscriberColumns+" FROM subscribers WHERE email_key = $1", a.Key()))
	if err != nil {
		return nil, err
	}
	return s, l.loadSubscriptions(ctx, q, s)
}

// Get returns the person with a number, as [List.Find] does.
func (l *List) Get(ctx context.Context, q store.Queryer, id int64) (*Subscriber, error) {
	s, err := scanSubscriber(q.QueryRowContext(ctx, "SELECT "+subscriberColumns+" FROM subscribers WHERE id = $1", id))
	if err != nil {
		return nil, err
	}
	return s, l.loadSubscriptions(ctx, q, s)
}

func (l *List) loadSubscriptions(ctx context.Context, q store.Queryer, s *Subscriber) error {
	rows, err := q.QueryContext(ctx, "SELECT "+subscriptionColumns+`
		FROM subscriptions s JOIN slots o ON o.id = s.slot WHERE s.subscriber = $1 ORDER BY s.newsletter`, s.ID)
	s.Subscriptions, err = store.Collect(rows, err, func(rows *sql.Rows) (sub Subscription, err error) {
		dest, finish := sub.fields()
		err = rows.Scan(dest...)
		finish()
		return sub, err
	})
	if err != nil {
		return fmt.Errorf("read subscriptions: %w", err)
	}
	return nil
}

// Subscription returns the subscription with a number, or [ErrUnknown].
func (l *List) Subscription(ctx context.Context, q store.Queryer, id int64) (Subscription, error) {
	return scanSubscription(q.QueryRowContext(ctx, "SELECT "+subscriptionColumns+`
		FROM subscriptions s JOIN slots o ON o.id = s.slot WHERE s.id = $1`, id))
}

// Events returns what happened to a person's subscriptions, newest first.
func (l *List) Events(ctx context.Context, q store.Queryer, subscriber int64, limit int) ([]Event, error) {
	rows, err := q.QueryContext(ctx, `
		SELECT at, newsletter, kind, detail FROM subscription_events
		WHERE subscriber = $1 ORDER BY at DESC, id DESC LIMIT $2`, subscriber, limit)
	events, err := store.Collect(rows, err, func(rows *sql.Rows) (e Event, err error) {
		var at int64
		err = rows.Scan(&at, &e.Newsletter, &e.Kind, &e.Detail)
		e.At = store.Time(at)
		return e, err
	})
	if err != nil {
		return nil, fmt.Errorf("read events: %w", err)
	}
	return events, nil
}

func (l *List) note(ctx context.Context, tx *sql.Tx, now time.Time, subscriber int64, newsletter, kind, detail string) error {
	_, err := l.often.Exec(ctx, tx, sqlNote, l.ids.New(now), subscriber, newsletter, store.Millis(now), kind, detail)
	if err != nil {
		return fmt.Errorf("note event: %w", err)
	}
	return nil
}

// erasedHash is what is kept of an erased address: enough to know it again,
// nothing to read it from.
func (l *List) erasedHash(a Address) string { return l.hash("erased", a) }

// hash is an address for one purpose, under a key that nobody outside has.
func (l *List) hash(purpose string, a Address) string {
	// The first key, whichever is newest: the hash must be the same for ever.
	mac := hmac.New(sha256.New, l.tokens.ring.Load().keys[1].secret)
	mac.Write([]byte(purpose + "\x00" + a.Key()))
	return hex.EncodeToString(mac.Sum(nil))
}
