package subscribers

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"dailytip/store"
)

// BounceRecord is a bounce as it was written down, with what was decided.
type BounceRecord struct {
	Bounce
	Email     Address // "": they were erased
	Domain    string
	Decision  Decision
	DecidedAt time.Time
}

// ErrNoBounce means that no bounce has that number.
var ErrNoBounce = errors.New("there is no such bounce")

// ErrLeft means that a bounce made somebody leave: only they themselves can come back.
var ErrLeft = errors.New("they unsubscribed by mail; only they themselves can come back")

// BounceFilter says which bounces to read; the zero value reads all.
type BounceFilter struct {
	ID       int64
	Address  Address
	Domain   string
	Class    BounceClass
	Decision Decision
	Since    time.Time
	// Newsletter "" is any; Before is the number of one that all of them are older than,
	// 0: of none.
	Newsletter string
	Before     int64
	Limit      int // 0: no limit
}

// Bounces returns bounces, newest first.
func (l *List) Bounces(ctx context.Context, q store.Queryer, f BounceFilter) ([]BounceRecord, error) {
	limit := f.Limit
	if limit == 0 {
		limit = 1 << 30
	}
	return l.bouncesWhere(ctx, q, `
		(CAST($1 AS BIGINT) = 0 OR b.id = $1) AND ($2 = '' OR p.email_key = $2) AND ($3 = '' OR b.domain = $3) AND ($4 = '' OR b.class = $4)
		AND ($5 = '' OR b.decision = $5) AND b.at >= $6 AND ($8 = '' OR b.newsletter = $8)
		AND (CAST($9 AS BIGINT) = 0 OR (b.at, b.id) < (SELECT o.at, o.id FROM bounces o WHERE o.id = $9))
		ORDER BY b.at DESC, b.id DESC LIMIT $7`,
		f.ID, f.Address.Key(), f.Domain, string(f.Class), string(f.Decision), store.Millis(f.Since), limit, f.Newsletter, f.Before)
}

// BouncesOfDomain returns a domain's bounces since an instant that have one of some
// decisions, in the order in which they came. Complaints are about one reader each, and
// aren't among them.
func (l *List) BouncesOfDomain(ctx context.Context, q store.Queryer, domain string, since time.Time, of ...Decision) ([]BounceRecord, error) {
	all, err := l.bouncesWhere(ctx, q, "b.domain = $1 AND b.at >= $2 AND b.class <> 'complaint' ORDER BY b.at, b.id", domain, store.Millis(since))
	return slices.DeleteFunc(all, func(b BounceRecord) bool { return !slices.Contains(of, b.Decision) }), err
}

// Bounce returns the bounce with a number, or [ErrNoBounce].
func (l *List) Bounce(ctx context.Context, q store.Queryer, id int64) (BounceRecord, error) {
	found, err := l.bouncesWhere(ctx, q, "b.id = $1", id)
	if err == nil && len(found) == 0 {
		err = ErrNoBounce
	}
	if err != nil {
		return BounceRecord{}, err
	}
	return found[0], nil
}

// BouncesOf returns the newest bounces of a person's mails, newest first.
func (l *List) BouncesOf(ctx context.Context, q store.Queryer, subscriber int64, limit int) ([]BounceRecord, error) {
	return l.bouncesWhere(ctx, q, "b.subscriber = $1 ORDER BY b.at DESC, b.id DESC LIMIT $2", subscriber, limit)
}

// bouncesWhere reads bounces b, and the people p whom they're about.
func (l *List) bouncesWhere(ctx context.Context, q store.Queryer, where string, args ...any) (all []BounceRecord, err error) {
	rows, err := q.QueryContext(ctx, `
		SELECT b.id, b.at, b.subscriber, b.domain, b.newsletter, b.edition, b.notice, b.door, b.class, b.status, b.reason, b.reply, b.decision, b.decided_at,
			COALESCE(p.email, ''), COALESCE((SELECT s.id FROM subscriptions s WHERE s.subscriber = b.subscriber AND s.newsletter = b.newsletter), 0)
		FROM bounces b LEFT JOIN subscribers p ON p.id = b.subscriber WHERE `+where, args...)
	all, err = store.Collect(rows, err, func(rows *sql.Rows) (r BounceRecord, err error) {
		var at, decided int64
		err = rows.Scan(&r.ID, &at, &r.Subscriber, &r.Domain, &r.Newsletter, &r.Edition, &r.Notice, &r.Door, &r.Class, &r.Status, &r.Reason, &r.Reply,
			&r.Decision, &decided, &r.Email, &r.Subscription)
		r.At, r.DecidedAt = store.Time(at), store.Time(decided)
		return r, err
	})
	if err != nil {
		return nil, fmt.Errorf("read bounces: %w", err)
	}
	return all, nil
}

// UndoBounce takes back what a bounce did, on the operator's word: from now on it
// counts for nothing.
func (l *List) UndoBounce(ctx context.Context, tx *sql.Tx, now time.Time, r BounceRecord) error {
	return l.takeBack(ctx, tx, now, r, Undone, "a bounce was undone")
}

// takeBack undoes what a bounce did, and writes down another decision in its place.
func (l *List) takeBack(ctx context.Context, tx *sql.Tx, now time.Time, r BounceRecord, to Decision, why string) error {
	switch r.Decision {
	case Leaving:
		return ErrLeft
	case Barring:
		causes, err := causesSuppression(ctx, tx, r)
		if err != nil {
			return err
		}
		if !causes {
			break
		}
		if _, err := l.endSuppression(ctx, tx, now, r.Subscriber, why); err != nil {
			return err
		}
	case Resting:
		if err := endRest(ctx, tx, r.Subscriber); err != nil {
			return err
		}
	}
	return redecided(ctx, tx, now, r.ID, to)
}

// causesSuppression tells whether an address is suppressed because of a bounce and of
// nothing else: a complaint or the operator keeps it so.
func causesSuppression(ctx context.Context, tx *sql.Tx, r BounceRecord) (causes bool, err error) {
	err = tx.QueryRowContext(ctx, `
		SELECT EXISTS (SELECT 1 FROM subscribers WHERE id = $1 AND suppressed_at = $2)
			AND NOT EXISTS (SELECT 1 FROM bounces WHERE subscriber = $1 AND id <> $3 AND class = 'complaint' AND decision = 'suppressed')`,
		r.Subscriber, store.Millis(r.DecidedAt), r.ID).Scan(&causes)
	if err != nil {
		return false, fmt.Errorf("look why an address is suppressed: %w", err)
	}
	return causes, nil
}

func redecided(ctx context.Context, tx *sql.Tx, now time.Time, id int64, d Decision) error {
	_, err := tx.ExecContext(ctx, "UPDATE bounces SET decision = $2, decided_at = $3 WHERE id = $1", id, string(d), store.Millis(now))
	if err != nil {
		return fmt.Errorf("decide anew: %w", err)
	}
	return nil
}

// RetryBounce decides a bounce anew, on the operator's word: as it reads now, and
// whatever others of its domain hear.
func (l *List) RetryBounce(ctx context.Context, tx *sql.Tx, now time.Time, r BounceRecord, read Bounce, good time.Time) (Decision, error) {
	person, err := l.Get(ctx, tx, r.Subscriber)
	if err != nil {
		return "", err
	}
	b := r.Bounce
	b.Class, b.Status, b.Reason, b.Reply = read.Class, read.Status, read.Reason, read.Reply
	p, err := l.past(ctx, tx, now, b, good) // before it's taken back, which forgives what was before
	if err != nil {
		return "", err
	}
	p.resting = p.resting && r.Decision != Resting
	if err := l.takeBack(ctx, tx, now, r, Undone, "a bounce is decided anew"); err != nil {
		return "", err
	}
	d := decide(p, false, b, r.At)
	_, err = tx.ExecContext(ctx, "UPDATE bounces SET class = $2, status = $3, reason = $4, reply = $5 WHERE id = $1",
		r.ID, string(b.Class), b.Status, b.Reason, b.Reply)
	if err != nil {
		return "", fmt.Errorf("decide anew: %w", err)
	}
	if err := redecided(ctx, tx, now, r.ID, d); err != nil {
		return "", err
	}
	return d, l.act(ctx, tx, now, person, b, d)
}

// forgiven makes what was decided of an address count for nothing any more: it works
// again.
func forgiven(ctx context.Context, tx *sql.Tx, now time.Time, subscriber int64) error {
	_, err := tx.ExecContext(ctx, `
		UPDATE bounces SET decision = 'undone', decided_at = $2 WHERE subscriber = $1 AND decision IN ('suppressed', 'marked')`,
		subscriber, store.Millis(now))
	if err != nil {
		return fmt.Errorf("forgive bounces: %w", err)
	}
	return nil
}

// bounceLife is how long what was decided stays on record.
const bounceLife = 400 * 24 * time.Hour

// PruneBounces forgets old bounces, in a small step; the next call goes on.
func (l *List) PruneBounces(ctx context.Context, now time.Time) error {
	before := store.Millis(now.Add(-bounceLife))
	var due bool // mostly not: then nobody waits for the right to write
	if err := l.db.Read().QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM bounces WHERE at <= $1)", before).Scan(&due); err != nil || !due {
		return err
	}
	return l.db.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "DELETE FROM bounces WHERE id IN (SELECT id FROM bounces WHERE at <= $1 ORDER BY at LIMIT $2)", before, pruneStep)
		if err != nil {
			return fmt.Errorf("forget old bounces: %w", err)
		}
		return nil
	})
}
