package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"dailytip/hooks"
	"dailytip/store"
	"dailytip/subscribers"
)

// The kinds of notices.
const (
	Confirm = "confirm" // asks a person to confirm
	Welcome = "welcome" // says that they did
	Resend  = "resend"  // today's tip again, on request
	Alert   = "alert"   // tells an operator what needs them
	Proof   = "proof"   // shows an editor an edition before it goes out
	Known   = "known"   // tells who signed up again that they get it already
	Account = "account" // the link to all that we hold on a reader
)

// noticeLife is how long a notice is worth sending.
const noticeLife = 24 * time.Hour

// Notice is a mail that answers a person or warns an operator.
type Notice struct {
	Kind         string
	Newsletter   string
	Subscriber   int64 // 0: an operator
	Subscription int64
	Email        subscribers.Address // "": nobody, and an alert is told to programs alone
	Language     string
	Content      int64     // Resend: what to send
	Detail       string    // Alert: what happened; Proof: a ProofOf, JSON; Account: its number
	Start        time.Time // not before; zero: now
	ExpiresAt    time.Time // zero: a day after that
}

// Enqueue writes a notice. It belongs into the transaction of the change that
// causes it, so that there's never the one without the other.
func (l *Ledger) Enqueue(ctx context.Context, tx *sql.Tx, now time.Time, n Notice) error {
	if n.Kind == Alert {
		subject, text, _ := strings.Cut(n.Detail, "\n")
		if err := l.events.Alert(ctx, tx, now, hooks.Alert{Newsletter: n.Newsletter, Subject: subject, Text: text}); err != nil {
			return err
		}
		if n.Email == "" { // only programs are told
			return nil
		}
	}
	if n.Start.Before(now) {
		n.Start = now
	}
	if n.ExpiresAt.IsZero() {
		n.ExpiresAt = n.Start.Add(noticeLife)
	}
	_, err := tx.ExecContext(ctx, `
		INSERT INTO notices (id, kind, newsletter, subscriber, subscription, email, language, content, detail, opened_at, expires_at, state, next_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'pending', $10)`,
		l.ids.New(now), n.Kind, n.Newsletter, n.Subscriber, n.Subscription, n.Email, n.Language, n.Content, n.Detail,
		store.Millis(n.Start), store.Millis(n.ExpiresAt))
	if err != nil {
		return fmt.Errorf("enqueue %s: %w", n.Kind, err)
	}
	return nil
}

// claimNotices claims those that no pause holds, and one of each paused scope
// whose probe is due.
func (l *Ledger) claimNotices(ctx context.Context, tx *sql.Tx, now time.Time, c Claiming, p paused) ([]Job, error) {
	const anyBut, only = "newsletter || '/notices' NOT IN (SELECT newsletter FROM pauses) AND $4 = ''", "newsletter || '/notices' = $4"
	jobs, err := l.claimSomeNotices(ctx, tx, now, c, anyBut, "")
	if err != nil {
		return nil, err
	}
	for scope, probe := range p.scopes {
		if _, notices := InScope(scope); !probe || !notices || len(jobs) >= c.Limit {
			continue
		}
		one := c
		one.Limit = 1
		more, err := l.claimSomeNotices(ctx, tx, now, one, only, scope)
		if err != nil {
			return nil, err
		}
		for _, j := range more {
			j.Probe = true
			jobs = append(jobs, j)
		}
	}
	return jobs, nil
}

func (l *Ledger) claimSomeNotices(ctx context.Context, tx *sql.Tx, now time.Time, c Claiming, which, scope string) ([]Job, error) {
	rows, err := tx.QueryContext(ctx, `
		WITH next AS MATERIALIZED (
			SELECT id FROM notices WHERE `+isReady+` AND `+which+` ORDER BY next_at, id LIMIT $3`+l.db.SkipLocked("notices")+`)
		UPDATE notices SET state = 'sending', owner = $2 WHERE id IN (SELECT id FROM next) AND `+waits+`
		RETURNING id, kind, newsletter, subscriber, subscription, email, language, content, detail, opened_at, expires_at, attempts + 1, doubts`,
		store.Millis(now), c.Owner, c.Limit, scope)
	jobs, err := store.Collect(rows, err, func(rows *sql.Rows) (j Job, err error) {
		var opened, expires int64
		err = rows.Scan(&j.Key.Notice, &j.Kind, &j.Newsletter, &j.Key.Subscriber, &j.Subscription, &j.Email, &j.Language,
			&j.Content, &j.Detail, &opened, &expires, &j.Attempts, &j.Doubts)
		j.OpenedAt, j.ExpiresAt = store.Time(opened), store.Time(expires)
		return j, err
	})
	if err != nil {
		return nil, fmt.Errorf("claim notices: %w", err)
	}
	return jobs, nil
}

// Asked counts the notices of a kind that a reader was given since an instant, of any
// newsletter. It knows of them only as long as they are kept (see [Ledger.Prune]).
func (l *Ledger) Asked(ctx context.Context, q store.Queryer, kind string, subscriber int64, since time.Time) (n int, err error) {
	err = q.QueryRowContext(ctx, "SELECT COUNT(*) FROM notices WHERE subscriber = $1 AND kind = $2 AND opened_at > $3",
		subscriber, kind, store.Millis(since)).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count notices: %w", err)
	}
	return n, nil
}

// NoticesWaiting counts the notices that are still to be sent.
func (l *Ledger) NoticesWaiting(ctx context.Context) (n int64, err error) {
	err = l.db.Read().QueryRowContext(ctx, "SELECT COUNT(*) FROM notices WHERE state IN ('pending', 'retry', 'sending')").Scan(&n)
	return n, err
}
