package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"dailytip/store"
)

// Outcome is what became of a [Job].
type Outcome struct {
	Job      Job
	State    State     // Sent, Retry, Failed, InDoubt, or Pending: nothing was said about this mail
	NextAt   time.Time // Retry, Pending: not before
	Answer   Answer
	Language string // of the text that was sent
	// Dead says that the address can't get mail: the reader is suppressed.
	Dead bool
	// Doubt says that this attempt may have arrived all the same.
	Doubt bool
}

// recorder writes outcomes in one transaction. A page of them shares what kind
// of content it is.
type recorder struct {
	l       *Ledger
	tx      *sql.Tx
	now     time.Time
	owner   string
	courses map[int64]bool // by content; what stands in it has been published
	sent    sums           // to be written before the commit
}

func (l *Ledger) recorder(tx *sql.Tx, now time.Time, owner string) *recorder {
	return &recorder{l: l, tx: tx, now: now, owner: owner, courses: map[int64]bool{}, sent: sums{}}
}

// record writes one outcome. An accepted mail is accepted whoever has claimed it
// since; anything else counts only for who holds the claim.
func (r *recorder) record(ctx context.Context, o Outcome) error {
	a, b := o.Job.Key.args()
	o.Answer.Text = plain(o.Answer.Text)
	done, next := store.Millis(r.now), store.Millis(o.NextAt)
	attempts, doubts := 0, 0
	switch o.State {
	case Pending:
		done, attempts = 0, -1
	case Retry:
		// What can't be tried again in time waits for its end, when it expires.
		done, next = 0, min(next, store.Millis(o.Job.ExpiresAt))
	}
	if o.Doubt {
		doubts = 1
	}
	q := o.Job.Key.queue()
	changed, err := affected(r.tx.ExecContext(ctx, `
		UPDATE `+q.table+` SET state = $3, next_at = $4, code = $5, enhanced = $6, answer = $7, language = CASE WHEN $8 = '' THEN language ELSE $8 END,
			done_at = $9, attempts = attempts + $10, doubts = doubts + $11, owner = '', lease_until = 0
		WHERE `+q.where+` AND (state = 'sending' AND owner = $12 OR $3 = 'sent' AND state <> 'sent')`,
		a, b, string(o.State), next, o.Answer.Code, o.Answer.Enhanced, o.Answer.Text, o.Language, done, attempts, doubts, r.owner))
	if err != nil {
		return fmt.Errorf("record outcome: %w", err)
	}
	if changed == 0 { // the claim was taken for lost, or this outcome is recorded already
		return nil
	}
	if o.State == Sent && o.Job.Key.Notice == 0 {
		r.sent[o.Job.Key.Edition]++
	}
	if o.Dead {
		return r.l.list.Suppress(ctx, r.tx, r.now, o.Job.Key.Subscriber, o.Answer.String())
	}
	switch {
	case o.Job.Content == 0:
	case o.State == Sent:
		return r.accepted(ctx, o.Job)
	case o.State == InDoubt && o.Job.Key.Notice == 0:
		return r.held(ctx, o.Job)
	}
	return nil
}

// accepted does what follows from a tip having reached somebody: anybody may read
// it now, and a course goes on.
func (r *recorder) accepted(ctx context.Context, j Job) error {
	course, known := r.courses[j.Content]
	if !known {
		c, err := r.publish(ctx, j.Content)
		if err != nil {
			return fmt.Errorf("publish content %d: %w", j.Content, err)
		}
		course = strings.HasPrefix(c.Choice, Course(""))
		r.courses[j.Content] = course
	}
	if course && j.Key.Notice == 0 {
		return r.advanceCourse(ctx, j)
	}
	return nil
}

// held does what follows from a tip being in doubt for good, or until somebody
// settles it: it may have arrived, so a course goes on, or the reader would get it
// again the next day.
func (r *recorder) held(ctx context.Context, j Job) error {
	var choice string
	if err := r.tx.QueryRowContext(ctx, "SELECT choice FROM contents WHERE id = $1", j.Content).Scan(&choice); err != nil {
		return fmt.Errorf("read content %d: %w", j.Content, err)
	}
	if !strings.HasPrefix(choice, Course("")) {
		return nil
	}
	return r.advanceCourse(ctx, j)
}

// plain drops what PostgreSQL doesn't take as text, so that no answer can keep a
// whole page from being recorded.
func plain(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "")
}

// advanceCourse moves a course reader's place on, and never back: a tip that was
// sent again by command may be an old one.
func (r *recorder) advanceCourse(ctx context.Context, j Job) error {
	_, err := r.tx.ExecContext(ctx, `
		UPDATE subscriptions SET course_tip = (SELECT t.tip FROM content_tips t WHERE t.content = $1 AND t.position = 0)
		WHERE id = $2 AND NOT EXISTS (
			SELECT 1 FROM deliveries this JOIN editions e ON e.id = this.edition
			JOIN editions later ON later.newsletter = e.newsletter AND later.local_date > e.local_date
			JOIN deliveries d ON d.edition = later.id AND d.subscriber = this.subscriber
			WHERE this.edition = $3 AND this.subscriber = $4 AND d.due_at > this.due_at AND d.state IN ('sent', 'in_doubt'))`,
		j.Content, j.Subscription, j.Key.Edition, j.Key.Subscriber)
	if err != nil {
		return fmt.Errorf("move on in course: %w", err)
	}
	return nil
}

// Renew keeps the claims of a node from being taken for lost.
func (l *Ledger) Renew(ctx context.Context, now time.Time, c Claiming) error {
	return l.db.Write(ctx, func(tx *sql.Tx) error {
		for _, q := range []queue{deliveries, notices} {
			_, err := tx.ExecContext(ctx, `UPDATE `+q.table+` SET lease_until = $1 WHERE state = 'sending' AND owner = $2`,
				store.Millis(now.Add(c.Lease)), c.Owner)
			if err != nil {
				return fmt.Errorf("renew claims: %w", err)
			}
		}
		return nil
	})
}

// Disown puts back what a node has claimed without knowing it, because it never
// heard that its transaction was committed. known tells which claims it has.
func (l *Ledger) Disown(ctx context.Context, now time.Time, owner string, known func(Key) bool) error {
	return l.db.Write(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `
			SELECT 0, edition, subscriber FROM deliveries WHERE state = 'sending' AND owner = $1
			UNION ALL SELECT id, 0, subscriber FROM notices WHERE state = 'sending' AND owner = $1`, owner)
		if err != nil {
			return fmt.Errorf("read claims: %w", err)
		}
		stray, err := scanStray(rows, known)
		if err != nil {
			return fmt.Errorf("read claims: %w", err)
		}
		records := l.recorder(tx, now, owner)
		for _, k := range stray {
			o := Outcome{Job: Job{Key: k}, State: Pending, NextAt: now}
			if err := records.record(ctx, o); err != nil {
				return err
			}
		}
		return nil
	})
}

func scanStray(rows *sql.Rows, known func(Key) bool) ([]Key, error) {
	defer func() { _ = rows.Close() }()
	var stray []Key
	for rows.Next() {
		var k Key
		if err := rows.Scan(&k.Notice, &k.Edition, &k.Subscriber); err != nil {
			return nil, err
		}
		if !known(k) {
			stray = append(stray, k)
		}
	}
	return stray, rows.Err()
}

// Recover deals with claims whose node is gone: what may have been on the wire
// goes out again, under the same Message-ID, or is held for the operator when
// its newsletter is among hold. dead says that no other node can be alive, and
// every claim is taken for lost whatever its lease. It returns how many were in
// doubt.
func (l *Ledger) Recover(ctx context.Context, now time.Time, hold []string, dead bool) (n int64, err error) {
	err = l.db.Write(ctx, func(tx *sql.Tx) error {
		n = 0
		for _, newsletter := range hold {
			held, err := l.hold(ctx, tx, now, newsletter, dead)
			if err != nil {
				return err
			}
			n += held
		}
		for _, q := range []queue{deliveries, notices} {
			again, err := affected(tx.ExecContext(ctx, `
				UPDATE `+q.table+` SET state = 'retry', doubts = doubts + 1, owner = '', lease_until = 0, next_at = $1,
					answer = 'handed to the relay; its answer was never seen'
				WHERE state = 'sending' AND (lease_until <= $1 OR $2)`, store.Millis(now), dead))
			if err != nil {
				return fmt.Errorf("resend in doubt: %w", err)
			}
			n += again
		}
		return nil
	})
	return n, err
}

// hold leaves what a newsletter's lost claims may have sent to the operator.
func (l *Ledger) hold(ctx context.Context, tx *sql.Tx, now time.Time, newsletter string, dead bool) (int64, error) {
	rows, err := tx.QueryContext(ctx, `
		SELECT d.edition, d.subscriber, d.content, s.id FROM deliveries d
		JOIN editions e ON e.id = d.edition JOIN subscriptions s ON s.subscriber = d.subscriber AND s.newsletter = e.newsletter
		WHERE d.state = 'sending' AND (d.lease_until <= $1 OR $2) AND e.newsletter = $3`, store.Millis(now), dead, newsletter)
	if err != nil {
		return 0, fmt.Errorf("hold in doubt: %w", err)
	}
	jobs, err := scanDoubted(rows)
	if err != nil {
		return 0, fmt.Errorf("hold in doubt: %w", err)
	}
	held, err := affected(tx.ExecContext(ctx, `
		UPDATE deliveries SET state = 'in_doubt', doubts = doubts + 1, owner = '', lease_until = 0, done_at = $1,
			answer = 'handed to the relay; its answer was never seen'
		WHERE state = 'sending' AND (lease_until <= $1 OR $2) AND edition IN (SELECT id FROM editions WHERE newsletter = $3)`,
		store.Millis(now), dead, newsletter))
	if err != nil {
		return 0, fmt.Errorf("hold in doubt: %w", err)
	}
	records := l.recorder(tx, now, "")
	for _, j := range jobs {
		if err := records.held(ctx, j); err != nil {
			return 0, err
		}
	}
	return held, nil
}

// overdue is what makes a row of either queue expire: $1 is now.
const overdue = `state IN ('pending', 'retry') AND expires_at <= $1`

// Expire ends what could not be delivered in time (P7) and returns how many.
func (l *Ledger) Expire(ctx context.Context, now time.Time) (n int64, err error) {
	// Mostly there's none: then nobody waits for the right to write.
	var due bool
	err = l.db.Read().QueryRowContext(ctx, `
		SELECT EXISTS (SELECT 1 FROM deliveries WHERE `+overdue+`) OR EXISTS (SELECT 1 FROM notices WHERE `+overdue+`)`,
		store.Millis(now)).Scan(&due)
	if err != nil {
		return 0, fmt.Errorf("look for what expires: %w", err)
	}
	if !due {
		return 0, nil
	}
	err = l.db.Write(ctx, func(tx *sql.Tx) error {
		n = 0
		for _, q := range []queue{deliveries, notices} {
			m, err := affected(tx.ExecContext(ctx, `
				UPDATE `+q.table+` SET state = 'expired', done_at = $1,
					answer = CASE WHEN answer = '' THEN 'it could not be sent in time' ELSE answer END
				WHERE `+overdue, store.Millis(now)))
			if err != nil {
				return fmt.Errorf("expire: %w", err)
			}
			n += m
		}
		return nil
	})
	return n, err
}
