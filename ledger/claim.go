package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"dailytip/store"
	"dailytip/subscribers"
)

// Job is a mail that has been claimed: from here on, until its outcome is
// recorded, it may be on the wire.
type Job struct {
	Key          Key
	Kind         string // "" for a delivery, else the notice's kind
	Newsletter   string
	LocalDate    string
	Content      int64
	Subscription int64
	Email        subscribers.Address
	Name         string
	Language     string
	Detail       string // of an alert
	OpenedAt     time.Time
	ExpiresAt    time.Time
	Attempts     int // this one included
	Probe        bool
}

// Claiming says how much to claim, and for whom.
type Claiming struct {
	Owner string        // this node
	Lease time.Duration // after it, others may take a claim for lost
	Limit int           // at most; 0 or less: none
}

// Exchange records outcomes and claims new work in one transaction, so that a
// page of mails costs one commit. Notices come before deliveries. What is
// paused yields one mail, as a probe, each time its probe is due.
func (l *Ledger) Exchange(ctx context.Context, now time.Time, outcomes []Outcome, c Claiming) ([]Job, error) {
	var jobs []Job
	err := l.db.Write(ctx, func(tx *sql.Tx) error {
		jobs = nil
		records := l.recorder(tx, now, c.Owner)
		for _, o := range outcomes {
			if err := records.record(ctx, o); err != nil {
				return err
			}
		}
		if err := records.sent.sentBy(ctx, tx, now, c.Owner); err != nil {
			return err
		}
		if c.Limit <= 0 {
			return nil
		}
		held, err := l.heldNow(ctx, tx, now)
		if err != nil {
			return err
		}
		if held.all && !held.probeAll {
			return nil
		}
		if held.all {
			c.Limit = 1
		}
		if jobs, err = l.claimNotices(ctx, tx, now, c, held); err != nil {
			return err
		}
		more, err := l.claimDeliveries(ctx, tx, now, c, held, c.Limit-len(jobs))
		jobs = append(jobs, more...)
		for i := range jobs {
			jobs[i].Probe = jobs[i].Probe || held.all
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("exchange with ledger: %w", err)
	}
	return jobs, nil
}

// claimable is what makes a row of either queue free to claim: $1 is now.
const claimable = `state IN ('pending', 'retry') AND next_at <= $1 AND expires_at > $1`

// Waiting tells whether something could be claimed, without writing. It doesn't
// look at pauses.
func (l *Ledger) Waiting(ctx context.Context, now time.Time) (bool, error) {
	var waiting bool
	err := l.db.Read().QueryRowContext(ctx, `
		SELECT EXISTS (SELECT 1 FROM notices WHERE `+claimable+`) OR EXISTS (SELECT 1 FROM deliveries WHERE `+claimable+`)`,
		store.Millis(now)).Scan(&waiting)
	if err != nil {
		return false, fmt.Errorf("look for work: %w", err)
	}
	return waiting, nil
}

func (l *Ledger) claimDeliveries(ctx context.Context, tx *sql.Tx, now time.Time, c Claiming, held held, limit int) ([]Job, error) {
	editions, err := l.openEditions(ctx, tx)
	if err != nil {
		return nil, err
	}
	var jobs []Job
	for _, e := range editions {
		want := limit - len(jobs)
		probe, paused := held.scopes[e.Newsletter]
		if paused {
			if !probe {
				continue
			}
			want = min(want, 1)
		}
		if want <= 0 || e.State != "open" {
			continue
		}
		more, err := l.claimEdition(ctx, tx, now, c, e, want)
		if err != nil {
			return nil, err
		}
		if paused && len(more) > 0 {
			more[0].Probe, held.scopes[e.Newsletter] = true, false
		}
		jobs = append(jobs, more...)
	}
	return jobs, nil
}

// openEditions returns the editions that have something to send, oldest first.
// It steps from one to the next through the index of open deliveries, so it
// costs as much as there are editions, however many deliveries wait.
func (l *Ledger) openEditions(ctx context.Context, q store.Queryer) ([]Edition, error) {
	var open []Edition
	for after := int64(0); ; {
		var id sql.NullInt64
		err := q.QueryRowContext(ctx, `
			SELECT MIN(edition) FROM deliveries WHERE state IN ('pending', 'retry') AND edition > $1`, after).Scan(&id)
		if err != nil {
			return nil, fmt.Errorf("find open editions: %w", err)
		}
		if !id.Valid {
			return open, nil
		}
		after = id.Int64
		e := Edition{ID: after}
		err = q.QueryRowContext(ctx, "SELECT newsletter, local_date, state FROM editions WHERE id = $1", after).
			Scan(&e.Newsletter, &e.LocalDate, &e.State)
		if err != nil {
			return nil, fmt.Errorf("read edition %d: %w", after, err)
		}
		open = append(open, e)
	}
}

func (l *Ledger) claimEdition(ctx context.Context, tx *sql.Tx, now time.Time, c Claiming, e Edition, limit int) ([]Job, error) {
	// MATERIALIZED: PostgreSQL may run a plain subquery again for each row, each
	// time with other rows skipped, and so claim more than the limit. The
	// condition stands twice: under READ COMMITTED the inner one may have been
	// answered before another node's claim was committed.
	rows, err := tx.QueryContext(ctx, `
		WITH next AS MATERIALIZED (
			SELECT subscriber FROM deliveries WHERE edition = $4 AND `+claimable+`
			ORDER BY next_at, subscriber LIMIT $5 + 0`+l.db.SkipLocked()+`)
		UPDATE deliveries SET state = 'sending', owner = $2, lease_until = $3, attempts = attempts + 1
		WHERE edition = $4 AND subscriber IN (SELECT subscriber FROM next) AND `+claimable+`
		RETURNING subscriber`,
		store.Millis(now), c.Owner, store.Millis(now.Add(c.Lease)), e.ID, limit)
	if err != nil {
		return nil, fmt.Errorf("claim deliveries: %w", err)
	}
	readers, err := scanNumbers(rows)
	if err != nil || len(readers) == 0 {
		return nil, err
	}
	return l.readJobs(ctx, tx, now, e, readers)
}

func scanNumbers(rows *sql.Rows) ([]any, error) {
	defer func() { _ = rows.Close() }()
	var numbers []any
	for rows.Next() {
		var n int64
		if err := rows.Scan(&n); err != nil {
			return nil, err
		}
		numbers = append(numbers, n)
	}
	return numbers, rows.Err()
}

// readJobs reads what sending needs, and withdraws the deliveries of readers who
// aren't active any more (P5).
func (l *Ledger) readJobs(ctx context.Context, tx *sql.Tx, now time.Time, e Edition, readers []any) ([]Job, error) {
	places := make([]string, len(readers))
	for i := range readers {
		places[i] = fmt.Sprintf("$%d", i+3)
	}
	rows, err := tx.QueryContext(ctx, `
		SELECT d.subscriber, d.content, d.attempts, d.opened_at, d.expires_at,
			COALESCE(p.email, ''), COALESCE(p.name, ''), COALESCE(p.language, ''), COALESCE(s.id, 0), COALESCE(s.state, 'erased')
		FROM deliveries d
		LEFT JOIN subscribers p ON p.id = d.subscriber
		LEFT JOIN subscriptions s ON s.subscriber = d.subscriber AND s.newsletter = $2
		WHERE d.edition = $1 AND d.subscriber IN (`+strings.Join(places, ", ")+`)`,
		append([]any{e.ID, e.Newsletter}, readers...)...)
	if err != nil {
		return nil, fmt.Errorf("read claimed deliveries: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var jobs []Job
	gone := map[int64]string{}
	for rows.Next() {
		j := Job{Newsletter: e.Newsletter, LocalDate: e.LocalDate, Key: Key{Edition: e.ID}}
		var opened, expires int64
		var state string
		err := rows.Scan(&j.Key.Subscriber, &j.Content, &j.Attempts, &opened, &expires, &j.Email, &j.Name, &j.Language, &j.Subscription, &state)
		if err != nil {
			return nil, fmt.Errorf("read claimed deliveries: %w", err)
		}
		j.OpenedAt, j.ExpiresAt = store.Time(opened), store.Time(expires)
		if state != string(subscribers.Active) {
			gone[j.Key.Subscriber] = state
			continue
		}
		jobs = append(jobs, j)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read claimed deliveries: %w", err)
	}
	for reader, state := range gone {
		_, err := tx.ExecContext(ctx, `
			UPDATE deliveries SET state = 'withdrawn', answer = $3, owner = '', lease_until = 0, attempts = attempts - 1, done_at = $4
			WHERE edition = $1 AND subscriber = $2`, e.ID, reader, "the reader was "+state+" before it was sent", store.Millis(now))
		if err != nil {
			return nil, fmt.Errorf("withdraw delivery: %w", err)
		}
	}
	return jobs, nil
}
