package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"time"

	"dailytip/editions"
	"dailytip/store"
)

// receiverKey is an edition, and a mailbox provider to which mails of it went; "": none of
// the known ones.
type receiverKey struct {
	edition  int64
	receiver string
}

// receiverCount is what relays replied to an edition's mails, by mailbox provider.
type receiverCount struct{ sent, deferred, failed int64 }

// tally counts an outcome of a delivery, until [recorder.countSent] writes it.
func (r *recorder) tally(o Outcome) {
	key := receiverKey{o.Job.Key.Edition, o.Job.Email.Receiver()}
	n := r.to[key]
	switch {
	case o.State == Sent:
		r.sent[o.Job.Key.Edition]++
		n.sent++
	case o.State == Failed:
		n.failed++
	case o.State == Retry && o.Job.Attempts == 1 && !o.Doubt: // once for each mail, and again when it's requeued
		n.deferred++
	default:
		return
	}
	r.to[key] = n
}

// countMinute adds to what a node sent in a minute.
func (r *recorder) countMinute(ctx context.Context, edition int64, node string, n int64) error {
	_, err := r.l.statements.Exec(ctx, r.tx, sqlCountMinute, edition, node, store.Millis(r.now.Truncate(time.Minute)), n)
	return err
}

const sqlCountMinute = `
	INSERT INTO sent_minutes (edition, node, minute, sent) VALUES ($1, $2, $3, $4)
	ON CONFLICT (edition, node, minute) DO UPDATE SET sent = sent_minutes.sent + excluded.sent`

// countReceivers adds to what relays replied to a node's mails, by mailbox provider.
func (r *recorder) countReceivers(ctx context.Context, node string) error {
	inOrder := func(a, b receiverKey) int {
		return cmp.Or(cmp.Compare(a.edition, b.edition), cmp.Compare(a.receiver, b.receiver))
	}
	for _, to := range slices.SortedFunc(maps.Keys(r.to), inOrder) {
		n := r.to[to]
		_, err := r.l.statements.Exec(ctx, r.tx, sqlCountReceiver, to.edition, node, to.receiver, n.sent, n.deferred, n.failed)
		if err != nil {
			return fmt.Errorf("count replies by receiver: %w", err)
		}
	}
	return nil
}

const sqlCountReceiver = `
	INSERT INTO receiver_counts (edition, node, receiver, sent, deferred, failed) VALUES ($1, $2, $3, $4, $5, $6)
	ON CONFLICT (edition, node, receiver) DO UPDATE SET sent = receiver_counts.sent + excluded.sent,
		deferred = receiver_counts.deferred + excluded.deferred, failed = receiver_counts.failed + excluded.failed`

// SentIn is how many mails were sent in the minute that began at an instant.
type SentIn struct {
	Minute time.Time
	Sent   int64
}

// SentByMinute returns how many mails of an edition were sent in each minute in which
// there were any, the first one first. An edition that was sent before this was counted
// has none.
func (l *Ledger) SentByMinute(ctx context.Context, e editions.Edition) (all []SentIn, err error) {
	rows, err := l.db.Read().QueryContext(ctx, sqlSentByMinute, e.ID)
	all, err = store.Collect(rows, err, func(rows *sql.Rows) (one SentIn, err error) {
		var minute int64
		err = rows.Scan(&minute, &one.Sent)
		one.Minute = store.Time(minute)
		return one, err
	})
	if err != nil {
		return nil, fmt.Errorf("read what was sent: %w", err)
	}
	return all, nil
}

const sqlSentByMinute = `SELECT minute, CAST(SUM(sent) AS BIGINT) FROM sent_minutes WHERE edition = $1 GROUP BY minute ORDER BY minute`

// ReceiverCounts are what relays replied to mails to the mailboxes of one provider.
type ReceiverCounts struct {
	Receiver string // as in subscribers/receivers.txt; "": none of the known ones
	Sent     int64
	Deferred int64 // put off at their first try, or at the first after they were requeued
	Failed   int64 // refused for good
}

// CountReceivers counts, by mailbox provider, what relays replied to the mails of a
// newsletter's editions that were opened since an instant.
func (l *Ledger) CountReceivers(ctx context.Context, newsletter string, since time.Time) (all []ReceiverCounts, err error) {
	rows, err := l.db.Read().QueryContext(ctx, sqlCountReceivers, newsletter, store.FirstID(since))
	all, err = store.Collect(rows, err, func(rows *sql.Rows) (c ReceiverCounts, err error) {
		err = rows.Scan(&c.Receiver, &c.Sent, &c.Deferred, &c.Failed)
		return c, err
	})
	if err != nil {
		return nil, fmt.Errorf("count by receiver: %w", err)
	}
	return all, nil
}

// Numbers of editions rise with the time at which they were opened.
const sqlCountReceivers = `
	SELECT c.receiver, CAST(SUM(c.sent) AS BIGINT), CAST(SUM(c.deferred) AS BIGINT), CAST(SUM(c.failed) AS BIGINT)
	FROM editions e JOIN receiver_counts c ON c.edition = e.id
	WHERE e.newsletter = $1 AND e.id >= $2 GROUP BY c.receiver ORDER BY 2 DESC, c.receiver`
