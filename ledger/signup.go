package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"dailytip/store"
	"dailytip/subscribers"
)

// SignUp adds somebody and enqueues the mail that answers, in the caller's
// transaction: one that asks them to confirm, or, when they get the newsletter
// already and signed up themselves, one that says so. What an address gets that
// way is bounded by [subscribers.List.MayAsk].
func (l *Ledger) SignUp(ctx context.Context, tx *sql.Tx, now time.Time, r subscribers.Request) (subscribers.Added, error) {
	return l.SignUpLater(ctx, tx, now, r, func() time.Duration { return 0 })
}

// SignUpLater is SignUp with a mail that may have to wait. Only when there is one
// it asks for how long.
func (l *Ledger) SignUpLater(ctx context.Context, tx *sql.Tx, now time.Time, r subscribers.Request, wait func() time.Duration) (subscribers.Added, error) {
	if r.Consent == subscribers.ByReader {
		if err := l.list.Renew(ctx, tx, now, r); err != nil {
			return subscribers.Added{}, err
		}
	}
	added, err := l.list.Add(ctx, tx, now, r)
	if err != nil {
		return added, err
	}
	kind := answer(r, added)
	if kind == "" {
		return added, nil
	}
	may, err := l.list.MayAsk(ctx, tx, now, r.Address, kind == Confirm)
	if err != nil || !may {
		return added, err
	}
	return added, l.Enqueue(ctx, tx, now, Notice{
		Kind: kind, Newsletter: r.Newsletter, Subscriber: added.Subscriber, Subscription: added.Subscription,
		Email: r.Address, Language: added.Language, Start: now.Add(wait()),
	})
}

// answer is the kind of mail that a sign-up is answered with, "" for none. Only
// a reader is answered when nothing changed: perhaps they have lost the mail. Who
// takes over a list and vouches for it has it taken over as it is.
func answer(r subscribers.Request, a subscribers.Added) string {
	switch {
	case a.Subscription == 0 || r.Consent == subscribers.Vouched || a.Result == subscribers.Unchanged && r.Consent != subscribers.ByReader:
		return ""
	case a.State == subscribers.Pending:
		return Confirm
	case a.Result == subscribers.Unchanged && (a.State == subscribers.Active || a.State == subscribers.Paused):
		return Known
	}
	return ""
}

// Asked counts the notices of a kind that a reader was given since an instant.
func (l *Ledger) Asked(ctx context.Context, q store.Queryer, kind string, subscriber int64, since time.Time) (n int, err error) {
	err = q.QueryRowContext(ctx, "SELECT COUNT(*) FROM notices WHERE subscriber = $1 AND kind = $2 AND opened_at > $3",
		subscriber, kind, store.Millis(since)).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count notices: %w", err)
	}
	return n, nil
}
