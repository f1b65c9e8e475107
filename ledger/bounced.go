package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"dailytip/store"
	"dailytip/subscribers"
	"dailytip/verdict"
)

// Bounced takes what was said of a reader's address, while sending or later: what it
// means for them is decided on their list, and what concerns more than one reader is
// told to the operator.
func (l *Ledger) Bounced(ctx context.Context, tx *sql.Tx, now time.Time, b subscribers.Bounce) (subscribers.Decided, error) {
	b.Reply, b.Reason = store.Text(b.Reply), store.Text(b.Reason)
	good, err := l.LastGood(ctx, tx, now, b.Subscriber)
	if err != nil {
		return subscribers.Decided{}, err
	}
	d, err := l.list.Bounced(ctx, tx, now, b, good)
	if err != nil {
		return d, err
	}
	if d.Crowd > 0 {
		return d, l.tellCrowd(ctx, tx, now, b, d)
	}
	if d.Domain != "" && b.Class == subscribers.OursBounce {
		return d, l.tellOurs(ctx, tx, now, b, d)
	}
	return d, nil
}

// goodTime bounds how far back a mail that arrived is looked for.
const goodTime = 100 * 24 * time.Hour

// sqlLastGood looks at what a reader was sent, editions and notices ($1, since $2, until
// $3). What was said while a mail was being sent ($4) was said before it was accepted.
// Joined by CROSS, SQLite looks into each edition for the reader, rather than at all
// deliveries.
const sqlLastGood = `
	SELECT COALESCE(MAX(m.at), 0) FROM (
		SELECT e.id AS edition, 0 AS notice, d.done_at AS at FROM editions e CROSS JOIN deliveries d
		WHERE d.edition = e.id AND d.subscriber = $1 AND e.opened_at > $2 AND d.state = 'sent' AND d.done_at <= $3
		UNION ALL
		SELECT 0, id, done_at FROM notices WHERE subscriber = $1 AND state = 'sent' AND done_at > $2 AND done_at <= $3) AS m
	WHERE NOT EXISTS (
		SELECT 1 FROM bounces b WHERE b.subscriber = $1 AND b.edition = m.edition AND b.notice = m.notice
			AND b.class IN ('hard', 'soft') AND b.door <> $4 AND b.decision <> 'undone')`

// LastGood returns when the last mail was accepted for a reader of which nothing has
// come back for [subscribers.QuietTime]; the zero time when there's none.
func (l *Ledger) LastGood(ctx context.Context, q store.Queryer, now time.Time, subscriber int64) (time.Time, error) {
	var at int64
	err := q.QueryRowContext(ctx, sqlLastGood,
		subscriber, store.Millis(now.Add(-goodTime)), store.Millis(now.Add(-subscribers.QuietTime)), subscribers.WhileSending).Scan(&at)
	if err != nil {
		return time.Time{}, fmt.Errorf("look for a mail that arrived: %w", err)
	}
	return store.Time(at), nil
}

// tellCrowd tells that the replies about a domain's addresses are held back.
func (l *Ledger) tellCrowd(ctx context.Context, tx *sql.Tx, now time.Time, b subscribers.Bounce, d subscribers.Decided) error {
	return l.TellOperator(ctx, tx, now, b.Newsletter, fmt.Sprintf("many readers of %s were refused", d.Domain), fmt.Sprintf(
		"%d readers of %s were refused within a day as if they didn't exist, more than a fifth of those with\n"+
			"addresses there. That's rarely about each of them: the domain may have moved its mail. So nobody is\n"+
			"suppressed for it, and who had been that day gets mail again. The last server said:\n\n    %s\n\n"+
			"dailytip bounces list --domain %s shows them. When they are gone indeed,\n"+
			"dailytip bounces retry --domain %s lets the replies count; else there's nothing to do.\n",
		d.Crowd, d.Domain, b.Reply, d.Domain, d.Domain))
}

// refused decides what a mail that failed means for its reader, in the transaction
// that records it.
func (l *Ledger) refused(ctx context.Context, tx *sql.Tx, now time.Time, o Outcome) error {
	b := o.bounce()
	said := o.Opinion.Class
	switch {
	case b.Subscriber == 0:
		return nil
	case o.Dead:
		b.Class = subscribers.HardBounce
	case said == verdict.ClassSoft:
		b.Class = subscribers.SoftBounce
	case said == verdict.ClassOwn, said == verdict.ClassUnroutable:
		b.Class = subscribers.OursBounce
	default:
		return nil
	}
	_, err := l.Bounced(ctx, tx, now, b)
	return err
}

// bounce is a refusal while sending as a bounce, but for its class.
func (o Outcome) bounce() subscribers.Bounce {
	return subscribers.Bounce{
		Subscriber: o.Job.Key.Subscriber, Subscription: o.Job.Subscription, Newsletter: o.Job.Newsletter,
		Edition: o.Job.Key.Edition, Notice: o.Job.Key.Notice, Confirms: o.Job.Kind == Confirm,
		Door: subscribers.WhileSending, Status: o.Reply.Enhanced, Reason: o.Opinion.Reason, Reply: store.Text(o.Reply.String()),
	}
}
