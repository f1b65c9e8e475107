package subscribers

import (
	"context"
	"fmt"
	"slices"
	"time"

	"dailytip/store"
)

// Filter chooses among all subscriptions; its zero value takes all.
type Filter struct {
	Newsletter string
	State      State
}

// Each calls f for each subscription that a filter takes, in the order of the
// addresses. It reads as it goes and holds one row in memory.
func (l *List) Each(ctx context.Context, filter Filter, f func(Subscriber, Subscription) error) error {
	return l.each(ctx, filter, "", nil, f)
}

// History is what the events say of a subscription.
type History struct {
	Source  string    // how it was signed up for
	Consent string    // how that was confirmed
	LeftAt  time.Time // zero unless they have left
}

// EachWithHistory is Each with the history.
func (l *List) EachWithHistory(ctx context.Context, filter Filter, f func(Subscriber, Subscription, History) error) error {
	var h History
	var left int64
	return l.each(ctx, filter, historyColumns, []any{&h.Source, &h.Consent, &left}, func(p Subscriber, s Subscription) error {
		h.LeftAt = store.Time(left)
		if s.State != Unsubscribed && s.Before != Unsubscribed {
			h.LeftAt = time.Time{} // they came back
		}
		return f(p, s, h)
	})
}

// EachBarred calls f for each person who is suppressed and has no subscription at all,
// in the order of the addresses: an operator's list of whom never to write to.
func (l *List) EachBarred(ctx context.Context, f func(Subscriber) error) error {
	rows, err := l.db.Read().QueryContext(ctx, "SELECT "+subscriberColumns+` FROM subscribers
		WHERE suppressed_at > 0 AND NOT EXISTS (SELECT 1 FROM subscriptions s WHERE s.subscriber = subscribers.id) ORDER BY email_key`)
	if err != nil {
		return fmt.Errorf("list subscribers: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		p, err := scanSubscriber(rows)
		if err != nil {
			return err
		}
		if err := f(*p); err != nil {
			return err
		}
	}
	return rows.Err()
}

// historyColumns are columns with what a [History] holds.
const historyColumns = `,
	COALESCE((SELECT detail FROM subscription_events e WHERE e.subscriber = p.id AND e.newsletter = s.newsletter
		AND e.kind IN ('` + signedUp + `', '` + signedUpAgain + `') ORDER BY e.at DESC, e.id DESC LIMIT 1), ''),
	COALESCE((SELECT detail FROM subscription_events e WHERE e.subscriber = p.id AND e.newsletter = s.newsletter
		AND e.kind IN ('` + confirmed + `', '` + vouchedFor + `') ORDER BY e.at DESC, e.id DESC LIMIT 1), ''),
	COALESCE((SELECT MAX(at) FROM subscription_events e WHERE e.subscriber = p.id AND e.newsletter = s.newsletter
		AND e.kind = '` + leftEvent + `'), 0)`

// each is Each with more columns, which are read into more before f is called.
func (l *List) each(ctx context.Context, filter Filter, columns string, more []any, f func(Subscriber, Subscription) error) error {
	rows, err := l.db.Read().QueryContext(ctx, `
		SELECT p.id, p.email, p.name, p.language, p.timezone, p.suppressed_at, p.suppressed_reason, p.created_at, `+subscriptionColumns+columns+`
		FROM subscribers p JOIN subscriptions s ON s.subscriber = p.id JOIN slots o ON o.id = s.slot
		WHERE ($1 = '' OR s.newsletter = $1) AND ($2 = '' OR s.state = $2)
		ORDER BY p.email_key, s.newsletter`, filter.Newsletter, string(filter.State))
	if err != nil {
		return fmt.Errorf("list subscribers: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var p Subscriber
		var s Subscription
		whose, finishPerson := p.fields()
		what, finish := s.fields()
		if err := rows.Scan(slices.Concat(whose, what, more)...); err != nil {
			return fmt.Errorf("read subscription: %w", err)
		}
		finishPerson()
		finish()
		if err := f(p, s); err != nil {
			return err
		}
	}
	return rows.Err()
}
