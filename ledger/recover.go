package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"dailytip/store"
)

// neverSeen is what stands for the reply to a mail in doubt.
const neverSeen = "handed to the relay; its reply was never seen"

// NoLease is what [Ledger.Recover] is given to say that no other node can be alive.
const NoLease time.Duration = math.MinInt64

// Recover deals with what nodes have claimed that were silent for longer than a
// lease: it may have been on the wire, and goes out again under the same
// Message-ID, or waits for the operator: see [Job.AfterDoubt]; hold are the newsletters
// whose mails in doubt always do. It returns how many mails were in doubt.
func (l *Ledger) Recover(ctx context.Context, now time.Time, lease time.Duration, hold []string) (n int64, err error) {
	alive := int64(math.MaxInt64) // who was seen after this is
	if lease != NoLease {
		alive = store.Millis(now.Add(-lease))
	}
	lost, err := l.lostNodes(ctx, alive) // looking takes no lock
	if err != nil {
		return 0, fmt.Errorf("look for lost claims: %w", err)
	}
	for _, node := range lost {
		var some int64
		err := l.write(ctx, func(tx *sql.Tx) (err error) {
			some, err = l.recoverFrom(ctx, tx, now, node, alive, hold)
			return err
		})
		if err != nil {
			return n, fmt.Errorf("end lost claims: %w", err)
		}
		n += some
	}
	return n, nil
}

// lostNodes returns the nodes that are silent. There are no claims of others: a
// node is noted where it claims, and forgotten where its claims are ended.
func (l *Ledger) lostNodes(ctx context.Context, alive int64) ([]string, error) {
	rows, err := l.db.Read().QueryContext(ctx, "SELECT id FROM nodes WHERE seen_at <= $1 ORDER BY id", alive)
	return store.Collect(rows, err, store.Column[string])
}

// recoverFrom ends what one node has claimed, unless another is at it or it has
// come back.
func (l *Ledger) recoverFrom(ctx context.Context, tx *sql.Tx, now time.Time, node string, alive int64, hold []string) (n int64, err error) {
	var seen int64
	lock := ""
	if l.db.Postgres() {
		lock = " FOR UPDATE"
	}
	err = tx.QueryRowContext(ctx, "SELECT seen_at FROM nodes WHERE id = $1"+lock, node).Scan(&seen)
	if err != nil && !errors.Is(err, sql.ErrNoRows) || seen > alive {
		return 0, err
	}
	claimed, err := l.claimedBy(ctx, tx, node)
	if err != nil {
		return 0, err
	}
	outcomes := make([]Outcome, len(claimed))
	for i, j := range claimed {
		state := j.AfterDoubt(slices.Contains(hold, j.Newsletter))
		outcomes[i] = Outcome{Job: j, State: state, NextAt: now, Reply: Reply{Text: neverSeen}, Doubt: true}
	}
	if err := l.recorder(tx, now).record(ctx, outcomes, node); err != nil {
		return 0, err
	}
	_, err = tx.ExecContext(ctx, "DELETE FROM nodes WHERE id = $1", node)
	return int64(len(claimed)), err
}

// claimedBy reads what a node has claimed. It passes over all that isn't over: a second
// for a million, after a crash.
func (l *Ledger) claimedBy(ctx context.Context, tx *sql.Tx, node string) (jobs []Job, err error) {
	rows, err := tx.QueryContext(ctx, `
		SELECT 0, '', d.edition, d.subscriber, d.content, COALESCE(s.id, 0), e.newsletter, d.expires_at, d.doubts
		FROM deliveries d JOIN editions e ON e.id = d.edition
		LEFT JOIN subscriptions s ON s.subscriber = d.subscriber AND s.newsletter = e.newsletter
		WHERE d.done_at = 0 AND d.state = 'sending' AND d.owner = $1
		UNION ALL SELECT id, kind, 0, subscriber, content, subscription, newsletter, expires_at, doubts
		FROM notices WHERE state = 'sending' AND owner = $1`, node)
	return store.Collect(rows, err, func(rows *sql.Rows) (j Job, err error) {
		j = Job{Owner: node}
		var expires int64
		err = rows.Scan(&j.Key.Notice, &j.Kind, &j.Key.Edition, &j.Key.Subscriber, &j.Content, &j.Subscription, &j.Newsletter, &expires, &j.Doubts)
		j.ExpiresAt = store.Time(expires)
		return j, err
	})
}

// Disown puts back what a node has claimed without knowing it, because it never
// heard that its transaction was committed. known tells which claims it has.
func (l *Ledger) Disown(ctx context.Context, now time.Time, node string, known func(Key) bool) error {
	err := l.db.Write(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `
			SELECT 0, edition, subscriber FROM deliveries WHERE done_at = 0 AND state = 'sending' AND owner = $1
			UNION ALL SELECT id, 0, subscriber FROM notices WHERE state = 'sending' AND owner = $1`, node)
		claimed, err := store.Collect(rows, err, func(rows *sql.Rows) (k Key, err error) {
			err = rows.Scan(&k.Notice, &k.Edition, &k.Subscriber)
			return k, err
		})
		if err != nil {
			return err
		}
		for _, k := range claimed {
			if known(k) {
				continue
			}
			var err error
			if k.Notice != 0 {
				_, err = tx.ExecContext(ctx, "UPDATE notices SET state = 'pending', owner = '', next_at = $2 WHERE id = $1", k.Notice, store.Millis(now))
			} else {
				_, err = tx.ExecContext(ctx, "UPDATE deliveries SET state = 'pending', owner = '', next_at = $3 WHERE edition = $1 AND subscriber = $2",
					k.Edition, k.Subscriber, store.Millis(now))
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("put back: %w", err)
	}
	return nil
}
